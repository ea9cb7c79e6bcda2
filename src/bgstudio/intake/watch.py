"""The clock that ends a process which takes too long over a photo."""

from __future__ import annotations

import subprocess
import threading

import psutil

_EXTENSIONS = 3
_WORKING = 0.05
_SPENT = 0.8


class Watch:
    """Kills a process unless the ``with`` block ends within ``seconds``; the block then meets the end of the pipe.

    ``seconds`` are of the clock. A process that works but is given little processor time, on a machine that renders
    meanwhile, is not to blame: as long as it has not spent the seconds itself, it gets up to three times as many more.
    One that hangs is killed on time.

    Attributes:
        expired: whether the process was killed.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.expired = False
        self._process = process
        self._seconds = seconds
        self._lock = threading.Lock()
        self._over = False
        self._extensions = 0
        self._at_start = self._at_last = processor_seconds(process.pid)
        self._timer = self._next()

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            self._timer.cancel()

    def _next(self) -> threading.Timer:
        timer = threading.Timer(self._seconds, self._due)
        timer.daemon = True
        return timer

    def _due(self) -> None:
        with self._lock:
            if self._over:
                return
            now = processor_seconds(self._process.pid)
            before, self._at_last = self._at_last, now
            if self._extensions < _EXTENSIONS and is_starved(now - self._at_start, now - before, self._seconds):
                self._extensions += 1
                self._timer = self._next()
                self._timer.start()
                return
            self.expired = True
            self._process.kill()


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used, 0 where it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def is_starved(total: float, lately: float, seconds: float) -> bool:
    """Whether a process is at work without having had its ``seconds`` of processor time.

    Args:
        total: seconds of processor time used since the start.
        lately: those of the last ``seconds`` of the clock.
        seconds: what it is allowed.
    """
    return lately >= _WORKING * seconds and total < _SPENT * seconds
