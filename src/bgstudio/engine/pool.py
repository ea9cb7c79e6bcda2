"""The default engine: a pool of worker processes on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bgstudio.domain.job import Artefact, EngineState, Outcome, Shown, Task, Told, unseen
from bgstudio.domain.ports import CredentialSigner
from bgstudio.domain.sealed import Sealed
from bgstudio.engine import said
from bgstudio.engine.channel import Calls
from bgstudio.engine.process import Patience, WorkerProcess
from bgstudio.engine.queue import TaskQueue
from bgstudio.engine.signing import answered
from bgstudio.engine.system import no_core_dumps
from bgstudio.engine.turns import Turn, Why, closed, fail, lost, no_worker, stopped
from bgstudio.errors import BackendError, RendererDied, StudioError
from bgstudio.vault import Box

log = logging.getLogger("bgstudio.engine")

RENDERER = "bgstudio.bootstrap:studio_for_worker"
"""Makes the real studio; takes ``values``, the fields of ``Settings``."""

PAINTED = "bgstudio.testing:painted_for_worker"
"""Makes a studio with painted backgrounds, for tests; takes ``seconds`` that a picture shall last."""

_TICK = 0.1
_TRIES = 2
_FAILED_STARTS = 3
_IDLE_CPU = 0.05  # part of a core below which a quiet task does not count as working


@dataclass
class _Crew:
    """The workers, and what each is doing."""

    all: list[WorkerProcess] = field(default_factory=list)
    turns: dict[WorkerProcess, Turn] = field(default_factory=dict)

    def idle(self) -> list[WorkerProcess]:
        return [worker for worker in self.all if worker.ready and worker not in self.turns]


class LocalPool:
    """Runs tasks in worker processes; satisfies ``domain.job.Engine``. All methods belong to the event loop's thread.

    Args:
        workers: how many processes, one renderer each.
        most_waiting: tasks that may wait; further ones are refused with ``Busy``.
        studio: ``module:function`` that makes a worker's studio: ``RENDERER`` or, for tests, ``PAINTED``.
        arguments: JSON-ready keyword arguments of that function.
        screen_above: score above which an uploaded picture is refused, 0..1; None screens nothing.
        tasks_per_worker: after about this many a worker is replaced, to give memory back.
        patience: how long workers may take.
        transport: key that inputs are sealed with; a fresh one unless given.
        signer: signs Content Credentials for the workers, which never have its key; None: nothing is signed.

    Attributes:
        calls: ways to outside services; none until its ``reach`` is set.
    """

    def __init__(
        self,
        workers: int = 1,
        most_waiting: int = 24,
        *,
        studio: str = RENDERER,
        arguments: Mapping[str, Any] | None = None,
        screen_above: float | None = None,
        tasks_per_worker: int = 250,
        patience: Patience | None = None,
        transport: Box | None = None,
        signer: CredentialSigner | None = None,
    ) -> None:
        self._size = workers
        self._studio = studio
        self._arguments = dict(arguments or {})
        self._screen_above = screen_above
        self._tasks_per_worker = tasks_per_worker
        self._patience = patience or Patience()
        self._transport = transport or Box.fresh()
        self._signer = signer
        self.calls = Calls(self._transport)
        self._queue = TaskQueue(most_waiting)
        self._crew = _Crew()
        self._failed_starts = 0
        self._why_not: StudioError | None = None
        self._ready: asyncio.Future[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._later: set[asyncio.TimerHandle] = set()
        self._asked: dict[int, asyncio.Future[list[str]]] = {}
        self._closing = False

    # ---------------------------------------------------------------- the engine's face

    @property
    def transport(self) -> Box:
        """Seals what is handed in; lives as long as the pool."""
        return self._transport

    async def start(self) -> None:
        """Start the workers and wait for the first; their renderers load on.

        Raises:
            BackendError: none starts.
            CredentialsFailed, UnsafeSettings: the key that signs cannot be used.
        """
        if self._watching is not None:
            return
        if self._signer is not None:
            _ = self._signer.chain  # read, or made, before anybody waits for a picture
        no_core_dumps()
        self._ready = asyncio.get_running_loop().create_future()
        self._watching = asyncio.create_task(self._watch())
        for _ in range(self._size):
            self._hire()
        try:
            await asyncio.shield(self._ready)
        except BackendError:
            await self.close()
            raise

    async def run(self, task: Task, told: Told, shown: Shown = unseen) -> Outcome:
        """See ``Engine.run``. After ``close`` every task is refused with ``Busy``."""
        if self._closing or self._watching is None:
            raise closed()
        turn = Turn(task, told=told, shown=shown, done=asyncio.get_running_loop().create_future())
        self._queue.put(turn, self._size)
        self._dispatch()
        try:
            return await turn.done
        except asyncio.CancelledError:
            if not self._queue.drop(turn):
                self._stop(turn, "cancelled")
            raise

    def position(self, job: str) -> int | None:
        """See ``Engine.position``."""
        return self._queue.position(job)

    def forget(self, job: str) -> None:
        """See ``Engine.forget``."""
        for worker in self._crew.all:
            if job in worker.knows:
                worker.knows.discard(job)
                worker.send({"do": "forget", "job": job})
                self._retire_if_due(worker)

    def state(self) -> EngineState:
        """See ``Engine.state``; workers count when they are ready."""
        ready = sum(worker.ready for worker in self._crew.all)
        return EngineState(ready, len(self._crew.turns), len(self._queue), self._queue.most_waiting)

    def pids(self) -> list[int]:
        """Process ids of the workers, for audits and fault runs."""
        return [worker.pid for worker in self._crew.all]

    async def kept_jobs(self, seconds: float = 5.0) -> dict[int, list[str]]:
        """What each worker says it keeps: process id to job ids. For audits and tests; silent workers are left out."""
        loop = asyncio.get_running_loop()
        workers = [worker for worker in self._crew.all if worker.ready]
        self._asked = {worker.pid: loop.create_future() for worker in workers}
        for worker in workers:
            worker.send({"do": "state", "serial": worker.pid})
        asked = dict(self._asked)
        if asked:
            await asyncio.wait(asked.values(), timeout=seconds)
        return {pid: answer.result() for pid, answer in asked.items() if answer.done() and not answer.cancelled()}

    async def close(self, grace: float = 0.0) -> None:
        """See ``Engine.close``. Tasks that wait, or do not end in time, fail with ``Busy``: they may be tried again."""
        if self._closing:
            return
        self._closing = True
        for handle in self._later:
            handle.cancel()
        for ticket in self._queue.drop_all():
            assert isinstance(ticket, Turn)
            fail(ticket, closed())
        running = [turn.done for turn in self._crew.turns.values() if not turn.done.done()]
        if running and grace > 0:
            await asyncio.wait(running, timeout=grace)
        for turn in list(self._crew.turns.values()):
            self._stop(turn, "closing")
            fail(turn, closed())
        await self._dismiss()
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    async def _dismiss(self) -> None:
        """Tell all workers to end, wait a moment, kill the rest, and wait until they are gone."""
        crew = list(self._crew.all)
        for worker in crew:
            worker.send({"do": "end"})
        until = time.monotonic() + 1.0
        while self._crew.all and time.monotonic() < until:
            await asyncio.sleep(_TICK / 2)
        for worker in list(self._crew.all):
            await asyncio.to_thread(worker.kill)
        for worker in crew:
            await asyncio.to_thread(worker.join, 10.0)
        await asyncio.sleep(0)  # what their threads said last

    # ---------------------------------------------------------------- tasks to workers

    def _dispatch(self) -> None:
        while not self._closing and (idle := self._crew.idle()):
            turn = self._queue.take()
            if turn is None:
                return
            assert isinstance(turn, Turn)
            knowing = [worker for worker in idle if turn.task.job in worker.knows]
            self._give(knowing[0] if knowing else min(idle, key=lambda one: len(one.knows)), turn)

    def _give(self, worker: WorkerProcess, turn: Turn) -> None:
        task = turn.task
        turn.worker, turn.begun = worker, time.monotonic()
        turn.tries += 1
        worker.tasks += 1
        worker.stuck = False
        worker.knows.add(task.job)
        self._crew.turns[worker] = turn
        sealed = {"wish": task.wish, "photo": task.photo, "key": task.key}
        if task.reference is not None:
            sealed["reference"] = task.reference
        if task.strokes is not None:
            sealed["strokes"] = task.strokes
        header = {
            "do": "task", "ticket": self._number(turn), "job": task.job, "owner": task.owner, "step": task.step,
            "number": task.number,
        }  # fmt: skip
        worker.send(header, {name: one.data for name, one in sealed.items()})

    def _number(self, turn: Turn) -> int:
        """Of one try of one ticket, so that what an earlier try left behind is not mistaken for it."""
        return turn.serial * 10 + turn.tries

    def _stop(self, turn: Turn, why: Why) -> None:
        """Ask the worker to stop a turn; the watch kills it if it does not."""
        worker = turn.worker
        if turn.why is None and worker is not None and self._crew.turns.get(worker) is turn:
            turn.why, turn.asked_at = why, time.monotonic()
            self.calls.stop(self._number(turn))
            worker.send({"do": "cancel", "ticket": self._number(turn)})

    def _ended(self, worker: WorkerProcess, *, whole: bool) -> Turn | None:
        """Take the turn off a worker."""
        turn = self._crew.turns.pop(worker, None)
        if turn is not None:
            self.calls.stop(self._number(turn))
            self._queue.finished(turn, time.monotonic() - turn.begun, whole)
            turn.worker = None
        return turn

    # ---------------------------------------------------------------- workers to tasks

    def _hear(self, worker: WorkerProcess, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        worker.heard_at = time.monotonic()
        event = header["event"]
        turn = self._crew.turns.get(worker)
        if "ticket" in header and (turn is None or header["ticket"] != self._number(turn)):
            return
        match event:
            case "alive":
                worker.family = frozenset((int(pid), float(created)) for pid, created in header["family"])
                self._check_stall(worker, float(header["quiet"]), float(header["spent"]))
            case "ready":
                self._welcome(worker)
            case "progress" if turn is not None and not turn.done.done():
                turn.told(str(header["step"]), float(header["part"]))
            case "glimpse" if turn is not None and not turn.done.done():
                turn.shown(self._transport.open(Sealed(blobs["picture"]), f"{turn.task.job}/glimpse"))
            case "outside" if turn is not None and turn.why is not None and not header["call"]["clearing"]:
                self.calls.refuse(turn.task.job, header, worker.send)
            case "outside" if turn is not None:
                turn.reached = True
                self.calls.begin(turn.task.job, self._number(turn), (header, blobs), worker.send)
            case "sign" if turn is not None:
                self._sign(worker, header, blobs)
            case "outside-stop":
                self.calls.stop(header["ticket"], header["serial"])
            case "done" | "failed" | "stopped":
                self._finish(worker, header, blobs)
            case "state":
                answer = self._asked.get(worker.pid)
                if answer is not None and not answer.done():
                    answer.set_result([str(job) for job in header["jobs"]])
            case "unable":
                self._why_not = said.unpack(blobs["error"])
                log.error("worker %d has no studio: %s", worker.pid, " ".join(header["trace"]))
            case "gone":
                self._gone(worker, int(header["code"]))

    def _sign(self, worker: WorkerProcess, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        try:
            worker.send(*answered(self._signer, header, blobs))
        except Exception as error:
            log.error("worker %d got no signature: %s", worker.pid, " ".join(said.frames(error)))
            worker.send({"do": "sign", "serial": int(header["serial"])}, {})

    def _finish(self, worker: WorkerProcess, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        turn = self._ended(worker, whole=header["event"] == "done")
        assert turn is not None
        try:
            self._settle(worker, turn, header, blobs)
        except (StudioError, ValueError, KeyError) as error:  # what came back is not what was promised
            log.error("worker %d gave a broken answer: %s", worker.pid, " ".join(said.frames(error)))
            fail(turn, said.own_fault(error))
        self._retire_if_due(worker)
        self._dispatch()

    def _settle(self, worker: WorkerProcess, turn: Turn, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        job = turn.task.job
        match header["event"]:
            case "done" if not turn.done.done():
                facts = json.loads(self._transport.open(Sealed(blobs["facts"]), f"{job}/facts"))
                files = tuple(
                    Artefact(name, media_type, width, height, Sealed(blobs[name]))
                    for name, media_type, width, height in header["files"]
                )
                turn.done.set_result(Outcome(files, facts))
            case "failed":
                if header["trace"]:
                    log.error("worker %d met a fault: %s", worker.pid, " ".join(header["trace"]))
                error = said.unpack(self._transport.open(Sealed(blobs["error"]), f"{job}/error"))
                if isinstance(error, RendererDied) and self._may_try_again(turn):
                    self._queue.put_back(turn)
                else:
                    fail(turn, error if turn.why is None else stopped(turn))
            case "stopped":
                fail(turn, stopped(turn))

    def _may_try_again(self, turn: Turn) -> bool:
        return turn.why is None and turn.tries < _TRIES and not (turn.reached or turn.done.done() or self._closing)

    # ---------------------------------------------------------------- hiring and firing

    def _hire(self) -> None:
        signer = self._signer
        first = {
            "beat": self._patience.beat,
            "screen_above": self._screen_above,
            "arguments": self._arguments,
            "signing": None if signer is None else {"algorithm": signer.algorithm, "chain": signer.chain},
        }
        self._crew.all.append(WorkerProcess(self._studio, (first, {"key": self._transport.key}), self._hear))

    def _hire_later(self, seconds: float) -> None:
        def now() -> None:
            self._later.discard(handle)
            if not self._closing:
                self._hire()

        handle = asyncio.get_running_loop().call_later(seconds, now)
        self._later.add(handle)

    def _welcome(self, worker: WorkerProcess) -> None:
        worker.ready = True
        self._failed_starts = 0
        self._why_not = None
        log.info("worker %d is ready", worker.pid)
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)
        self._dispatch()

    def _retire_if_due(self, worker: WorkerProcess) -> None:
        """Let a worker go that has done its part, best when it keeps nothing; ``gone`` brings the next."""
        due = self._tasks_per_worker if not worker.knows else 2 * self._tasks_per_worker
        if worker.tasks < due or worker in self._crew.turns or not worker.ready or self._closing:
            return
        worker.ready = False
        worker.started_at = time.monotonic()
        worker.send({"do": "end"})

    def _gone(self, worker: WorkerProcess, code: int) -> None:
        was_retired = not worker.ready and worker.tasks > 0
        self._crew.all.remove(worker)
        turn = self._ended(worker, whole=False)
        if turn is not None:
            log.warning("worker %d ended with code %d in the middle of a task", worker.pid, code)
            if self._may_try_again(turn):
                self._queue.put_back(turn)
            else:
                fail(turn, stopped(turn) if turn.why is not None else lost(turn))
        if self._closing:
            return
        if worker.ready or was_retired:
            self._hire()
        else:
            self._failed_starts += 1
            log.error("worker %d ended with code %d while starting", worker.pid, code)
            self._hire_later(min(30.0, self._patience.again * 2 ** (self._failed_starts - 1)))
            if self._failed_starts >= _FAILED_STARTS and not any(one.ready for one in self._crew.all):
                self._give_up(self._why_not or no_worker())
        self._dispatch()

    def _give_up(self, error: StudioError) -> None:
        """No worker starts: nobody shall wait for one."""
        if self._ready is not None and not self._ready.done():
            told = error if isinstance(error, BackendError) else BackendError(error.what, error.meaning, error.remedy)
            self._ready.set_exception(told)
        for ticket in self._queue.drop_all():
            assert isinstance(ticket, Turn)
            fail(ticket, error)

    # ---------------------------------------------------------------- the watch

    async def _watch(self) -> None:
        """Look at every worker ten times a second; kill those that hang, whose time is up, or that do not stop."""
        while True:
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            for worker in list(self._crew.all):
                turn = self._crew.turns.get(worker)
                if turn is not None and turn.why is None and now - turn.begun > turn.task.seconds:
                    self._stop(turn, "deadline")
                if not worker.put_down and (reason := self._overdue(worker, turn, now)):
                    worker.put_down = True
                    log.warning("worker %d %s and is killed", worker.pid, reason)
                    await asyncio.to_thread(worker.kill)

    def _overdue(self, worker: WorkerProcess, turn: Turn | None, now: float) -> str | None:
        patience = self._patience
        if turn is not None and turn.why is not None and now - turn.asked_at > patience.stop:
            return "did not stop when asked to"
        if not worker.ready:
            return "did not start in time" if now - worker.started_at > patience.start else None
        if worker.stuck and turn is not None:
            return "is stuck in its task"
        if now - worker.heard_at > patience.silence:
            return "gives no sign of life"
        return None

    def _check_stall(self, worker: WorkerProcess, quiet: float, spent: float) -> None:
        """A task that says nothing, on a worker that uses no processor time, is stuck."""
        worker.stuck = quiet > self._patience.stall and spent < _IDLE_CPU * quiet
