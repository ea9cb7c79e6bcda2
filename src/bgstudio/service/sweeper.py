"""Deletes what has expired, with everything that hangs on it, and what a crash left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bgstudio.db import (
    Database,
    accounts,
    consents,
    holdings,
    idempotency,
    looks,
    reservations,
    results,
    security_log,
    sessions,
    sign_ins,
    spending,
    usage,
)
from bgstudio.domain.job import BlobStore
from bgstudio.service.visitor import Clock, utc_now

ROOT = "s"
"""First part of every blob's key; then come owner, job and name."""

UNFINISHED_AFTER = timedelta(hours=1)
"""Results whose files were not all stored by then never will be: who stored them is gone."""

KEEP_RESERVATIONS = timedelta(days=2)
KEEP_KEYS = timedelta(days=1)
KEEP_USAGE = timedelta(days=1)


def blob_prefix(owner: str, job: str = "") -> str:
    """Where the files of an owner, or of one of their jobs, lie in the blob store."""
    return f"{ROOT}/{owner}/{job}" if job else f"{ROOT}/{owner}"


async def erase_owner(db: Database, blobs: BlobStore, owner: str, now: datetime) -> int:
    """End a session and delete all that hangs on it; the number of blobs.

    The key goes first, so that nothing can be opened even if the rest fails; the session's row goes last, so that
    a next sweep finds what is left to do.
    """
    async with db.write() as connection:
        await sessions.destroy_key(connection, owner, now)
    deleted = await blobs.delete(blob_prefix(owner))
    async with db.write() as connection:
        await results.remove_of(connection, owner)
        await looks.remove_of(connection, owner)
        await consents.remove_of(connection, owner)
        await reservations.remove_of(connection, owner)
        await idempotency.remove_of(connection, owner)
        await usage.remove_scope(connection, usage.of_owner(owner))
        await spending.remove_of(connection, owner)
        await sessions.remove(connection, owner)
    return deleted


async def erase_account(db: Database, blobs: BlobStore, account: str) -> int:
    """Delete an account and all that hangs on it; the number of blobs.

    The key goes first and with it every sign-in, so that nothing can be opened and no device is let in even if the rest
    fails; the account's row goes last, so that a next sweep finds what is left to do.
    """
    async with db.write() as connection:
        await accounts.destroy_key(connection, account)
        await sign_ins.remove_of(connection, account)
    deleted = await blobs.delete(blob_prefix(account))
    async with db.write() as connection:
        for table in holdings.linked_tables():
            if table != "accounts":
                await holdings.remove_of(connection, table, account)
        await accounts.remove(connection, account)
    return deleted


async def erase_job(db: Database, blobs: BlobStore, owner: str, job: str) -> int:
    """Delete the results of one job; the number of blobs. Its row goes first, so that nobody is served what is going;
    blobs left by a crash are found by the next sweep."""
    async with db.write() as connection:
        await results.remove(connection, job, owner)
        await idempotency.remove(connection, owner, job)
    return await blobs.delete(blob_prefix(owner, job))


@dataclass(frozen=True)
class Swept:
    """What a sweep deleted, in numbers.

    Attributes:
        sessions: that had expired.
        results: jobs whose results had expired, were never whole, or belonged to nobody.
        blobs: files in the blob store.
        rows: old entries of the security log, of counts, reservations and idempotency keys.
    """

    sessions: int = 0
    results: int = 0
    blobs: int = 0
    rows: int = 0

    def __bool__(self) -> bool:
        return bool(self.sessions or self.results or self.blobs or self.rows)


class Sweeper:
    """Sweeps.

    Every step can be cut off anywhere, and the next sweep goes on from there.

    Args:
        db: open.
        blobs: where results lie.
        log_days: days that entries of the security log are kept.
        clock: tells the time.
    """

    def __init__(self, db: Database, blobs: BlobStore, log_days: float, clock: Clock = utc_now) -> None:
        self._db = db
        self._blobs = blobs
        self._log_life = timedelta(days=log_days)
        self._clock = clock

    async def sweep(self) -> Swept:
        """Delete everything whose time is over."""
        now = self._clock()
        ended, blobs = await self._sessions(now)
        gone, more = await self._results(now)
        orphans, strays = await self._orphans()
        rows = await self._rows(now)
        swept = Swept(ended, gone + orphans, blobs + more + strays, rows)
        await self._db.compact()  # always: what was deleted between sweeps goes from the log too
        return swept

    async def _sessions(self, now: datetime) -> tuple[int, int]:
        async with self._db.read() as connection:
            owners = await sessions.expired(connection, now)
            dying = await accounts.without_key(connection)
        blobs = 0
        for owner in owners:
            blobs += await erase_owner(self._db, self._blobs, owner, now)
        for account in dying:
            blobs += await erase_account(self._db, self._blobs, account)
        return len(owners), blobs

    async def _results(self, now: datetime) -> tuple[int, int]:
        async with self._db.read() as connection:
            rows = await results.expired(connection, now)
            rows += await results.unfinished(connection, now - UNFINISHED_AFTER)
            rows += await results.ownerless(connection)
        jobs = {row.job: row.owner for row in rows}
        blobs = 0
        for job, owner in jobs.items():
            blobs += await erase_job(self._db, self._blobs, owner, job)
        return len(jobs), blobs

    async def _orphans(self) -> tuple[int, int]:
        """Rows whose files are gone, and files that no row knows.

        A row is written before its first file and read here after the files are listed, so that what is being
        stored right now is never taken for a stray; rows count as having files only if they had them before.
        """
        async with self._db.read() as connection:
            ready = await results.ready_places(connection)
        keys = await self._blobs.keys(f"{ROOT}/")
        async with self._db.read() as connection:
            known = await results.all_places(connection)
        places = {_place(key) for key in keys}
        for owner, job in sorted((ready & known) - places):
            await erase_job(self._db, self._blobs, owner, job)
        blobs = 0
        for key in keys:
            if _place(key) not in known and not await self._wanted(*_place(key)):
                blobs += await self._blobs.delete(key)
        return len((ready & known) - places), blobs

    async def _wanted(self, owner: str, job: str) -> bool:
        async with self._db.read() as connection:
            return await results.wanted(connection, owner, job)

    async def _rows(self, now: datetime) -> int:
        async with self._db.write() as connection:
            return (
                await security_log.remove_before(connection, now - self._log_life)
                + await looks.remove_ownerless(connection)
                + await sign_ins.remove_expired(connection, now)
                + await reservations.remove_before(connection, now - KEEP_RESERVATIONS)
                + await idempotency.remove_before(connection, now - KEEP_KEYS)
                + await usage.remove_before(connection, (now - KEEP_USAGE).astimezone(UTC).date())
                + await spending.remove_before(connection, (now - KEEP_USAGE).astimezone(UTC).date())
            )


def _place(key: str) -> tuple[str, str]:
    """(owner, job) of a blob's key; ("", "") for one of another form."""
    parts = key.split("/")
    return (parts[1], parts[2]) if len(parts) == 4 and parts[0] == ROOT else ("", "")
