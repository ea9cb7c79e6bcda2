"""Remembers which accounts were deleted, so that a backup that is put back brings none of them back.

A mark lies in the blob store, apart from the database: a keyed hash of the account's random id, and the day. It says
nothing about anybody, and goes when no backup can be older than it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, date, timedelta

from bgstudio.db import Database, accounts
from bgstudio.domain.job import BlobStore
from bgstudio.service.keys import Keys
from bgstudio.service.sweeper import erase_account
from bgstudio.service.visitor import Clock, utc_now
from bgstudio.vault import Box

FOLDER = "graves"
HASH_LETTERS = 32


class Graves:
    """Buries accounts, and sees that they stay buried.

    Args:
        db: open.
        blobs: where results lie, and the marks.
        keys: the hash is keyed with a key derived from them.
        days: backups are kept so long, and marks a day longer.
        clock: tells the time.
    """

    def __init__(self, db: Database, blobs: BlobStore, keys: Keys, days: float, clock: Clock = utc_now) -> None:
        self._db = db
        self._blobs = blobs
        self._keys = keys
        self._life = timedelta(days=days + 1)
        self._clock = clock

    async def bury(self, account: str) -> int:
        """Delete an account and all that hangs on it, for good; the number of files.

        The mark goes first: cut off behind it, the next sweep finishes what was begun.

        Raises:
            StoreDown: the mark could not be written, and nothing was deleted; or files could not be deleted, and can
                be opened by nobody any more.
        """
        place = f"{FOLDER}/{self._clock().astimezone(UTC):%Y%m%d}-{self._hash(account)}"
        await self._blobs.put(place, Box(self._keys.derive("graves")).seal(b"", place))
        deleted = await erase_account(self._db, self._blobs, account)
        await self._db.compact()
        return deleted

    async def tend(self) -> int:
        """Erase again what has come back, and drop marks that are too old; how many accounts had come back."""
        last = (self._clock() - self._life).astimezone(UTC).date()
        buried: set[str] = set()
        for place in await self._blobs.keys(f"{FOLDER}/"):
            day, hashed = _read(place)
            if day is None or day < last:
                await self._blobs.delete(place)
            else:
                buried.add(hashed)
        if not buried:
            return 0
        async with self._db.read() as connection:
            there = await accounts.ids(connection)
        back = [account for account in there if self._hash(account) in buried]
        for account in back:
            await erase_account(self._db, self._blobs, account)
        if back:
            await self._db.compact()
        return len(back)

    def _hash(self, account: str) -> str:
        return hmac.new(self._keys.derive("graves"), account.encode(), hashlib.sha256).hexdigest()[:HASH_LETTERS]


def _read(place: str) -> tuple[date | None, str]:
    day, _, hashed = place.removeprefix(f"{FOLDER}/").partition("-")
    try:
        return date.fromisoformat(day), hashed
    except ValueError:
        return None, ""
