"""A lock between processes, held by an open file: the system lets go of it when its holder dies."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bgstudio.domain.ports import Cancel, check, never

_PAUSE = 0.2

if sys.platform == "win32":
    import msvcrt

    def _try(handle: IO[bytes]) -> bool:
        handle.seek(0)
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def held(path: Path, cancel: Cancel = never) -> Iterator[bool]:
    """Hold the lock file at ``path``, waiting for whoever holds it.

    Yields True when somebody else had to be waited for. Raises ``Cancelled`` when ``cancel`` says so while waiting.
    The file stays behind, empty: removing it would let two holders lock two different files of one name.
    """
    with path.open("ab") as handle:
        waited = False
        while not _try(handle):
            waited = True
            check(cancel)
            time.sleep(_PAUSE)
        try:
            yield waited
        finally:
            _release(handle)
