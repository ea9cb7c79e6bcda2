"""Anonymous sessions: begun by a first visit, found by a token, gone by themselves."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from bgstudio.db import Database
from bgstudio.db import sessions as rows
from bgstudio.domain.job import BlobStore
from bgstudio.service.keys import Keys
from bgstudio.service.sweeper import erase_owner
from bgstudio.service.visitor import OWNER_LENGTH, Clock, Visitor, address_scope, token_hash, utc_now
from bgstudio.vault import Box

TOKEN_BYTES = 32
MOST_TOKEN_LETTERS = 64
TOUCH_AFTER = timedelta(seconds=60)
"""A use is noted at most this often: a page's twenty requests need not be twenty writes."""

Purpose = Literal["page", "api"]


class Sessions:
    """Begins, finds and ends sessions.

    Args:
        db: open.
        blobs: where results lie; ``end`` deletes them.
        keys: makes and opens each session's key.
        hours: after its last use, a session ends.
        clock: tells the time.
    """

    def __init__(self, db: Database, blobs: BlobStore, keys: Keys, hours: float, clock: Clock = utc_now) -> None:
        self._db = db
        self._blobs = blobs
        self._keys = keys
        self._life = timedelta(hours=hours)
        self._clock = clock

    def scope(self, address: str) -> str:
        """``address_scope`` with this installation's secret."""
        return address_scope(address, self._keys.derive("address-scope"))

    async def begin(self, address: str, purpose: Purpose = "page") -> tuple[str, Visitor]:
        """A new session: the token, which is kept nowhere here, and its visitor."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._clock()
        hashed = token_hash(token)
        key, wrapped = await self._keys.fresh(_place(hashed))
        row = rows.SessionRow(
            hash=hashed,
            owner=hashed[:OWNER_LENGTH],
            created=now,
            used_at=now,
            expires=now + self._life,
            wrapped_key=wrapped,
            purpose=purpose,
        )
        async with self._db.write() as connection:
            await rows.add(connection, row)
        return token, self._visitor(row, key, address)

    async def find(self, token: str, address: str) -> Visitor | None:
        """The visitor of a token, whose session then lives on; None where there is none or it has ended.

        Raises:
            WrongKey: its key does not open; the row or the master key was changed.
        """
        if not token or len(token) > MOST_TOKEN_LETTERS or not token.isascii():
            return None
        now = self._clock()
        hashed = token_hash(token)
        async with self._db.read() as connection:
            row = await rows.get(connection, hashed)
        if row is None or row.expires <= now or not row.wrapped_key:
            return None
        key = await self._keys.open(row.wrapped_key, _place(hashed))
        if now - row.used_at >= TOUCH_AFTER:
            row = replace(row, used_at=now, expires=now + self._life)
            async with self._db.write() as connection:
                await rows.touch(connection, hashed, now, row.expires)
        return self._visitor(row, key, address)

    async def end(self, visitor: Visitor) -> None:
        """End a session at once: its key is destroyed, and everything that hangs on it deleted.

        What counts for the network address stays until the day is over, so that this does not refill the quota.
        Jobs that still run are the caller's to cancel; what they make is refused by ``Results``.
        """
        await erase_owner(self._db, self._blobs, visitor.owner, self._clock())
        await self._db.compact()

    def _visitor(self, row: rows.SessionRow, key: Box, address: str) -> Visitor:
        return Visitor(row.owner, key, address, self.scope(address), row.expires)


def _place(hashed: str) -> str:
    return f"session/{hashed}"
