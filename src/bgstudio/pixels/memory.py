"""Memory that is free but still held by the process."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of ``mallopt``; see its manual page."""

_LARGEST_ON_HEAP = 32 << 20
"""The most that the C library takes for the second."""


@cache
def _library() -> Any:
    """The C library whose allocator can be told, or None."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if library.malloc_trim and library.mallopt else None
    except (OSError, AttributeError):
        return None  # another C library: it keeps its pages, no harm done


@cache
def hold_freed() -> None:
    """Keep freed memory for what comes next, until ``give_back``.

    Without this, large blocks are fetched from the system and cleared again for each layer of a network. A pool of the
    network's own would be as fast, but never gives back.
    """
    library = _library()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_ON_HEAP)
        library.mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)


def give_back() -> None:
    """Return freed memory to the system, where the C library can: pictures leave hundreds of megabytes of it behind."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)
