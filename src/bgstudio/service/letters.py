"""Letters to the host: questions and requests, stored sealed, followed to an answer by a secret address."""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bgstudio.db import Database, usage
from bgstudio.db import letters as rows
from bgstudio.domain.sealed import Sealed, place
from bgstudio.errors import LimitReached, UnknownLetter, UsageError
from bgstudio.service.keys import Keys
from bgstudio.service.visitor import Clock, Visitor, address_scope, token_hash, utc_now
from bgstudio.vault import Box

MOST_LETTERS = 5_000
"""Letters of the alphabet that one letter, or its answer, may have."""

MOST_EMAIL = 254
MOST_LISTED = 500
SECRET_BYTES = 18
NAME_LENGTH = 32

_SECRET = re.compile(r"[A-Za-z0-9_-]{24}")


class LetterKind(StrEnum):
    """What a letter is about."""

    QUESTION = "question"
    ACCESS = "access"
    CORRECT = "correct"
    DELETE = "delete"
    OBJECT = "object"
    APPEAL = "appeal"
    OTHER = "other"


class LetterState(StrEnum):
    """Where a letter stands."""

    OPEN = rows.OPEN
    ANSWERED = rows.ANSWERED
    CLOSED = rows.CLOSED


@dataclass(frozen=True)
class Letter:
    """One letter, opened.

    Attributes:
        id: names it to the host; who knows it alone cannot open it.
        kind, state: what it is about, and where it stands.
        at: when it came.
        answered_at: when it was answered or closed.
        words: what was written.
        email: where an answer may go too; may be empty.
        answer: of the host; empty before.
        account: whether it belongs to an account, on whose page it is shown and with which it goes.
    """

    id: str
    kind: LetterKind
    state: LetterState
    at: datetime
    answered_at: datetime | None
    words: str = field(repr=False)
    email: str = field(repr=False)
    answer: str = field(repr=False)
    account: bool = False

    def view(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "state": self.state.value,
            "at": self.at.isoformat(),
            "answered_at": None if self.answered_at is None else self.answered_at.isoformat(),
            "words": self.words,
            "email": self.email,
            "answer": self.answer,
        }


class Letters:
    """Takes letters in, keeps them sealed, and hands their answers out.

    Args:
        db: open.
        keys: the key that letters are sealed with comes from them, so that the host can read and answer.
        per_day: letters from one network address in a day (UTC).
        days: after so many, answered and closed letters go.
        clock: tells the time.

    Attributes:
        came: told of each new letter's kind, and nothing else of it.
    """

    def __init__(self, db: Database, keys: Keys, per_day: int, days: float, clock: Clock = utc_now) -> None:
        self.came: Callable[[LetterKind], object] | None = None
        self._db = db
        self._keys = keys
        self._per_day = per_day
        self._life = timedelta(days=days)
        self._clock = clock

    # -- writing ---------------------------------------------------------------------------------------------------

    async def send(
        self, kind: str, words: str, email: str = "", *, address: str = "", visitor: Visitor | None = None
    ) -> str:
        """Take a letter in; its secret, which is kept nowhere here.

        Args:
            kind: one of ``LetterKind``.
            words: 1 to 5,000 letters.
            email: where an answer may go too; may be empty.
            address: network address that it comes from; counted for the day by its keyed hash.
            visitor: who writes. Only an account's letters are linked to it; a visit's are not.

        Raises:
            UsageError: an unknown kind, no words or too many, or an address that is none.
            LimitReached: as many letters as a day allows have come from this network.
        """
        about = _kind(kind)
        said = {"words": _words(words, "letter"), "email": _email(email), "answer": ""}
        now = self._clock()
        secret = secrets.token_urlsafe(SECRET_BYTES)
        name = _name(secret)
        owner = visitor.owner if visitor is not None and visitor.account else None
        row = rows.LetterRow(name, owner, about.value, rows.OPEN, now, None, self._seal(name, said))
        scope = visitor.scope if visitor is not None else address_scope(address, self._keys.derive("address-scope"))
        async with self._db.write() as connection:
            if not await usage.take(connection, _counted(scope), now.astimezone(UTC).date(), 1, self._per_day):
                raise _too_many(self._per_day, now)
            await rows.add(connection, row)
        if self.came is not None:
            self.came(about)
        return secret

    # -- following -------------------------------------------------------------------------------------------------

    async def find(self, secret: str) -> Letter:
        """The letter of a secret; raises ``UnknownLetter``."""
        return await self.get(_name(secret) if _SECRET.fullmatch(secret) else "")

    async def settle(self, secret: str) -> Letter:
        """Close a letter, as its writer: they need no answer, or have what they need; raises ``UnknownLetter``."""
        return await self._close(_name(secret))

    async def withdraw(self, secret: str) -> None:
        """Delete a letter with its answer, as its writer; raises ``UnknownLetter``."""
        await self._remove(_name(secret))

    async def mine(self, visitor: Visitor) -> list[Letter]:
        """Letters of an account, newest first; none for a visit, since nothing links it to its letters."""
        if not visitor.account:
            return []
        async with self._db.read() as connection:
            found = await rows.of_owner(connection, visitor.owner)
        return [self._open(row) for row in found]

    async def withdraw_mine(self, visitor: Visitor, letter: str) -> None:
        """Delete one of an account's letters; raises ``UnknownLetter``."""
        async with self._db.read() as connection:
            row = await rows.get(connection, letter)
        if row is None or not visitor.account or row.owner != visitor.owner:
            raise unknown_letter()
        await self._remove(letter)

    # -- the host --------------------------------------------------------------------------------------------------

    async def list(self, state: str | None = None, limit: int = MOST_LISTED) -> list[Letter]:
        """Letters for the host: open ones first, the oldest of them on top, then the others; raises ``UsageError``."""
        if state is not None and state not in set(LetterState):
            raise UsageError(
                "Letters have no such state.", remedy=f"Choose one of: {', '.join(one.value for one in LetterState)}."
            )
        async with self._db.read() as connection:
            found = await rows.listed(connection, state, limit)
        return [self._open(row) for row in found]

    async def waiting(self) -> int:
        """How many letters are open."""
        async with self._db.read() as connection:
            return (await rows.counts(connection)).get(rows.OPEN, 0)

    async def get(self, letter: str) -> Letter:
        """One by its id; raises ``UnknownLetter``."""
        async with self._db.read() as connection:
            row = await rows.get(connection, letter)
        if row is None:
            raise unknown_letter()
        return self._open(row)

    async def answer(self, letter: str, words: str) -> Letter:
        """Answer a letter, as the host; a second answer takes the place of the first.

        Raises:
            UnknownLetter: it is not there, or was withdrawn in the meantime.
            UsageError: no words, or too many; or its writer has closed it.
        """
        answer = _words(words, "answer")
        now = self._clock()
        async with self._db.write() as connection:
            row = await rows.get(connection, letter)
            if row is None:
                raise unknown_letter()
            if row.state == rows.CLOSED:
                raise UsageError(
                    "This letter is closed.",
                    "Whoever wrote it does not wait for an answer any more. Nothing was changed.",
                    "Leave it; it goes by itself.",
                )
            sealed = self._seal(letter, self._said(row) | {"answer": answer})
            row = replace(row, state=rows.ANSWERED, answered_at=now, sealed=sealed)
            await rows.change(connection, letter, row.state, now, sealed)
        return self._open(row)

    async def close(self, letter: str) -> Letter:
        """Close a letter that needs no answer, as the host; raises ``UnknownLetter``."""
        return await self._close(letter)

    async def sweep(self) -> int:
        """Delete answered and closed letters whose time is over; how many."""
        async with self._db.write() as connection:
            return await rows.remove_before(connection, self._clock() - self._life)

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _close(self, letter: str) -> Letter:
        async with self._db.write() as connection:
            row = await rows.get(connection, letter)
            if row is None:
                raise unknown_letter()
            if row.state != rows.CLOSED:
                row = replace(row, state=rows.CLOSED, answered_at=row.answered_at or self._clock())
                await rows.change(connection, letter, row.state, row.answered_at, row.sealed)
        return self._open(row)

    async def _remove(self, letter: str) -> None:
        async with self._db.write() as connection:
            gone = await rows.remove(connection, letter)
        if not gone:
            raise unknown_letter()
        await self._db.compact()

    def _box(self) -> Box:
        return Box(self._keys.derive("letters"))

    def _seal(self, name: str, said: dict[str, str]) -> bytes:
        return self._box().seal(json.dumps(said).encode(), place("letters", name, "letter")).data

    def _said(self, row: rows.LetterRow) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._box().open(Sealed(row.sealed), place("letters", row.id, "letter")))
        return found

    def _open(self, row: rows.LetterRow) -> Letter:
        said = self._said(row)
        return Letter(
            row.id, LetterKind(row.kind), LetterState(row.state), row.at, row.answered_at,
            said["words"], said["email"], said["answer"], row.owner is not None,
        )  # fmt: skip


def unknown_letter() -> UnknownLetter:
    """No such letter, or somebody else's: both look the same from outside."""
    return UnknownLetter(
        "There is no letter at this address.",
        "It was deleted, or the address is not complete.",
        "Look at the address that you kept. If it is lost, write again.",
    )


def _name(secret: str) -> str:
    """What the database calls the letter of a secret."""
    return token_hash(f"letter {secret}")[:NAME_LENGTH]


def _counted(scope: str) -> str:
    """The scope under which the letters of a network address are counted."""
    return f"l:{scope}"


def _kind(kind: str) -> LetterKind:
    try:
        return LetterKind(kind)
    except ValueError:
        kinds = ", ".join(one.value for one in LetterKind)
        raise UsageError(
            "It was not said what the letter is about.", "It was not sent.", f"Choose one of: {kinds}."
        ) from None


def _words(words: str, what: str) -> str:
    """Text with plain line ends and without control characters."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(letter for letter in plain if letter in "\n\t" or (letter >= " " and letter != "\x7f")).strip()
    if not plain:
        raise UsageError(f"The {what} is empty.", "It was not sent.", "Write what it is about.")
    if len(plain) > MOST_LETTERS:
        raise UsageError(
            f"The {what} has {len(plain):,} letters.",
            "It was not sent.",
            f"Shorten it to {MOST_LETTERS:,}; what does not fit can go into a second one.",
        )
    return plain


def _email(text: str) -> str:
    email = text.strip()
    name, at, host = email.rpartition("@")
    good = len(email) <= MOST_EMAIL and name and at and host and email.isprintable() and not set(email) & set(" ,;<>")
    if email and not good:
        raise UsageError(
            "This is no e-mail address.", "The letter was not sent.", "Write it as name@example.com, or leave it out."
        )
    return email


def _too_many(per_day: int, now: datetime) -> LimitReached:
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return LimitReached(
        f"{per_day} letters have come from your network address today.",
        "More are not taken in, so that nobody can bury the host in letters. This one was not sent.",
        "Keep its text, and send it after midnight UTC.",
        retry_after=max(1, math.ceil((midnight - now).total_seconds())),
    )
