"""Leaves a service alone that fails again and again, and tries it carefully afterwards."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from bgstudio.domain.outside import OutsideService
from bgstudio.errors import OutsidePaused
from bgstudio.service.visitor import Clock

FAILURES = 5
"""Failures in a row after which a service is left alone."""

REST, LONGEST_REST = timedelta(seconds=30), timedelta(minutes=10)
"""How long at first, and at most: the time doubles with every probe that fails."""


class Breaker:
    """One service's (M. Nygard, "Release It!", circuit breaker).

    Closed: everything passes. Open: nothing does. After its rest it is half open: one call passes as a probe, and what
    becomes of it decides.

    Args:
        service: whose.
        clock: tells the time.
    """

    def __init__(self, service: OutsideService, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._failures = 0
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._rest = REST
        self._probing = False

    def enter(self) -> bool:
        """Ask whether a call may pass; True where it is a probe, whose end must be told.

        Raises:
            OutsidePaused: it may not; says since when the service fails.
        """
        if self._until is None:
            return False
        left = (self._until - self._clock()).total_seconds()
        if left > 0 or self._probing:
            raise self._paused(left)
        self._probing = True
        return True

    def worked(self) -> None:
        """A call was answered."""
        self._failures, self._since, self._until, self._rest, self._probing = 0, None, None, REST, False

    def failed(self) -> None:
        """A call was not answered, or with an error of the service's own."""
        now = self._clock()
        self._failures += 1
        self._since = self._since or now
        if self._probing:
            self._rest = min(LONGEST_REST, self._rest * 2)
        if self._probing or self._failures >= FAILURES:
            self._until = now + self._rest
        self._probing = False

    def gave_up(self) -> None:
        """A call was cut off from this side: that tells nothing of the service."""
        self._probing = False

    def _paused(self, left: float) -> OutsidePaused:
        wait = max(1, math.ceil(left))
        since = (self._since or self._clock()).astimezone(UTC)
        return OutsidePaused(
            f"{self._service.title} has not worked since {since:%H:%M} UTC and is left alone for now.",
            "It is not asked for now.",
            f"Try again in {wait} seconds, or go on without it.",
            retry_after=wait,
        )
