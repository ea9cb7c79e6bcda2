"""How fast: sliding windows in memory, gone when the service stops."""

from __future__ import annotations

import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bgstudio.errors import LimitReached
from bgstudio.service.visitor import Visitor, address_scope

WINDOW = 60.0
SESSIONS_PER_MINUTE = 30
SIGN_INS_PER_MINUTE = 20
MOST_SCOPES = 50_000
"""Scopes that a window remembers; beyond it the one used longest ago is forgotten, so that memory stays bounded."""


@dataclass
class _Count:
    started: float
    before: int = 0
    now: int = 0


class Window:
    """Counts events per scope in the last minute: the running minute's, and the last one's by how much it still
    reaches in. Two numbers a scope, whatever the limit.

    Args:
        limit: events in any minute.
        clock: seconds that never go back.
    """

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def take(self, scope: str) -> int:
        """Count one event; 0, or where it would be too many, the whole seconds until it would not."""
        now = self._clock()
        count = self._counts.setdefault(scope, _Count(now))
        self._counts.move_to_end(scope)
        while len(self._counts) > MOST_SCOPES:
            self._counts.popitem(last=False)
        passed = int((now - count.started) // WINDOW)
        if passed:
            count.before = count.now if passed == 1 else 0
            count.now = 0
            count.started += passed * WINDOW
        wait = self._wait(count, now - count.started)
        if wait <= 1e-9:  # what rounding leaves
            count.now += 1
            return 0
        return max(1, math.ceil(wait))

    def _wait(self, count: _Count, age: float) -> float:
        """Seconds until one more fits, if nothing else comes."""
        room = self._limit - 1 - count.now
        if room >= 0:
            # before * (1 - age / WINDOW) <= room
            return WINDOW * (1 - room / count.before) - age if count.before > room else 0.0
        # this minute's own events must leave: now * (1 - age' / WINDOW) <= limit - 1, in the next minute
        return WINDOW - age + WINDOW * (1 - (self._limit - 1) / count.now)


class Rates:
    """Limits on bursts.

    Args:
        jobs_per_minute: of one visitor.
        requests_per_minute: of one network address, IPv6 by /64.
        clock: seconds that never go back.
    """

    def __init__(
        self, jobs_per_minute: int, requests_per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._secret = secrets.token_bytes(32)  # what is counted here is told by no key on a disk
        self._jobs = Window(jobs_per_minute, clock)
        self._requests = Window(requests_per_minute, clock)
        self._sessions = Window(SESSIONS_PER_MINUTE, clock)
        self._sign_ins = Window(SIGN_INS_PER_MINUTE, clock)

    def jobs(self, visitor: Visitor) -> None:
        """Count a job; raises ``LimitReached``."""
        _checked(self._jobs.take(visitor.owner), "You have started many jobs in a short time.")

    def requests(self, address: str) -> None:
        """Count a request from an address; raises ``LimitReached``."""
        _checked(
            self._requests.take(self._scope(address)),
            "Many requests came from your network address in a short time.",
        )

    def sessions(self, address: str) -> None:
        """Count a new session begun from an address; raises ``LimitReached``."""
        _checked(
            self._sessions.take(self._scope(address)),
            "Many visits began at your network address in a short time.",
        )

    def sign_ins(self, address: str) -> None:
        """Count a sign-in begun from an address; raises ``LimitReached``."""
        _checked(
            self._sign_ins.take(self._scope(address)),
            "Many sign-ins began at your network address in a short time.",
        )

    def _scope(self, address: str) -> str:
        return address_scope(address, self._secret)


def _checked(wait: int, what: str) -> None:
    if wait:
        raise LimitReached(
            what,
            "The limit keeps the service quick for everybody.",
            f"Try again in {wait} {'second' if wait == 1 else 'seconds'}.",
            retry_after=wait,
        )
