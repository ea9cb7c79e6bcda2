"""Hourly sums over everybody, in which nobody can be told: how busy the service is, how long it takes, what fails.

They grow in memory and are written now and then. What a crash takes with it is at most what came since.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bgstudio.db import Database
from bgstudio.db import tallies as rows
from bgstudio.service.visitor import Clock, utc_now

BUCKETS = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
"""Upper ends of the spans that times are sorted into, in seconds; longer ones are ``over``."""

OVER = "over"
KEPT = timedelta(days=400)
MOST_NAME = 64
MOST_NAMES = 2_000
"""Sums held in memory; further new ones are left out, so that nothing can fill it."""


class Tallies:
    """Counts.

    Args:
        db: open when something is written.
        clock: tells the time.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock
        self._held: dict[tuple[datetime, str], tuple[int, float]] = {}

    def add(self, name: str, count: int = 1, seconds: float = 0.0) -> None:
        """Count something; ``name`` is made of codes and names of presets, never of anything a person wrote."""
        hour = self._clock().replace(minute=0, second=0, microsecond=0)
        self._grow((hour, name[:MOST_NAME]), count, seconds)

    def took(self, step: str, seconds: float) -> None:
        """Count how long a step took."""
        self.add(f"step:{step}:{bucket(seconds)}", seconds=seconds)

    async def flush(self) -> None:
        """Write what has come; if that fails, it stays for the next time."""
        held, self._held = self._held, {}
        if not held:
            return
        try:
            async with self._db.write() as connection:
                await rows.add(connection, held)
        except BaseException:
            for key, (count, seconds) in held.items():
                self._grow(key, count, seconds)
            raise

    async def since(self, moment: datetime) -> list[rows.Sum]:
        """All sums from a moment on, those in memory too."""
        await self.flush()
        async with self._db.read() as connection:
            return await rows.since(connection, moment)

    async def sweep(self) -> int:
        """Write what has come, and delete what is too old."""
        await self.flush()
        async with self._db.write() as connection:
            return await rows.remove_before(connection, self._clock() - KEPT)

    def _grow(self, key: tuple[datetime, str], count: int, seconds: float) -> None:
        if key not in self._held and len(self._held) >= MOST_NAMES:
            return
        had, spent = self._held.get(key, (0, 0.0))
        self._held[key] = (had + count, spent + seconds)


def bucket(seconds: float) -> str:
    """The span that a time falls into, by its upper end."""
    return next((f"{end:g}" for end in BUCKETS if seconds <= end), OVER)
