"""What the operating system is asked for: no core dumps, a whole family of processes ended."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable

import psutil

Relative = tuple[int, float]
"""A process id and the time it was created at, so that a reused id is not mistaken for it."""


def no_core_dumps() -> None:
    """Let neither this process nor its children leave memory behind on a disk when they crash."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def family_of(pid: int) -> set[Relative]:
    """The descendants of a process, as far as they can be seen; none where it is gone."""
    found: set[Relative] = set()
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found.add((child.pid, child.create_time()))
    return found


def end_family(pid: int, known: Iterable[Relative]) -> None:
    """Kill a process that leads its own group, the group, and its descendants in other groups.

    Args:
        pid: of a child of ours that was not waited for yet, so that its id cannot mean another one.
        known: descendants it told of while it could.
    """
    family = {*known, *family_of(pid)}
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(pid, signal.SIGTERM)
    for relative, created in family:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(relative)
            if process.create_time() == created:
                process.kill()
