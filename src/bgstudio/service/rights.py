"""What is held about somebody: one claim for each table, shown, exported and erased by it.

A test walks the tables: one with a personal column and no claim fails it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bgstudio.db import Database, holdings
from bgstudio.db.results import ResultRow
from bgstudio.errors import WrongKey
from bgstudio.service.letters import Letters
from bgstudio.service.results import open_row
from bgstudio.service.visitor import Clock, Visitor, utc_now
from bgstudio.settings import Settings

if TYPE_CHECKING:
    from bgstudio.service.accounts import Accounts
    from bgstudio.service.looks import Looks

Row = dict[str, Any]

LIVES = ("result_days", "security_log_days", "letter_days", "event_days", "backup_days")
"""Settings that say how long things are kept."""


@dataclass(frozen=True)
class Hands:
    """What claims reach into to open what is sealed."""

    db: Database
    accounts: Accounts
    looks: Looks
    letters: Letters
    clock: Clock = utc_now


Export = Callable[[Hands, Visitor, list[Row]], Awaitable[list[Row]]]
"""Given somebody's rows of a table: what they say, opened and JSON-ready."""


@dataclass(frozen=True)
class Claim:
    """What one table holds about people.

    Attributes:
        table: its name.
        what: as people call it.
        why: what it is for.
        how_long: until when it is kept; names of settings in braces are filled in.
        unit: one of it and several of it.
        export: reads somebody's rows; None where no row says whose it is.
        apart: why nobody can tell whose the rows are, where that is so.
        apart_visit: the same, where it is so for visits only.
        who: ``account``, ``visit``, or both.
    """

    table: str
    what: str
    why: str
    how_long: str
    unit: tuple[str, str] = ("entry", "entries")
    export: Export | None = None
    apart: str = ""
    apart_visit: str = ""
    who: tuple[str, ...] = ("account", "visit")

    def not_linked(self, visitor: Visitor) -> str:
        """Why no row says that it is somebody's; empty where rows do."""
        return self.apart or ("" if visitor.account else self.apart_visit)

    @property
    def purposes(self) -> tuple[str, ...]:
        """Purposes of the policy that its columns serve."""
        return holdings.personal_tables()[self.table]


@dataclass(frozen=True)
class Held:
    """One line of what is held about somebody; ``amount`` in words, empty where it cannot be told."""

    table: str
    what: str
    amount: str
    why: str
    how_long: str
    count: int


def amount(count: int, unit: tuple[str, str]) -> str:
    """``No letters``, ``1 letter``, ``2 letters``; nothing for what there is one of at most."""
    if not unit[0]:
        return ""
    return f"{count or 'No'} {unit[0] if count == 1 else unit[1]}"


class Rights:
    """Tells people what is held about them.

    Args:
        hands: what opens things.
        settings: how long things are kept.
    """

    def __init__(self, hands: Hands, settings: Settings) -> None:
        self._hands = hands
        self.lives: Mapping[str, str] = {name: f"{getattr(settings, name):g}" for name in LIVES} | {
            "session_life": life(settings.session_hours),
            "account_life": life(settings.account_hours),
        }

    def now(self) -> datetime:
        """The time that everything here goes by."""
        return self._hands.clock()

    def claims(self, visitor: Visitor) -> list[Claim]:
        """Those that apply to somebody."""
        kind = "account" if visitor.account else "visit"
        return [claim for claim in CLAIMS if kind in claim.who]

    async def held(self, visitor: Visitor) -> list[Held]:
        """What is held about somebody, a line for each table that could hold something."""
        lines = []
        for claim in self.claims(visitor):
            count, said, why = 0, "", claim.not_linked(visitor)
            if not why:
                count = await self._count(claim, visitor)
                said = amount(count, claim.unit)
            lines.append(Held(claim.table, claim.what, said, f"{claim.why} {why}".strip(), self.how_long(claim), count))
        return lines

    def how_long(self, claim: Claim) -> str:
        """Until when it is kept, with this installation's days and hours."""
        return plural(claim.how_long.format(**self.lives))

    async def data(self, visitor: Visitor) -> dict[str, Any]:
        """Everything that is held about somebody but the files of pictures, JSON-ready, by table.

        Raises:
            WrongKey: something sealed was moved or changed.
        """
        held = {}
        for claim in self.claims(visitor):
            held[claim.table] = {
                "what": claim.what,
                "why": claim.why,
                "purposes": list(claim.purposes),
                "how_long": self.how_long(claim),
                "not_linked": claim.not_linked(visitor) or None,
                "rows": await self.rows(claim, visitor),
            }
        return {
            "kind": "account" if visitor.account else "visit",
            "told": self._hands.clock().isoformat(),
            "held": held,
            "not_held": NOT_HELD,
        }

    async def rows(self, claim: Claim, visitor: Visitor) -> list[Row]:
        """Somebody's rows of one table, opened."""
        if claim.export is None or claim.not_linked(visitor):
            return []
        async with self._hands.db.read() as connection:
            found = await holdings.rows_of(connection, claim.table, visitor.owner)
        return await claim.export(self._hands, visitor, found)

    async def rows_in(self, table: str, visitor: Visitor) -> list[Row]:
        """Somebody's rows of the table of that name, opened."""
        return await self.rows(next(claim for claim in CLAIMS if claim.table == table), visitor)

    async def counts(self, visitor: Visitor) -> dict[str, int]:
        """How much is held about somebody, by table."""
        return {
            claim.table: await self._count(claim, visitor)
            for claim in self.claims(visitor)
            if not claim.not_linked(visitor)
        }

    async def erase(self, owner: str) -> dict[str, int]:
        """Delete all rows of somebody in every table that links to people; how many, by table."""
        gone = {}
        async with self._hands.db.write() as connection:
            for claim in CLAIMS:
                if claim.export is not None:
                    gone[claim.table] = await holdings.remove_of(connection, claim.table, owner)
        return gone

    async def _count(self, claim: Claim, visitor: Visitor) -> int:
        if claim.table == "results":
            with contextlib.suppress(WrongKey):  # then jobs are counted, which need not be opened
                return sum(len(row["pictures"]) for row in await self.rows(claim, visitor))
        if claim.table == "usage":
            today = self._hands.clock().date().isoformat()
            return sum(row["pictures"] for row in await self.rows(claim, visitor) if row["day"] == today)
        async with self._hands.db.read() as connection:
            return await holdings.count_of(connection, claim.table, visitor.owner)


def life(hours: float) -> str:
    """``24 hours``, ``30 days``: days where it is several whole ones."""
    return f"{hours / 24:g} days" if hours >= 48 and hours % 24 == 0 else plural(f"{hours:g} hours")


def plural(text: str) -> str:
    """``1 days`` as people say it."""
    for unit in ("day", "hour"):
        if text.startswith(f"1 {unit}s"):
            return f"1 {unit}{text[len(unit) + 3 :]}"
        text = text.replace(f" 1 {unit}s", f" 1 {unit}")
    return text


# -- what each table says ------------------------------------------------------------------------------------------


def _plain(*names: str, **renamed: str) -> Export:
    """Columns as they are; ``shown="column"`` gives one another name."""
    shown = {name: name for name in names} | renamed

    async def export(_hands: Hands, _visitor: Visitor, rows: list[Row]) -> list[Row]:
        return [{name: _ready(row[column]) for name, column in shown.items()} for row in rows]

    return export


def _ready(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


async def _profile(hands: Hands, visitor: Visitor, rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    known = await hands.accounts.profile(visitor)
    return [
        {
            "subject": known.subject,
            "email": known.email,
            "name": known.name,
            "picture": known.picture,
            "corrected": sorted(known.corrected),
            "created": known.created.isoformat(),
            "analytics": known.analytics,
            "policy_seen": known.policy_seen,
        }
    ]


async def _devices(hands: Hands, visitor: Visitor, rows: list[Row]) -> list[Row]:
    names = ("device", "purpose", "created", "used_at", "expires", "current")
    known = await hands.accounts.sign_ins(visitor) if rows else []
    return [{name: _ready(getattr(one, name)) for name in names} for one in known]


async def _looks(hands: Hands, visitor: Visitor, rows: list[Row]) -> list[Row]:
    return [
        {
            "name": look.name,
            "created": look.created.isoformat(),
            "brief": look.brief.model_dump(mode="json"),
            "scene": None if look.scene is None else look.scene.model_dump(mode="json"),
            "seed": look.seed,
        }
        for look in (await hands.looks.list(visitor) if rows else [])
    ]


async def _letters(hands: Hands, visitor: Visitor, _rows: list[Row]) -> list[Row]:
    return [letter.view() for letter in await hands.letters.mine(visitor)]


async def _results(hands: Hands, visitor: Visitor, rows: list[Row]) -> list[Row]:
    now, found = hands.clock(), []
    for row in sorted(rows, key=lambda row: row["created"], reverse=True):
        kept = ResultRow(**row)
        if not kept.ready or visitor.until(kept.expires) <= now:  # no longer served, and on its way out
            continue
        result = open_row(kept, visitor)
        facts = dict(result.facts)
        found.append(
            {
                "job": result.job,
                "created": result.created.isoformat(),
                "expires": result.expires.isoformat(),
                "bytes": result.size,
                "pictures": [told for _number, told in facts.pop("pictures", [])],
                "facts": facts,
                "files": sorted(result.files),
            }
        )
    return found


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "accounts",
        "E-mail, name and picture of you",
        "From your sign-in, to know that it is you. Sealed with a key of your own.",
        "Until you delete your account",
        ("", ""),
        _profile,
        who=("account",),
    ),
    Claim(
        "sessions",
        "This visit",
        "A random number in a cookie, so that you alone see your pictures. It says nothing of you.",
        "{session_life} after its last use",
        ("", ""),
        _plain("created", "used_at", "expires", "purpose"),
        who=("visit",),
    ),
    Claim(
        "results",
        "Finished pictures and their recipes",
        "To show them to you and for download. Sealed with a key of your own.",
        "{result_days} days each",
        ("picture", "pictures"),
        _results,
    ),
    Claim(
        "looks",
        "Favourite looks",
        "So that you can use them again. They hold no picture.",
        "Until you delete them",
        ("look", "looks"),
        _looks,
    ),
    Claim(
        "usage",
        "Pictures made today",
        "A number, for the daily limit.",
        "Until midnight UTC, a day longer at most",
        ("picture", "pictures"),
        _plain("day", pictures="count"),
    ),
    Claim(
        "spending",
        "What outside services cost for you today",
        "A sum, for the daily limit.",
        "Until midnight UTC, a day longer at most",
        ("day", "days"),
        _plain("day", millionths_of_a_dollar="amount"),
    ),
    Claim(
        "sign_ins",
        "Devices that are signed in",
        "To keep you signed in, and to let you end it from here. Browser and system only, sealed.",
        "{account_life} after their last use",
        ("device", "devices"),
        _devices,
        who=("account",),
    ),
    Claim(
        "letters",
        "Letters to the host",
        "Your questions and requests, and their answers. Sealed.",
        "{letter_days} days after they are answered",
        ("letter", "letters"),
        _letters,
        apart_visit="Those of a visit are not linked to it: only their addresses lead to them.",
    ),
    Claim(
        "consents",
        "Outside services you agreed to",
        "Nothing is sent to one without it.",
        "Until you take it back",
        ("service", "services"),
        _plain("service", "terms", "at"),
    ),
    Claim(
        "events",
        "Usage data",
        "Counts such as “made a picture”, to see what works. Never photos, words or addresses.",
        "{event_days} days; none if you opt out",
        ("entry", "entries"),
        _plain("at", "kind", "browser", "detail", "seconds"),
        apart_visit="Those of a visit are not linked to it.",
    ),
    Claim(
        "security_log",
        "Network address in the security log",
        "Against abuse: failed and excessive requests and sign-ins.",
        "{security_log_days} days",
        apart="Its entries name a network address and never an account or a visit; many people may share one.",
    ),
    Claim(
        "reservations",
        "Pictures set aside for jobs",
        "So that a picture that fails does not count.",
        "2 days at most",
        ("job", "jobs"),
        _plain("day", "held", "spent", "state", "at"),
    ),
    Claim(
        "idempotency",
        "Marks of repeated requests",
        "So that a program that asks twice makes a picture once.",
        "A day at most",
        ("mark", "marks"),
        _plain("job", "at"),
    ),
    Claim(
        "logins",
        "A sign-in under way",
        "To see that it ends in the browser where it began. Sealed.",
        "10 minutes at most",
        apart="Until it has ended nobody knows whose it is.",
    ),
)
"""Every table with a personal column."""

NOT_HELD = [
    {"what": "Product photos, reference pictures and masks", "why": "They pass through memory and are never written."},
    {"what": "Passwords", "why": "You sign in with your provider; we never see one."},
]
"""What people may look for in vain."""
