"""The pool's side of one worker: its process, its pipes, and what was last heard of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from bgstudio.engine.system import Relative, end_family
from bgstudio.pixels import wire

Message = tuple[dict[str, Any], dict[str, bytes]]
Hear = Callable[["WorkerProcess", dict[str, Any], dict[str, bytes]], None]
"""Told every message on the event loop's thread; the last one of a worker is ``{"event": "gone", "code": int}``."""


@dataclass(frozen=True)
class Patience:
    """How long a worker may take, in seconds.

    Attributes:
        beat: between two signs of life.
        silence: without a sign of life before it counts as wedged.
        stall: a task may go without a sign of its own while no processor time is used, before it counts as stuck.
        stop: from being asked to stop a task until it is killed.
        start: from being started until it is ready.
        again: before a worker that died at its start is started again; doubled each time.
    """

    beat: float = 1.0
    silence: float = 15.0
    stall: float = 30.0
    stop: float = 5.0
    start: float = 90.0
    again: float = 0.5


class WorkerProcess:
    """One worker process. Must be made on a running event loop.

    Two threads of its own write to it and read from it, so that neither a full pipe nor a large picture ever holds
    the loop up.

    Args:
        factory: ``module:function`` that makes its studio.
        first: the first message: settings and the transport key.
        hear: told what it says.
    """

    def __init__(self, factory: str, first: Message, hear: Hear) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear = hear
        self._outbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._reaped = False
        self.family: frozenset[Relative] = frozenset()
        self.started_at = self.heard_at = time.monotonic()
        self.ready = False
        self.stuck = False
        self.put_down = False
        self.tasks = 0
        self.knows: set[str] = set()
        self._process = subprocess.Popen(  # noqa: S603  # our own module, no shell
            # -P keeps the current folder off the path: a file named like a module must not run there
            [sys.executable, "-P", "-m", "bgstudio.engine.worker", factory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C belongs to the pool, which tells its workers
        )
        self.pid = self._process.pid
        wire.widen(self._process.stdin, self._process.stdout)
        self.send(*first)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._write, self._read)]
        for thread in self._threads:
            thread.start()

    def send(self, header: dict[str, Any], blobs: dict[str, bytes] | None = None) -> None:
        """Put a message into its pipe, soon."""
        self._outbox.put((header, blobs or {}))

    def kill(self) -> None:
        """End it and all its descendants now; ``gone`` follows."""
        with self._lock:
            if not self._reaped:
                end_family(self.pid, self.family)

    def join(self, seconds: float) -> None:
        """Wait for its threads; call it off the loop."""
        for thread in self._threads:
            thread.join(seconds)

    def _write(self) -> None:
        stream = cast(BinaryIO, self._process.stdin)
        with contextlib.suppress(OSError, ValueError):  # the reading thread finds out that it is gone
            while (message := self._outbox.get()) is not None:
                wire.send_bytes(stream, *message)
                del message
        with contextlib.suppress(OSError, ValueError):
            stream.close()

    def _read(self) -> None:
        stream = cast(BinaryIO, self._process.stdout)
        with contextlib.suppress(wire.BrokenPipeMessage, OSError, ValueError, KeyError):
            while True:
                self._tell(*wire.receive_bytes(stream))
        self.kill()
        code = self._process.wait()
        with self._lock:
            self._reaped = True
        stream.close()
        self._outbox.put(None)
        self._tell({"event": "gone", "code": code}, {})

    def _tell(self, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed
            self._loop.call_soon_threadsafe(self._hear, self, header, blobs)


_SETTINGS = "BGSTUDIO_"
_KEPT = frozenset({"BGSTUDIO_AUDIT_SOCKET"})  # an audit watches workers too


def _environment() -> dict[str, str]:
    """Ours without our settings, and where this package lies if it is not installed for the interpreter.

    What a worker needs of the settings comes over its pipe: its environment holds no key and no address. It writes no
    compiled files.
    """
    here = str(Path(__file__).resolve().parents[2])
    path = os.environ.get("PYTHONPATH", "")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS) or name in _KEPT}
    return {
        **ours,
        "PYTHONPATH": f"{here}{os.pathsep}{path}" if path else here,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
