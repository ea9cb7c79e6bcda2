"""What a visit has made goes to the account that the person signs in to, where they agree."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from bgstudio.db import Database, idempotency
from bgstudio.db import results as rows
from bgstudio.domain.job import BlobStore
from bgstudio.domain.sealed import place
from bgstudio.errors import Gone, WrongKey
from bgstudio.service.job import Job
from bgstudio.service.looks import Looks
from bgstudio.service.results import MOST_PER_PAGE, Result, Results, open_row, seal_row
from bgstudio.service.sweeper import blob_prefix
from bgstudio.service.visitor import Clock, Visitor, utc_now

log = structlog.get_logger("bgstudio.moving")

_TRIES = 5
"""How often a job is tried again that was changed while it was copied."""

_Outcome = Literal["moved", "left", "gone"]


class UnderWay(Protocol):
    """What the desk knows of jobs that have not ended; ``JobDesk`` satisfies it."""

    def under_way(self, owner: str) -> tuple[Job, ...]:
        """Jobs of an owner that have not ended."""
        ...

    async def outlast(self, job: Job) -> None:
        """Wait until a job has ended."""
        ...

    def let_go(self, owner: str, job: str) -> None:
        """Forget what is remembered of an ended job."""
        ...


@dataclass(frozen=True)
class Belongings:
    """What a visit could take along: finished ``pictures``, saved ``looks``, and jobs that are still ``running``."""

    pictures: int
    looks: int
    running: int = 0

    def __bool__(self) -> bool:
        return bool(self.pictures or self.looks or self.running)


@dataclass(frozen=True)
class Moved:
    """What was handed over.

    Attributes:
        jobs, looks: that belong to the account now.
        later: jobs that are still under way; each follows when it has ended.
        left: jobs and looks that the account has no room for; they stay with the visit and go with it.
    """

    jobs: int = 0
    looks: int = 0
    later: int = 0
    left: int = 0


class Moving:
    """Hands results and looks over from a visit to an account.

    A job goes in four steps: its files are sealed anew and stored under the account; one transaction gives the row to
    the account; the old files are deleted. Cut off anywhere, each job is wholly the visit's or wholly the account's,
    and ``move`` called again goes on from there. Copies that belong to nobody are swept.

    Nothing is written down that links the visit to the account. The visit itself goes on, and ends by itself; do not
    end it while jobs of it are under way, or they are stopped.

    Args:
        db: open.
        blobs: where files lie.
        results: whose limits hold.
        looks: the saved looks.
        desk: knows the jobs under way.
        clock: tells the time.
    """

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        results: Results,
        looks: Looks,
        desk: UnderWay,
        clock: Clock = utc_now,
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._results = results
        self._looks = looks
        self._desk = desk
        self._clock = clock
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}
        self._following: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def belongings(self, visit: Visitor) -> Belongings:
        """What there is to take along."""
        pictures, cursor = 0, None
        while True:
            page, cursor = await self._results.page(visit, cursor, MOST_PER_PAGE)
            pictures += sum(len(facts.get("pictures", ())) for _job, facts in page)
            if cursor is None:
                break
        return Belongings(pictures, await self._looks.count(visit), len(self._desk.under_way(visit.owner)))

    async def move(self, visit: Visitor, account: Visitor) -> Moved:
        """Hand over all that a visit has made. Called twice, the second call finds nothing left to do.

        Jobs still under way are finished for the visit and follow when they have ended. Days left stay as they were:
        results go seven days after they were made. The account's limit on bytes holds: what does not fit stays behind,
        the oldest first.

        Args:
            visit: an anonymous person's.
            account: who they have signed in as.

        Raises:
            Gone: the account was deleted in the meantime.
            StoreDown: the store cannot be reached; what was not handed over stays with the visit.
        """
        if visit.account or not account.account:
            raise ValueError("things move from a visit to an account")
        async with self._turn(visit.owner):
            await self._tidy(visit)
            looks, left = await self._looks.hand_over(visit, account)
            under_way = {job.id: job for job in self._desk.under_way(visit.owner)}
            moved = 0
            for job in await self._jobs(visit):
                if job in under_way:
                    continue
                outcome = await self._take(visit, account, job)
                moved += outcome == "moved"
                left += outcome == "left"
            for running in under_way.values():
                self._follow(visit, account, running)
        if moved or looks:
            await self._db.compact()  # nothing of the visit's stays readable in the log
        return Moved(moved, looks, len(under_way), left)

    async def close(self) -> None:
        """Let those that follow arrive; call it when no job is under way any more."""
        if self._following:
            await asyncio.wait(set(self._following.values()), timeout=10.0)
        for task in list(self._following.values()):
            task.cancel()

    @contextlib.asynccontextmanager
    async def _turn(self, owner: str) -> AsyncIterator[None]:
        """One move of a visit at a time: a callback that comes twice waits for the first."""
        lock, waiting = self._turns.get(owner, (asyncio.Lock(), 0))
        self._turns[owner] = lock, waiting + 1
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns[owner]
            self._turns[owner] = lock, waiting - 1
            if waiting == 1:
                del self._turns[owner]

    async def _jobs(self, visit: Visitor) -> list[str]:
        """The visit's jobs, newest first, so that the newest find room."""
        async with self._db.read() as connection:
            found = await rows.oldest(connection, visit.owner)
        return [row.job for row in reversed(found)]

    async def _tidy(self, visit: Visitor) -> None:
        """Delete files under the visit whose job is not its own any more: a move was cut off before it did."""
        jobs = {key.split("/")[2] for key in await self._blobs.keys(f"{blob_prefix(visit.owner)}/")}
        for job in sorted(jobs):
            async with self._db.read() as connection:
                row = await rows.get(connection, job)
            if row is None or row.owner != visit.owner:
                await self._blobs.delete(blob_prefix(visit.owner, job))

    async def _take(self, visit: Visitor, account: Visitor, job: str) -> _Outcome:
        """Hand one job over."""
        for _ in range(_TRIES):
            async with self._db.read() as connection:
                row = await rows.get(connection, job)
            if row is None or row.owner != visit.owner or not row.ready or row.expires <= self._clock():
                break
            if await self._results.room(account) < row.size:
                return "left"
            try:
                result = open_row(row, visit)
                await self._copy(visit, account, result)
            except WrongKey:
                log.error("not moved", job=job, error="WrongKey")
                await self._drop_copy(account, job)
                return "left"
            if await self._switch(visit, account, row, result):
                self._desk.let_go(visit.owner, job)
                await self._blobs.delete(blob_prefix(visit.owner, job))
                return "moved"
        await self._drop_copy(account, job)
        return "gone"

    async def _copy(self, visit: Visitor, account: Visitor, result: Result) -> None:
        """Seal the files anew and store them under the account; a file that is lost stays lost."""
        job = result.job
        for name in result.files:
            sealed = await self._blobs.get(f"{blob_prefix(visit.owner, job)}/{name}")
            if sealed is None:
                continue
            data = visit.key.open(sealed, place(visit.owner, job, name))
            again = account.key.seal(data, place(account.owner, job, name))
            await self._blobs.put(f"{blob_prefix(account.owner, job)}/{name}", again)

    async def _switch(self, visit: Visitor, account: Visitor, row: rows.ResultRow, result: Result) -> bool:
        """Give the row to the account, in one transaction; False where it was changed since it was read.

        Raises:
            Gone: the account has ended.
        """
        facts = seal_row(account, row.job, result.facts, result.files.values())
        async with self._db.write() as connection:
            alive = await rows.owner_lives(connection, account.owner, self._clock())
            if alive and await rows.hand_over(connection, row, account.owner, facts):
                await idempotency.remove(connection, visit.owner, row.job)  # it would link the two
                return True
        if not alive:
            await self._drop_copy(account, row.job)
            raise Gone(
                "This account was deleted.",
                "Nothing was moved to it, and the visit still has its pictures.",
                "Go on without an account, or sign in again.",
            )
        return False

    async def _drop_copy(self, account: Visitor, job: str) -> None:
        """Delete files under the account, unless the job is the account's."""
        async with self._db.read() as connection:
            row = await rows.get(connection, job)
        if row is None or row.owner != account.owner:
            await self._blobs.delete(blob_prefix(account.owner, job))

    def _follow(self, visit: Visitor, account: Visitor, job: Job) -> None:
        """Hand a job over as soon as it has ended."""
        known = (job.id, account.owner)
        if known in self._following:
            return

        async def follow() -> None:
            await self._desk.outlast(job)
            try:
                async with self._turn(visit.owner):
                    await self._take(visit, account, job.id)
            except Exception as error:  # it stays with the visit; the person can ask again
                log.error("not moved", job=job.id, error=type(error).__name__)

        task = asyncio.create_task(follow(), name=f"move {job.id}")
        self._following[known] = task
        task.add_done_callback(lambda _done: self._following.pop(known, None))
