"""The desk that takes jobs in, sees them through the engine, and tells how they stand."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bgstudio.domain.job import Artefact, Engine, JobState, Outcome, Step, Task, Told, Wish
from bgstudio.errors import (
    Busy,
    Cancelled,
    Gone,
    LimitReached,
    NotReady,
    StudioError,
    UnknownJob,
    UsageError,
)
from bgstudio.service.job import Event, Inputs, Job, cut_short, plan_of, problem
from bgstudio.service.order import Delivery, DeskLimits
from bgstudio.service.quota import Quota, Reservation
from bgstudio.service.refusals import our_fault, stopping, unknown_file, waited_too_long
from bgstudio.service.results import Results
from bgstudio.service.telling import tell
from bgstudio.service.trace import where
from bgstudio.service.visitor import Visitor

log = structlog.get_logger("bgstudio.jobs")


@dataclass
class _Promise:
    """What an idempotency key stands for."""

    fingerprint: str
    job: asyncio.Future[str]


@dataclass
class _Under:
    """What belongs to a job under way: whose it is, the pictures held for it, and why it is being stopped."""

    visitor: Visitor
    held: Reservation | None
    why: dict[str, Any] | None = None


class JobDesk:
    """Takes jobs in and sees them through.

    One job has at most one task in the engine at a time, so that others get their turn between. Inputs live in the
    job's record only and are dropped when the job ends: done, failed, cancelled, deleted or cut short.

    Args:
        engine: where tasks run.
        results: where what they made is kept.
        quota: counts pictures.
        limits: see ``DeskLimits``.
        now: the time in UTC.
        ended: told of each job that has ended, for metrics.

    Attributes:
        failed: told of each job that has failed, and of the error's code.
        watched: told of each job that has ended, whose it is, and after how many seconds.
        turned: told of each step that has ended well, and after how many seconds.
    """

    def __init__(
        self,
        engine: Engine,
        results: Results,
        quota: Quota,
        limits: DeskLimits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        ended: Callable[[Job, float], None] | None = None,
    ) -> None:
        self._engine = engine
        self._results = results
        self._quota = quota
        self._limits = limits or DeskLimits()
        self._now = now
        self.ended = ended
        self.failed: Callable[[Visitor, str], Awaitable[None]] | None = None
        self.watched: Callable[[Visitor, Job, float], Awaitable[None]] | None = None
        self.turned: Callable[[Step, float], None] | None = None
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._promises: OrderedDict[tuple[str, str], _Promise] = OrderedDict()
        self._under: dict[str, _Under] = {}
        self._closing = False
        results.dropped = self._dropped
        self._task_seconds = 8.0  # a guess until the first tasks have told; a running mean after

    # -- what is going on ------------------------------------------------------------------------------------------

    @property
    def live(self) -> list[Job]:
        """Jobs that have not ended."""
        return [job for job in self._jobs.values() if not job.state.ended]

    def whose(self, job: str) -> Visitor:
        """Whose a job under way is; raises ``Gone`` where it has ended or was deleted."""
        under = self._under.get(job)
        if under is None:
            raise Gone("This job has ended.", "Nothing more is done for it.", "Start it again if you like.")
        return under.visitor

    def sent(self, job: str, service: str) -> None:
        """Note in a job's receipt that something of it went to an outside service."""
        found = self._jobs.get(job)
        if found is not None and service not in found.sent_to:
            found.sent_to.append(service)
            found.note_change()

    @staticmethod
    def new_id() -> str:
        """An id for a job to come; its parts are sealed for it before it exists."""
        return secrets.token_hex(10)

    def admit(self, visitor: Visitor) -> None:
        """Refuse early, before a long upload is read, what ``submit`` would refuse after it.

        Raises:
            Busy: the queue is full, or the service is stopping.
            LimitReached: this person has too many jobs under way.
        """
        if self._closing:
            raise stopping()
        live = self.live
        mine = sum(job.owner == visitor.owner for job in live)
        if mine >= self._limits.jobs_at_once:
            raise LimitReached(
                f"{mine} of your jobs are under way.",
                f"One person may have {self._limits.jobs_at_once} at the same time, so that everybody gets a turn.",
                "Wait until one is done, or cancel one.",
                retry_after=self._until_one_ends(mine),
            )
        state = self._engine.state()
        room = max(1, state.workers) + state.most_waiting
        if len(live) >= room or state.waiting >= state.most_waiting:
            raise Busy(
                "All places in the queue are taken.",
                "Nothing was taken in and nothing counts.",
                "Try again in a little while.",
                retry_after=self._until_one_ends(len(live)),
            )

    def _until_one_ends(self, among: int) -> int:
        """Seconds after which one of that many jobs has probably ended, 1..300."""
        workers = max(1, self._engine.state().workers)
        tasks = 2 if among else 1
        return max(1, min(300, math.ceil(self._task_seconds * tasks / min(workers, max(1, among)))))

    # -- taking in -------------------------------------------------------------------------------------------------

    async def submit(self, visitor: Visitor, delivery: Delivery, idempotency_key: str | None = None) -> Job:
        """Take a job in and start it.

        Args:
            visitor: whose it is.
            delivery: its parts.
            idempotency_key: the same key again gives the same job.

        Raises:
            Busy, LimitReached: see ``admit``; or the day's pictures are used up.
            UsageError: the key was used for something else.
        """
        if idempotency_key is None:
            return await self._take_in(visitor, delivery)
        place = (visitor.owner, idempotency_key)
        known = self._promises.get(place)
        if known is not None:
            return await self._keep_promise(visitor, known, delivery)
        promise = _Promise(delivery.fingerprint, asyncio.get_running_loop().create_future())
        self._promises[place] = promise
        while len(self._promises) > 4 * self._limits.remembered:
            self._promises.popitem(last=False)
        try:
            job = await self._begin_or_find(visitor, delivery, idempotency_key)
        except BaseException as error:
            self._promises.pop(place, None)
            promise.job.set_exception(error if isinstance(error, StudioError) else our_fault())
            promise.job.exception()  # whoever waits is told; nobody else needs to be
            raise
        promise.job.set_result(job.id)
        return job

    async def _begin_or_find(self, visitor: Visitor, delivery: Delivery, key: str) -> Job:
        """The job that the key stood for before a restart, or a new one."""
        known = await self._results.remember(visitor, key, delivery.job)
        if known != delivery.job:
            with contextlib.suppress(UnknownJob):
                return await self.get(visitor, known)
            await self._results.forget(visitor, known)  # it was lost in a crash: this request begins it anew
            await self._results.remember(visitor, key, delivery.job)
        try:
            return await self._take_in(visitor, delivery)
        except BaseException:
            await self._results.forget(visitor, delivery.job)
            raise

    async def _keep_promise(self, visitor: Visitor, promise: _Promise, delivery: Delivery) -> Job:
        if promise.fingerprint != delivery.fingerprint:
            raise UsageError(
                "This idempotency key was used for another request.",
                "Nothing was taken in.",
                "Use a new key for a new job, and the same key only to repeat the very same request.",
            )
        return await self.get(visitor, await asyncio.shield(promise.job))

    async def _take_in(self, visitor: Visitor, delivery: Delivery) -> Job:
        self.admit(visitor)
        wish, transport = delivery.wish, self._engine.transport
        job = Job.of(delivery.job, visitor.owner, wish, delivery.came, self._now())
        job.expires = self._results.ends(visitor, job.created)
        job.inputs = Inputs(
            wish=transport.seal(wish.model_dump_json().encode(), f"{job.id}/wish"),
            photo=delivery.photo,
            reference=delivery.reference,
            strokes=delivery.strokes,
            key=transport.seal(visitor.key.key, f"{job.id}/key"),
        )
        self._jobs[job.id] = job  # counted at once, so that two requests do not both take the last place
        try:
            held = await self._quota.reserve(visitor, job.count) if job.count else None
        except BaseException:
            self._drop(job)
            self._jobs.pop(job.id, None)
            raise
        if self._closing or job.id not in self._jobs:  # stopping, or the session ended, since a moment ago
            if held is not None:
                await self._quota.refund(held, job.count)
            self._drop(job)
            self._jobs.pop(job.id, None)
            raise stopping()
        self._under[job.id] = _Under(visitor, held)
        job.runner = asyncio.create_task(self._see_through(job, wish), name=f"job {job.id}")
        log.info("job taken in", job=job.id, kind=job.kind, count=job.count, width=job.width, height=job.height)
        return job

    # -- seeing through --------------------------------------------------------------------------------------------

    async def _see_through(self, job: Job, wish: Wish) -> None:
        state, error = JobState.DONE, None
        plan = plan_of(wish)
        try:
            async with asyncio.timeout(self._limits.wait_seconds + self._limits.task_seconds * len(plan)):
                for step, number in plan:
                    await self._turn(job, step, number, wish.brief.width * wish.brief.height)
        except asyncio.CancelledError:
            error = self._under[job.id].why
            state = JobState.CANCELLED if error is None else JobState.FAILED
        except TimeoutError:
            state, error = JobState.FAILED, problem(waited_too_long())
        except Cancelled:
            state = JobState.CANCELLED
        except StudioError as raised:
            state, error = JobState.FAILED, problem(raised)
        except Exception as raised:
            log.error("job broke", job=job.id, error=type(raised).__name__, where=where(raised))
            state, error = JobState.FAILED, problem(our_fault())
        await _whole(self._end(job, state, error))

    async def _turn(self, job: Job, step: Step, number: int, pixels: int) -> None:
        began = asyncio.get_running_loop().time()
        job.note_progress("waiting", 0.0, step, number)
        try:
            outcome = await self._run(self._task(job, step, number, pixels), self._listener(job, step, number), job)
        finally:
            job.note_glimpse(b"")
        taken = asyncio.get_running_loop().time() - began
        if self.turned is not None:
            self.turned(step, taken)
        if step != "preview":
            self._task_seconds += 0.2 * (min(taken, self._limits.task_seconds) - self._task_seconds)
        await _whole(self._put_away(job, outcome, step, number))

    async def _put_away(self, job: Job, outcome: Outcome, step: Step, number: int) -> None:
        under = self._under[job.id]
        job.take(outcome, step, number)
        await self._results.add(under.visitor, job.id, outcome.artefacts, job.facts())
        if step == "picture" and under.held is not None:
            await self._quota.spend(under.held, 1)
        job.note_change()

    def _task(self, job: Job, step: Step, number: int, pixels: int) -> Task:
        inputs = job.inputs
        if inputs is None:  # deleted a moment ago
            raise Cancelled("The job was deleted.")
        return Task(
            job=job.id,
            owner=job.owner,
            step=step,
            number=number,
            wish=inputs.wish,
            photo=inputs.photo,
            reference=inputs.reference,
            strokes=inputs.strokes,
            key=inputs.key,
            pixels=pixels,
            seconds=self._limits.task_seconds,
        )

    async def _run(self, task: Task, told: Told, job: Job) -> Outcome:
        """One task; a queue that is full for a moment is waited for, since the job was promised a place."""
        pause = 0.25
        while True:
            try:
                return await self._engine.run(task, told, job.note_glimpse)
            except Busy:
                if self._closing:
                    raise
                await asyncio.sleep(pause)
                pause = min(4.0, pause * 2)

    def _listener(self, job: Job, step: Step, number: int) -> Told:
        def told(words: str, part: float) -> None:
            if job.state.ended:
                return
            if job.state is JobState.WAITING:
                job.state = JobState.WORKING
                job.position = None
                job.note_progress(words, part, step, number)
                job.note_change()
            else:
                job.note_progress(words, part, step, number)

        return told

    async def _end(self, job: Job, state: JobState, error: dict[str, Any] | None) -> None:
        under = self._under.pop(job.id)
        self._engine.forget(job.id)
        self._drop(job)
        finished = self._now()
        last = {"state": state.value, "finished": finished.isoformat(), "error": error}
        try:
            await self._give_back(job, under.held, job.count - len(job.pictures))
            await self._results.add(under.visitor, job.id, (), job.facts() | last)
        except Exception as raised:  # the job has ended either way, and the person is told how
            log.error("job not put away", job=job.id, error=type(raised).__name__, where=where(raised))
        # all at once, so that nobody sees an end before it is told
        job.finished, job.state, job.error = finished, state, error
        if state is JobState.DONE:
            job.progress = job.progress | {"step": "done", "part": 1.0}
        job.note_change()
        seconds = (finished - job.created).total_seconds()
        log.info("job ended", job=job.id, state=state.value, seconds=round(seconds, 3), code=(error or {}).get("code"))
        if self.ended is not None:
            self.ended(job, seconds)
        if error is not None and self.failed is not None:
            await self.failed(under.visitor, error["code"])
        if self.watched is not None:
            await self.watched(under.visitor, job, seconds)
        self._forget_old()

    def _dropped(self, owner: str, job: str) -> None:
        """Results of an older job had to go for newer ones."""
        old = self._jobs.get(job)
        if old is not None and old.owner == owner and old.state.ended:
            del self._jobs[job]

    async def _give_back(self, job: Job, held: Reservation | None, pictures: int) -> None:
        if held is not None and pictures > 0:
            await self._quota.refund(held, pictures)
            job.refunded = True

    def _drop(self, job: Job) -> None:
        """Let go of what came in."""
        if job.inputs is not None:
            job.inputs = None
            job.dropped = self._now()

    def _forget_old(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state.ended and not job.listeners]
        for old in ended[: max(0, len(ended) - self._limits.remembered)]:
            del self._jobs[old]

    # -- asking ----------------------------------------------------------------------------------------------------

    async def get(self, visitor: Visitor, job: str) -> Job:
        """A job of this person; raises ``UnknownJob`` or ``Gone``."""
        record = self._jobs.get(job)
        if record is not None and record.owner == visitor.owner and not self._over(visitor, record):
            self._locate(record)
        else:  # what is remembered of somebody else's job says nothing: it may have been handed over
            record = await self._kept(visitor, job)
        record.expires = self._results.ends(visitor, record.created)
        return record

    def _over(self, visitor: Visitor, job: Job) -> bool:
        """Whether a job has expired: then nothing of it is remembered either."""
        if not job.state.ended or self._results.ends(visitor, job.created) > self._now():
            return False
        self._jobs.pop(job.id, None)
        return True

    async def _kept(self, visitor: Visitor, job: str) -> Job:
        return Job.from_facts(job, visitor.owner, await self._results.facts(visitor, job))

    def _locate(self, job: Job) -> None:
        """See where a waiting job stands."""
        if job.state is not JobState.WAITING:
            return
        position = self._engine.position(job.id)
        if position != job.position:
            job.position = position
            job.note_change()

    async def list(self, visitor: Visitor, cursor: str | None = None, limit: int = 20) -> tuple[list[Job], str | None]:
        """This person's jobs, newest first, and the cursor of the next page."""
        live = [job for job in self._jobs.values() if job.owner == visitor.owner]
        kept, following = await self._results.page(visitor, cursor, limit)
        known = {job.id: job for job in live}
        out = [known.get(id_) or Job.from_facts(id_, visitor.owner, facts) for id_, facts in kept]
        if cursor is None:  # those that have made nothing yet are not kept anywhere else
            there = {id_ for id_, _facts in kept}
            out += [job for job in live if job.id not in there and not job.state.ended]
        out.sort(key=lambda job: job.created, reverse=True)
        for job in out:
            job.expires = self._results.ends(visitor, job.created)
            self._locate(job)
        return out, following

    async def rename(self, visitor: Visitor, job: str, title: str) -> Job:
        """Call a job something; raises ``UnknownJob``, ``Gone``."""
        record = await self.get(visitor, job)
        if record.state.ended:
            await self._results.amend(visitor, job, lambda facts: facts.update(title=title))
        record.title = title
        record.note_change()
        return record

    async def keep(self, visitor: Visitor, job: str, made: Sequence[Artefact]) -> bool:
        """Add files to a job that has ended, if there is room for them without anything older having to go.

        Raises:
            UnknownJob, Gone: no such job.
        """
        record = await self.get(visitor, job)
        if await self._results.room(visitor) < sum(len(one.data.data) for one in made):
            return False
        rows = {one.name: [one.media_type, one.width, one.height] for one in made}
        await self._results.amend(visitor, job, lambda facts: facts["artefacts"].update(rows), added=made)
        record.artefacts.update(rows)
        return True

    async def delete_picture(self, visitor: Visitor, job: str, number: int) -> None:
        """Delete one picture of a job that has ended, and the whole job with its last one.

        Raises:
            NotReady: the job is still under way.
            UnknownJob, Gone: no such job, or no such picture in it.
        """
        record = await self.get(visitor, job)
        if number not in record.pictures:
            raise unknown_file()
        if not record.state.ended:
            raise NotReady("This job is still under way.", "Nothing was deleted.", "Stop it first, or wait.")
        if len(record.pictures) == 1:
            await self.delete(visitor, job)
            return
        going = {name for name in record.artefacts if name.rpartition(".")[0].endswith(f"-{number}")}

        def take_out(facts: dict[str, Any]) -> None:
            facts["pictures"] = [kept for kept in facts["pictures"] if kept[0] != number]
            facts["artefacts"] = {name: row for name, row in facts["artefacts"].items() if name not in going}

        await self._results.amend(visitor, job, take_out, dropped=going)
        record.pictures.pop(number, None)
        record.artefacts = {name: row for name, row in record.artefacts.items() if name not in going}
        record.note_change()

    async def file(self, visitor: Visitor, job: str, name: str) -> tuple[str, bytes]:
        """(media type, bytes) of one file, opened with the person's key.

        Raises:
            NotReady: the job has not made it yet.
            UnknownJob: no such job, or no such file in it.
            Gone: deleted or expired.
        """
        record = await self.get(visitor, job)
        if name not in record.artefacts:
            if not record.state.ended:
                raise NotReady("That file has not been made yet.", "", "Ask again when the job is further on.")
            raise unknown_file()
        return await self._results.file(visitor, job, name)

    async def events(self, visitor: Visitor, job: str, after: int = 0) -> AsyncIterator[Event]:
        """What happens to a job, from now on and until it has ended; ``after`` is the last event already known.

        Raises:
            UnknownJob, Gone: no such job.
            LimitReached: too many listen to it already.
        """
        record = await self.get(visitor, job)
        if record.listeners >= self._limits.listeners:
            raise LimitReached(
                "Too many listen to this job already.", "", "Close other windows that show it.", retry_after=5
            )
        return tell(record, after, self._limits, self._locate)

    # -- ending ----------------------------------------------------------------------------------------------------

    async def cancel(self, visitor: Visitor, job: str) -> Job:
        """Stop a job; one that has ended stays as it is. What was not made does not count."""
        record = await self.get(visitor, job)
        await self._stop(record)
        return record

    async def _stop(self, job: Job, why: dict[str, Any] | None = None) -> None:
        if job.runner is None or job.state.ended:
            return
        under = self._under.get(job.id)
        if under is not None and not job.runner.done():
            under.why = why
            job.runner.cancel()
        await asyncio.wait({job.runner})
        if job.id in self._under:  # it was cancelled before its first step
            await _whole(self._end(job, JobState.CANCELLED if why is None else JobState.FAILED, why))

    async def delete(self, visitor: Visitor, job: str) -> None:
        """Stop a job and delete everything of it."""
        record = await self.get(visitor, job)
        await self._stop(record)
        self._jobs.pop(job, None)
        with contextlib.suppress(UnknownJob, Gone):
            await self._results.delete(visitor, job)

    def under_way(self, owner: str) -> tuple[Job, ...]:
        """Jobs of an owner that have not ended."""
        return tuple(job for job in self.live if job.owner == owner)

    @staticmethod
    async def outlast(job: Job) -> None:
        """Wait until a job has ended."""
        if job.runner is not None:
            await asyncio.wait({job.runner})

    def let_go(self, owner: str, job: str) -> None:
        """Forget what is remembered of an ended job, which is somebody else's now."""
        self._dropped(owner, job)

    async def leave(self, visitor: Visitor) -> None:
        """Stop everything of a person whose session ends, and forget it."""
        for job in [job for job in self._jobs.values() if job.owner == visitor.owner]:
            await self._stop(job)
            self._jobs.pop(job.id, None)
        for place in [place for place in self._promises if place[0] == visitor.owner]:
            del self._promises[place]

    async def close(self, grace: float = 0.0) -> None:
        """Take nothing more in, let jobs end for ``grace`` seconds, then return the rest: failed, and not counted."""
        self._closing = True
        runners = {job.runner for job in self.live if job.runner is not None}
        if runners and grace > 0:
            await asyncio.wait(runners, timeout=grace)
        for job in self.live:
            await self._stop(job, cut_short())


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Do this to its end even where the caller is cancelled meanwhile; then the caller is."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
