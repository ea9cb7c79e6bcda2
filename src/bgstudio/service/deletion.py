"""Deleting an account, or a visit, with everything that hangs on it, and the receipt that says so."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from bgstudio.db import Database, results
from bgstudio.errors import StoreDown, UsageError
from bgstudio.service.accounts import key_place
from bgstudio.service.keys import Keys
from bgstudio.service.rights import Rights
from bgstudio.service.visitor import Clock, Visitor, utc_now
from bgstudio.settings import Settings

CONFIRM = "delete"
"""The word that is typed to confirm."""

MOST_RECEIPT = 2_000

WENT = {
    "results": "pictures",
    "looks": "looks",
    "sign_ins": "devices",
    "consents": "services",
    "letters": "letters",
    "events": "events",
}
"""What a receipt counts, by table."""


class Leaves(Protocol):
    """Stops what somebody has under way; ``JobDesk`` satisfies it."""

    async def leave(self, visitor: Visitor) -> None:
        """Stop everything of a person, and forget it."""
        ...


@dataclass(frozen=True)
class Remains:
    """Something that stays for a time: ``what``, why it does, and until when at the latest, where that is known."""

    what: str
    why: str
    until: date | None


@dataclass(frozen=True)
class Receipt:
    """What was deleted. Holds no personal data, so that it can be shown, kept and passed on.

    Attributes:
        number: random; tells one receipt from another.
        at: when it was done.
        kind: ``account`` or ``visit``.
        went: how many pictures, looks, devices, services, letters and events were deleted.
        log_days, backup_days: how long the security log and backups are kept.
        whole: False where the store of files could not be reached: what lies there cannot be opened any more.
        token: all of this with the studio's seal; ``Deletion.read`` reads it.
    """

    number: str
    at: datetime
    kind: str
    went: dict[str, int]
    log_days: float
    backup_days: float
    whole: bool = True
    token: str = ""

    @property
    def remains(self) -> list[Remains]:
        """What stays for a time, and why."""
        stays = [
            Remains(
                "Entries of the security log",
                "They name a network address and never you, and protect the studio from abuse.",
                _until(self.at, self.log_days),
            ),
            Remains(
                "Numbers of pictures and letters counted for your network address",
                "Otherwise a deletion would refill the daily limit. A keyed hash stands for the address.",
                _until(self.at, 2),
            ),
        ]
        if not self.whole:
            stays.append(
                Remains(
                    "Sealed files",
                    "The store of files does not answer just now. Their key is destroyed, so nobody can open them; "
                    "they are deleted as soon as the store is back.",
                    None,
                )
            )
        if self.backup_days:
            stays.append(
                Remains(
                    "Backups of the host",
                    "A backup that is put back is cleared of your account again before anybody is served."
                    if self.kind == "account"
                    else "A visit in a backup that is put back lasts no longer than it would have lasted anyway.",
                    _until(self.at, self.backup_days),
                )
            )
        return stays

    def view(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "went": dict(self.went),
            "remains": [
                {"what": stays.what, "why": stays.why, "until": stays.until and stays.until.isoformat()}
                for stays in self.remains
            ],
            "receipt": self.token,
        }


class Deletion:
    """Deletes people's things when they ask, at once.

    Args:
        db: open.
        keys: receipts are sealed with a key derived from them.
        desk: stops running jobs.
        rights: counts what is there, and sees that nothing is left.
        erase_account: given an account's id: marks it as deleted, destroys its key, ends its sign-ins, deletes its
            files and rows; safe to be cut off anywhere.
        end_visit: the same for an anonymous visit.
        settings: how long the security log and backups are kept.
        clock: tells the time.
    """

    def __init__(
        self,
        db: Database,
        keys: Keys,
        desk: Leaves,
        rights: Rights,
        erase_account: Callable[[str], Awaitable[object]],
        end_visit: Callable[[Visitor], Awaitable[object]],
        settings: Settings,
        clock: Clock = utc_now,
    ) -> None:
        self._db = db
        self._keys = keys
        self._desk = desk
        self._rights = rights
        self._erase_account = erase_account
        self._end_visit = end_visit
        self._days = (settings.security_log_days, settings.backup_days)
        self._clock = clock

    async def delete(self, visitor: Visitor, confirmed: str) -> Receipt:
        """Delete an account or a visit, and everything of theirs, now.

        Jobs under way are stopped first. From the moment that the key is destroyed, what they still make is refused,
        and so is every other device.

        Args:
            visitor: who asks.
            confirmed: ``CONFIRM``, as they have typed it; case and blanks do not matter.

        Raises:
            UsageError: something else was typed. Nothing is deleted.
        """
        if confirmed.strip().strip("“”\"'").casefold() != CONFIRM:
            raise UsageError(
                f"The word “{CONFIRM}” was not typed.",
                "Nothing was deleted.",
                f"Type {CONFIRM} into the field to go on, or leave the page to keep everything.",
            )
        counts = await self._rights.counts(visitor)
        await self._desk.leave(visitor)
        whole = await self._erase(visitor)
        self._keys.forget(key_place(visitor.owner))
        await self._desk.leave(visitor)  # what began while the first was being stopped
        if whole:
            await self._rights.erase(visitor.owner)  # a table that was forgotten above is not forgotten here
        await self._db.compact()
        went = {name: counts[table] for table, name in WENT.items() if table in counts}
        return self._sealed(
            Receipt(
                secrets.token_hex(6).upper(),
                self._clock().astimezone(UTC).replace(microsecond=0),
                "account" if visitor.account else "visit",
                went,
                *self._days,
                whole,
            )
        )

    async def _erase(self, visitor: Visitor) -> bool:
        """Whether all of it is gone; False where the key is, and the store of files could not be reached after it."""
        try:
            if visitor.account:
                await self._erase_account(visitor.owner)
            else:
                await self._end_visit(visitor)
        except StoreDown:
            async with self._db.read() as connection:
                if await results.owner_lives(connection, visitor.owner, self._clock()):
                    raise  # nothing has been deleted yet
            return False
        return True

    def read(self, token: str) -> Receipt:
        """A receipt from its token; raises ``UsageError`` for one that this studio did not write."""
        body, _, seal = token.partition(".")
        if len(token) > MOST_RECEIPT or not hmac.compare_digest(self._seal(body).encode(), seal.encode()):
            raise _no_receipt()
        try:
            told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):
            raise _no_receipt() from None
        at = datetime.fromisoformat(told["at"])
        return Receipt(
            told["number"], at, told["kind"], told["went"], told["log"], told["backup"], told["whole"], token
        )

    def _sealed(self, receipt: Receipt) -> Receipt:
        told = {
            "number": receipt.number,
            "at": receipt.at.isoformat(),
            "kind": receipt.kind,
            "went": receipt.went,
            "log": receipt.log_days,
            "backup": receipt.backup_days,
            "whole": receipt.whole,
        }
        body = base64.urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
        return replace(receipt, token=f"{body}.{self._seal(body)}")

    def _seal(self, body: str) -> str:
        return hmac.new(self._keys.derive("receipt"), body.encode(errors="replace"), hashlib.sha256).hexdigest()


def _until(at: datetime, days: float) -> date:
    return (at + timedelta(days=days)).astimezone(UTC).date()


def _no_receipt() -> UsageError:
    return UsageError(
        "This is no receipt of this studio.", "It was changed, or is not complete.", "Use the address as you kept it."
    )
