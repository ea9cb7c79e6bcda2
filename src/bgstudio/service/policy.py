"""The privacy policy as it is in force: written from the promises and the settings, with its earlier versions."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from bgstudio.db import Database, accounts, policies
from bgstudio.service.promises import HEADINGS, PROMISES, values
from bgstudio.service.visitor import Clock, Visitor, utc_now
from bgstudio.settings import Settings

Kind = Literal["same", "added", "removed"]

REPORT = "audit.json"
"""What the last audit on this machine has said, in the data folder."""


@dataclass(frozen=True)
class Version:
    """One version of the policy: the digest that names it, since when it is shown, and its words."""

    digest: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Change:
    """A run of words that stayed, came or went."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Checked:
    """When the promises were last checked on this machine, and which of them held."""

    at: datetime
    held: Mapping[str, bool]


class Policy:
    """The policy of this installation.

    Args:
        db: open.
        settings: what its words name.
        clock: tells the time.
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock = utc_now) -> None:
        self._db = db
        self._report = settings.data_dir / REPORT
        self._clock = clock
        self._now: Version | None = None
        self.values = values(settings)
        self.text = written(settings)

    async def start(self) -> None:
        """Write down a new version, if the words are others than those of the newest."""
        async with self._db.write() as connection:
            newest = await policies.newest(connection)
            if newest is None or newest.text != self.text:
                before = "" if newest is None else newest.digest
                digest = hashlib.sha256(f"{before}\n{self.text}".encode()).hexdigest()
                at = self._clock()
                if newest is not None:  # also where a clock was put back
                    at = max(at, newest.at + timedelta(microseconds=1))
                await policies.add(connection, policies.PolicyRow(digest, at, self.text))
                newest = await policies.newest(connection)
        assert newest is not None
        self._now = Version(newest.digest, newest.at, newest.text)

    @property
    def now(self) -> Version:
        """The version in force; only after ``start``."""
        assert self._now is not None, "not started"
        return self._now

    async def versions(self) -> list[Version]:
        """All, newest first."""
        async with self._db.read() as connection:
            return [Version(row.digest, row.at, row.text) for row in await policies.all_of(connection)]

    async def news(self, visitor: Visitor, cookie: str) -> str:
        """The version that somebody saw last, if the policy has changed since; empty otherwise, and for new people.

        Args:
            visitor: who.
            cookie: the digest that a visit has seen; empty for none.
        """
        if not visitor.account:
            return cookie if cookie != self.now.digest else ""
        async with self._db.read() as connection:
            row = await accounts.get(connection, visitor.owner)
        if row is None or row.policy_seen == self.now.digest:
            return ""
        if not row.policy_seen:  # signed in for the first time, with the policy at hand
            await self.seen(visitor)
        return row.policy_seen

    async def seen(self, visitor: Visitor) -> None:
        """Remember that an account has seen the version in force; a visit keeps that in its cookie."""
        if visitor.account:
            async with self._db.write() as connection:
                await accounts.see_policy(connection, visitor.owner, self.now.digest)

    def checked(self) -> Checked | None:
        """What the last audit on this machine has said; None where there was none that can be read."""
        return read_report(self._report)


def written(settings: Settings) -> str:
    """The whole policy as plain text: the headings with their promises, one to a line."""
    filled = values(settings)
    lines = []
    for heading in HEADINGS:
        lines.append(f"{heading.number}. {heading.title}")
        here = [one for one in PROMISES if one.heading == heading.number]
        lines.extend(f"{one.title.format(**filled)}: {one.sentence(filled)}" for one in here)
        lines.append("")
    return "\n".join(lines).strip() + "\n"


def difference(old: str, new: str) -> list[list[Change]]:
    """Line by line, which words came and which went. Lines that stayed are left out, headings of changes are not."""
    before, after = old.splitlines(), new.splitlines()
    shown: list[list[Change]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = before[a:b], after[c:d]
        for number in range(max(len(gone), len(come))):
            one = gone[number] if number < len(gone) else ""
            other = come[number] if number < len(come) else ""
            if changes := _words(one, other):
                shown.append(changes)
    return shown


def _words(old: str, new: str) -> list[Change]:
    before, after = (re.findall(r"\s+|\S+", line) for line in (old, new))
    found: list[Change] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("same", "".join(before[a:b])))
            continue
        if a < b:
            found.append(Change("removed", "".join(before[a:b])))
        if c < d:
            found.append(Change("added", "".join(after[c:d])))
    return found


def read_report(file: Path) -> Checked | None:
    """Read what an audit has written; None for what is no such report."""
    try:
        told = json.loads(file.read_text("utf-8"))
        at = datetime.fromisoformat(told["at"])
        held = {str(name): bool(kept) for name, kept in told["promises"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Checked(at.astimezone(UTC), held)


def write_report(folder: Path, at: datetime, held: Mapping[str, bool]) -> Path:
    """Write what an audit has found, for the page; raises ``OSError`` where the folder cannot be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / REPORT
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"at": at.isoformat(), "promises": dict(held)}, indent=1), "utf-8")
    part.replace(file)
    return file
