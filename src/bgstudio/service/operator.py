"""The host's own sign-in: a one-time link made on the machine itself, and the session it becomes."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bgstudio.db import Database
from bgstudio.db import operator_passes as rows
from bgstudio.service.visitor import Clock, token_hash, utc_now

LINK_LIFE = timedelta(minutes=15)
TOKEN_BYTES = 32
MOST_TOKEN_LETTERS = 64


class Operator:
    """Lets the host in, and nobody else. Only hashes of links and sessions are kept.

    Args:
        db: open.
        hours: after so many the host is signed out.
        clock: tells the time.
    """

    def __init__(self, db: Database, hours: float, clock: Clock = utc_now) -> None:
        self._db = db
        self._life = timedelta(hours=hours)
        self._clock = clock

    async def link(self) -> str:
        """A new one-time token; good for 15 minutes, and once."""
        return await self._begin(rows.LINK, LINK_LIFE)

    async def waiting(self, link: str) -> bool:
        """Whether a one-time token is still good; does not use it."""
        return await self._good(link, rows.LINK)

    async def enter(self, link: str) -> str | None:
        """Use a one-time token: the token of a session, or None where it is not good, or was used."""
        if not _possible(link):
            return None
        now = self._clock()
        async with self._db.write() as connection:
            if not await rows.take(connection, _named(rows.LINK, link), rows.LINK, now):
                return None
        return await self._begin(rows.SESSION, self._life)

    async def known(self, session: str) -> bool:
        """Whether this is the token of a session that has not ended."""
        return await self._good(session, rows.SESSION)

    async def leave(self, session: str) -> None:
        """End a session."""
        if not _possible(session):
            return
        async with self._db.write() as connection:
            await rows.take(connection, _named(rows.SESSION, session), rows.SESSION, self._clock())

    async def sweep(self) -> int:
        """Delete what has run out."""
        async with self._db.write() as connection:
            return await rows.remove_before(connection, self._clock())

    async def _begin(self, kind: str, life: timedelta) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()
        async with self._db.write() as connection:
            await rows.add(connection, rows.PassRow(_named(kind, token), kind, now, now + life))
        return token

    async def _good(self, token: str, kind: str) -> bool:
        if not _possible(token):
            return False
        async with self._db.read() as connection:
            return await rows.good(connection, _named(kind, token), kind, self._clock())


def _possible(token: str) -> bool:
    return 0 < len(token) <= MOST_TOKEN_LETTERS and token.isascii()


def _named(kind: str, token: str) -> str:
    return token_hash(f"operator {kind} {token}")
