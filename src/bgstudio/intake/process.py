"""A decoder that lives in a process of its own, watched and started again as needed.

Decoding libraries are written in C and fed by strangers. Whatever a file does to them, it happens over there: the worst
that comes back is a typed error.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, TypeVar

from bgstudio.domain.marks import MarksFound
from bgstudio.domain.picture import Picture
from bgstudio.errors import DecoderStopped, IntakeError
from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.sniff import sniff
from bgstudio.intake.watch import Watch
from bgstudio.intake.wire import BrokenAnswer, Wanted, await_ready, receive_answer, receive_marks, send_job
from bgstudio.pixels.wire import widen

Answer = TypeVar("Answer")

_START_SECONDS = 60.0
_PICTURES_PER_CHILD = 250
# Ctrl-C is the parent's to handle. The parent's folders come last, so that none of them can stand in for a library.
_BOOT = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.dont_write_bytecode = True;"
    "sys.path.extend(json.loads(sys.argv[1])); from bgstudio.intake.child import main; main(*sys.argv[2:])"
)
_MODEST = {
    "MALLOC_ARENA_MAX": "2",  # each arena reserves address space, which is limited
    "MALLOC_MMAP_THRESHOLD_": "16777216",  # bands of rows stay on the heap, and whole pictures
    "MALLOC_TRIM_THRESHOLD_": "33554432",  # go back to the system as soon as they are freed
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class DecoderProcess:
    """Decodes photos in a child process; implements ``Decoder``. One photo at a time, safe to share between threads.

    The child starts at once, in the background; close it, or use it in a ``with`` block.

    Args:
        limits: what a photo may cost.
        reader: name of the module that the child reads marks with (``marks.READER``); empty: it reads none.
    """

    def __init__(self, limits: IntakeLimits | None = None, reader: str = "") -> None:
        self.limits = limits or IntakeLimits()
        self.reader = reader
        self._lock = threading.Lock()
        self._closed = False
        self._child: _Child | None = _Child(self.limits, reader)

    def __call__(self, data: bytes) -> Picture:
        """Decode one file held in memory, within ``limits.seconds``; see ``Watch`` for a machine that is busy.

        Raises:
            IntakeError: the file is not one that is read, is broken, or met a limit; see ``errors``.
            DecoderStopped: also where the decoder was closed or cannot be started.
        """
        return self._ask(data, lambda child: child.decode(data, self.limits))

    def marks(self, data: bytes) -> MarksFound:
        """What the file says of its making, by all marks that are known; raises as a photo that is decoded."""
        if not self.reader:
            raise RuntimeError("this decoder was told of no reader of marks")
        return self._ask(data, lambda child: child.marks(data, self.limits))

    def _ask(self, data: bytes, ask: Callable[[_Child], Answer]) -> Answer:
        self.limits.check_bytes(len(data))
        sniff(data)
        with self._lock:
            if self._closed:
                raise DecoderStopped("The decoder was closed.", remedy="Make a new one.")
            child = self._child
            if child is None or not child.usable:
                child = self._restart()
            try:
                return ask(child)
            except BrokenAnswer:
                raise _stopped(child, self.limits) from None
            finally:
                if not child.usable:
                    self._restart()

    def close(self) -> None:
        """End the child process. Waits for the photo that is being decoded."""
        with self._lock:
            self._closed = True
            if self._child is not None:
                self._child.end()
                self._child = None

    def __enter__(self) -> DecoderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        child = getattr(self, "_child", None)
        if child is not None:
            child.end()

    def _restart(self) -> _Child:
        old, self._child = self._child, None
        if old is not None:
            old.end()
        self._child = _Child(self.limits, self.reader)
        return self._child


class _Child:
    """One child process and its pipes."""

    def __init__(self, limits: IntakeLimits, reader: str) -> None:
        told = [json.dumps(_import_folders()), json.dumps(asdict(limits)), reader]
        command = [sys.executable, "-I", "-c", _BOOT, *told]
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        try:
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own code
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**environment, **_MODEST},
            )
        except OSError:
            raise _not_started() from None
        widen(self.process.stdin, self.process.stdout)
        self.timed_out = False
        self._owner = os.getpid()
        self.ready = False
        self._broken = False
        self._pictures = 0

    @property
    def usable(self) -> bool:
        """Whether it may be given another photo."""
        fit = not self._broken and not self.timed_out and self._pictures < _PICTURES_PER_CHILD
        return fit and self._owner == os.getpid() and self.process.poll() is None

    def decode(self, data: bytes, limits: IntakeLimits) -> Picture:
        """Raises ``IntakeError``, or ``BrokenAnswer`` where the child is lost."""
        return self._ask(data, "picture", limits, lambda answers: receive_answer(answers, limits.working_side))

    def marks(self, data: bytes, limits: IntakeLimits) -> MarksFound:
        """Raises as ``decode``."""
        return self._ask(data, "marks", limits, receive_marks)

    def _ask(self, data: bytes, wanted: Wanted, limits: IntakeLimits, read: Callable[[IO[bytes]], Answer]) -> Answer:
        jobs, answers = self.process.stdin, self.process.stdout
        assert jobs is not None and answers is not None  # both are pipes
        self._pictures += 1
        self._broken = True  # until a whole answer has come; whatever interrupts leaves the pipes out of step
        try:
            if not self.ready:
                with self._watched(_START_SECONDS):
                    await_ready(answers)
                self.ready = True
            with self._watched(limits.seconds):
                send_job(jobs, data, wanted)
                answer = read(answers)
        except IntakeError:
            self._broken = False
            raise
        except OSError:
            raise BrokenAnswer("the pipe broke") from None
        self._broken = False
        return answer

    @contextlib.contextmanager
    def _watched(self, seconds: float) -> Iterator[None]:
        watch = Watch(self.process, seconds)
        try:
            with watch:
                yield
        finally:
            self.timed_out |= watch.expired

    def end(self) -> None:
        """End it now; an idle child has nothing to lose. In a forked process only the copies of the pipes go."""
        mine = self._owner == os.getpid()
        if mine:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if mine:
            self.process.wait()


def _import_folders() -> list[str]:
    """Where the child finds this package and its libraries if they are not installed for its interpreter."""
    here = str(Path(__file__).resolve().parents[2])
    return [here, *(entry for entry in sys.path if entry and Path(entry).is_absolute())]


def _not_started() -> DecoderStopped:
    return DecoderStopped(
        "The decoder cannot be started.",
        "Photos are read in a process of their own, and this machine did not let it begin.",
        "Free some memory and try again; 'bgstudio doctor' tells what is missing.",
    )


def _stopped(child: _Child, limits: IntakeLimits) -> DecoderStopped:
    if not child.ready:
        return _not_started()
    if child.timed_out:
        return DecoderStopped(
            f"The photo took longer than {limits.seconds:g} seconds to decode.",
            "It was given up, so that others need not wait.",
            "Make it smaller or save it as an ordinary JPEG, and hand it in again.",
        )
    return DecoderStopped(
        "The decoder stopped in the middle of the photo.",
        "The file is broken, or needs more memory than is allowed.",
        "Open it in another program and save it as an ordinary JPEG or PNG.",
    )
