"""The worker's process: sealed tasks in on standard input, sealed results out on standard output, nothing else.

``python -P -m bgstudio.engine.worker module:factory`` builds a studio by calling the factory with the arguments that
the pool sends first, together with the transport key. The worker writes no file and logs nothing; what it has to say
goes to the pool. It ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import psutil

from bgstudio.domain.job import Wish
from bgstudio.domain.ports import Channel, CredentialSigner, Glimpse
from bgstudio.domain.sealed import Sealed, Sealer, place
from bgstudio.engine import said
from bgstudio.engine.channel import PipeChannel
from bgstudio.engine.glimpses import PipeGlimpse
from bgstudio.engine.signing import Known, PipeSigner
from bgstudio.engine.system import no_core_dumps
from bgstudio.engine.tasks import Maker, Order
from bgstudio.errors import Cancelled
from bgstudio.pixels import wire
from bgstudio.pixels.memory import give_back
from bgstudio.studio import Studio
from bgstudio.vault import Box

Message = tuple[dict[str, Any], dict[str, bytes]]

_NICE = 3  # the page answers before pictures are worked on
_LAST_SECONDS = 3.0  # a worker whose pool is gone gets this long to stop
_QUIET = 1.0  # seconds without a sign of the task before the processors are looked at
_PROGRESS_SECONDS = 0.1


class Pulse:
    """Whether the task is still alive: its signs, and where it gives none, the work of the processors."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._at = time.monotonic()
        self._since: tuple[float, float] | None = None
        self.working = False

    def beat(self) -> None:
        """A sign of life."""
        self._at = time.monotonic()
        self._since = None

    def read(self) -> tuple[float, float]:
        """(seconds observed without a sign, seconds of processor time this process and its children used in them).

        A process that wants to run but is not let, on a machine with more to do than it can, is not quiet.
        """
        now = time.monotonic()
        if not self.working or now - self._at < _QUIET:
            return 0.0, 0.0
        spent, wants = self._look()
        since = self._since
        if since is None or wants:
            self._since = now, spent
            return 0.0, 0.0
        return now - since[0], max(0.0, spent - since[1])

    def _look(self) -> tuple[float, bool]:
        total, wants = 0.0, False
        for process in (self._me, *self._me.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
                wants |= process.status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
        return total - time.thread_time(), wants  # what the looking itself costs does not count


class Worker:
    """One worker: reads messages in a thread, works in the main one, gives signs of life in a third."""

    def __init__(self, jobs: BinaryIO, answers: BinaryIO) -> None:
        self._jobs = jobs
        self._answers = answers
        self._speaking = threading.Lock()
        self._tasks: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._ending = threading.Event()
        self._pulse = Pulse()
        self._transport: Sealer | None = None
        self._maker: Maker | None = None
        self._channel = PipeChannel(self._say, self._pulse.beat)
        self._glimpse = PipeGlimpse(self._say)
        self._signer: PipeSigner | None = None

    def serve(self, factory: str) -> None:
        """Until standard input ends or the pool says so."""
        header, blobs = wire.receive_bytes(self._jobs)
        self._transport = Box(blobs["key"])
        del blobs
        threading.Thread(target=self._beat, args=(float(header["beat"]),), daemon=True).start()
        if header.get("signing"):
            self._signer = PipeSigner(Known(**header["signing"]), self._say)
        try:
            studio = build(factory, header["arguments"], self._channel, self._signer, self._glimpse)
        except Exception as error:
            self._say({"event": "unable", "trace": said.frames(error)}, {"error": said.pack(error)})
            return
        with studio:
            studio.warm_up()
            self._maker = Maker(studio, header["screen_above"])
            threading.Thread(target=self._listen, daemon=True).start()
            self._say({"event": "ready"})
            while (message := self._tasks.get()) is not None:
                self._work(*message)
                del message
                studio.warm_up()  # a picture that was stopped may have cost the renderer
                gc.collect()
                give_back()

    # ---------------------------------------------------------------- what comes in

    def _listen(self) -> None:
        try:
            while self._hear(*wire.receive_bytes(self._jobs)):
                pass
        except (wire.BrokenPipeMessage, OSError, ValueError):
            self._end_soon()  # the pool is gone

    def _hear(self, header: dict[str, Any], blobs: dict[str, bytes]) -> bool:
        assert self._maker is not None
        match header["do"]:
            case "task":
                self._tasks.put((header, blobs))
            case "cancel":
                self._cancelled.add(header["ticket"])
            case "forget":
                self._maker.kept.forget(header["job"])
                if not self._maker.kept.names():
                    give_back()
            case "state":
                self._say({"event": "state", "serial": header["serial"], "jobs": self._maker.kept.names()})
            case "sign" if self._signer is not None:
                self._signer.hear(header, blobs)
            case "outside":
                self._channel.hear(header, blobs)
            case "end":
                self._end_soon()
                return False
        return True

    def _end_soon(self) -> None:
        self._ending.set()
        self._tasks.put(None)
        timer = threading.Timer(_LAST_SECONDS, _end_now)
        timer.daemon = True
        timer.start()

    # ---------------------------------------------------------------- what is done

    def _work(self, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        ticket, job = int(header["ticket"]), str(header["job"])
        self._pulse.beat()
        self._pulse.working = True
        told: tuple[str, float] = ("", 0.0)

        def cancel() -> bool:  # being asked is no sign of life: a renderer that hangs is waited for with it
            return ticket in self._cancelled or self._ending.is_set()

        def progress(step: str, part: float) -> None:
            nonlocal told
            self._pulse.beat()
            if step != told[0] or time.monotonic() - told[1] >= _PROGRESS_SECONDS:
                told = (step, time.monotonic())
                self._say({"event": "progress", "ticket": ticket, "step": step, "part": round(part, 4)})

        assert self._transport is not None
        self._channel.open(self._transport, ticket, job)
        self._glimpse.open(self._transport, ticket, job)
        try:
            table, made = self._make(header, blobs, progress, cancel)
            self._say({"event": "done", "ticket": ticket, "files": table}, made)
        except Cancelled:
            self._say({"event": "stopped", "ticket": ticket})
        except Exception as error:
            trace = [] if said.foreseen(error) else said.frames(error)
            sealed = self._transport.seal(said.pack(error), f"{job}/error")
            self._say({"event": "failed", "ticket": ticket, "trace": trace}, {"error": sealed.data})
        finally:
            self._pulse.working = False
            self._cancelled.discard(ticket)

    def _make(
        self,
        header: dict[str, Any],
        blobs: dict[str, bytes],
        progress: Callable[[str, float], None],
        cancel: Callable[[], bool],
    ) -> tuple[list[list[Any]], dict[str, bytes]]:
        assert self._transport is not None
        assert self._maker is not None
        job, owner = str(header["job"]), str(header["owner"])
        opened = {name: self._transport.open(Sealed(data), f"{job}/{name}") for name, data in blobs.items()}
        blobs.clear()
        key = Box(opened["key"])
        order = Order(
            job, header["step"], int(header["number"]), Wish.model_validate_json(opened["wish"]), opened["photo"],
            opened.get("reference"), opened.get("strokes"),
        )  # fmt: skip
        del opened
        table: list[list[Any]] = []
        made: dict[str, bytes] = {}

        def emit(name: str, media_type: str, width: int, height: int, data: bytes) -> None:
            self._pulse.beat()
            table.append([name, media_type, width, height])
            made[name] = key.seal(data, place(owner, job, name)).data

        facts = self._maker.run(order, emit, progress, cancel)
        made["facts"] = self._transport.seal(json.dumps(facts).encode(), f"{job}/facts").data
        return table, made

    # ---------------------------------------------------------------- what goes out

    def _say(self, header: dict[str, Any], blobs: dict[str, bytes] | None = None) -> None:
        try:
            with self._speaking:
                wire.send_bytes(self._answers, header, blobs)
        except (OSError, ValueError):
            self._ending.set()

    def _beat(self, seconds: float) -> None:
        me = psutil.Process()
        while True:
            quiet, spent = self._pulse.read()
            family = []
            for child in me.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    family.append([child.pid, child.create_time()])
            self._say({"event": "alive", "quiet": round(quiet, 2), "spent": round(spent, 2), "family": family})
            time.sleep(seconds)


def build(
    factory: str,
    arguments: dict[str, Any],
    channel: Channel,
    signer: CredentialSigner | None = None,
    glimpse: Glimpse | None = None,
) -> Studio:
    """The studio that ``module:function`` gives for these arguments; the way outside, to signatures, and for
    unfinished pictures, for those that take them."""
    module, _, name = factory.partition(":")
    make = getattr(importlib.import_module(module), name)
    takes = inspect.signature(make).parameters
    ways = {"channel": channel, "signer": signer, "glimpse": glimpse}
    way = {key: value for key, value in ways.items() if key in takes}
    studio: Studio = make(**arguments, **way)
    return studio


def _end_now() -> None:
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(1)


def main() -> None:
    """Serve one pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pool's to handle
    sys.dont_write_bytecode = True
    no_core_dumps()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # libraries that print must not break into the messages
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    with contextlib.suppress(wire.BrokenPipeMessage):
        Worker(jobs, answers).serve(sys.argv[1])
    os._exit(0)  # the listening thread may hold the pipe


if __name__ == "__main__":
    main()
