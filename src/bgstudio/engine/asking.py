"""Questions of a worker to the pool's process, each with a number by which its answer is known."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Message = tuple[dict[str, Any], dict[str, bytes]]
Say = Callable[[dict[str, Any], dict[str, bytes]], None]
"""Sends a message to the other side."""

Answers = queue.SimpleQueue[Message]


class Asking:
    """The worker's side of one kind of question."""

    def __init__(self) -> None:
        self._serials = itertools.count(1)
        self._waiting: dict[int, Answers] = {}

    @contextmanager
    def question(self) -> Iterator[tuple[int, Answers]]:
        """(the number to send along, where the answer arrives), as long as somebody waits for it."""
        serial = next(self._serials)
        self._waiting[serial] = queue.SimpleQueue()
        try:
            yield serial, self._waiting[serial]
        finally:
            del self._waiting[serial]

    def hear(self, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
        """An answer of the pool's; may be called from another thread. One that nobody waits for is dropped."""
        waiting = self._waiting.get(int(header["serial"]))
        if waiting is not None:
            waiting.put((header, blobs))
