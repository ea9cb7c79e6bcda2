"""Unfinished pictures on their way from a worker to whoever waits for the finished one.

They show the product, so they are sealed on the pipe like everything else, and kept nowhere.
"""

from __future__ import annotations

import time

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.sealed import Sealer
from bgstudio.engine.asking import Say
from bgstudio.errors import StudioError
from bgstudio.export import encode
from bgstudio.pixels.types import Byte

QUALITY = 70
SECONDS = 0.4
"""Between two of them at least."""


class PipeGlimpse:
    """Satisfies ``domain.ports.Glimpse`` in a worker.

    Args:
        say: sends a message to the pool.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._sealer: Sealer | None = None
        self._ticket = 0
        self._job = ""
        self._sent = 0.0

    def open(self, sealer: Sealer, ticket: int, job: str) -> None:
        """From now on pictures belong to this task."""
        self._sealer, self._ticket, self._job, self._sent = sealer, ticket, job, 0.0

    def __call__(self, picture: Byte) -> None:
        """See ``domain.ports.Glimpse``."""
        now = time.monotonic()
        if self._sealer is None or now - self._sent < SECONDS:
            return
        self._sent = now
        try:
            data = encode(picture, FileFormat.WEBP, quality=QUALITY)
        except StudioError:  # too small or too narrow to be written: nobody misses it
            return
        sealed = self._sealer.seal(data, f"{self._job}/glimpse")
        self._say({"event": "glimpse", "ticket": self._ticket}, {"picture": sealed.data})
