"""Who is next: small and quick tasks first, then those who had least lately, then those who wait longest."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bgstudio.domain.job import Task
from bgstudio.errors import Busy

SMALL_PIXELS = 1_500_000
"""Pictures of at most this many pixels go before larger ones."""

AGE_SECONDS = 45.0
"""A task that has waited this long counts as one class more urgent, and again after as long: nothing starves."""

HALF_LIFE = 120.0
"""Seconds after which work done for somebody counts half."""

_FIRST_GUESS = {"slight": 0.5, "quick": 4.0, "small": 14.0, "large": 30.0}
_RANKS = {"slight": 0, "quick": 0, "small": 1, "large": 2}
_FORGOTTEN = 0.05  # seconds of work that no longer matter
_LONGEST_WAIT = 600


def class_of(task: Task) -> str:
    """``slight`` for what needs no cut-out, ``quick`` for cut-outs and previews, ``small``, ``large`` for pictures."""
    if task.step in ("portrait", "convert", "verify"):
        return "slight"
    if task.step in ("preview", "cutout"):
        return "quick"
    return "small" if task.pixels <= SMALL_PIXELS else "large"


@dataclass(eq=False)
class Ticket:
    """A task's place in the queue.

    Attributes:
        task: what is to be done.
        arrived: seconds of the queue's clock when it came.
        serial: order of arrival.
        again: its worker was lost; it goes before all others.
        charged: seconds of work its owner was charged for it in advance.
    """

    task: Task
    arrived: float = 0.0
    serial: int = 0
    again: bool = False
    charged: float = 0.0


class Pace:
    """How long tasks took lately, by class."""

    def __init__(self) -> None:
        self._seconds = dict(_FIRST_GUESS)

    def expect(self, task: Task) -> float:
        """Seconds such a task will take, as far as is known."""
        return self._seconds[class_of(task)]

    def learn(self, task: Task, seconds: float) -> None:
        """A task of its kind took ``seconds``."""
        name = class_of(task)
        self._seconds[name] += 0.3 * (seconds - self._seconds[name])


class Shares:
    """Seconds of work done for each owner lately; old work fades."""

    def __init__(self) -> None:
        self._work: dict[str, tuple[float, float]] = {}

    def of(self, owner: str, now: float) -> float:
        """Seconds of work, faded to ``now``."""
        seconds, at = self._work.get(owner, (0.0, now))
        return seconds * math.pow(0.5, max(0.0, now - at) / HALF_LIFE)

    def charge(self, owner: str, seconds: float, now: float) -> None:
        """Add work (or take it back, if negative); owners without any are forgotten."""
        total = max(0.0, self.of(owner, now) + seconds)
        self._work[owner] = (total, now)
        for name in [name for name in self._work if self.of(name, now) < _FORGOTTEN]:
            del self._work[name]


class TaskQueue:
    """Tasks that wait for a worker. Not safe between threads: it lives on the event loop.

    Args:
        most_waiting: further tasks are refused at once.
        clock: monotonic seconds.
    """

    def __init__(self, most_waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most_waiting = most_waiting
        self._clock = clock
        self._waiting: list[Ticket] = []
        self._shares = Shares()
        self._pace = Pace()
        self._serial = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, ticket: Ticket, workers: int = 1) -> None:
        """Join the queue; raises ``Busy`` where it is full. ``workers`` only serves to say when to come back."""
        if len(self._waiting) >= self.most_waiting:
            raise Busy(
                "All workers have their hands full.",
                f"{len(self._waiting)} tasks wait already, and no more are taken on.",
                "Try again in a while; nothing of your photo was kept.",
                retry_after=self.room_in(workers),
            )
        self._serial += 1
        ticket.serial, ticket.arrived = self._serial, self._clock()
        self._waiting.append(ticket)

    def put_back(self, ticket: Ticket) -> None:
        """Return a ticket whose worker was lost: it is next, and there is always room for it."""
        self._shares.charge(ticket.task.owner, -ticket.charged, self._clock())
        ticket.charged, ticket.again = 0.0, True
        self._waiting.append(ticket)

    def take(self) -> Ticket | None:
        """The next one, which leaves the queue; its owner is charged what it will probably take."""
        if not self._waiting:
            return None
        now = self._clock()
        ticket = min(self._waiting, key=lambda one: self._key(one, now, {}))
        self._waiting.remove(ticket)
        ticket.charged = self._pace.expect(ticket.task)
        self._shares.charge(ticket.task.owner, ticket.charged, now)
        return ticket

    def drop(self, ticket: Ticket) -> bool:
        """Leave the queue; whether it was still waiting."""
        if ticket not in self._waiting:
            return False
        self._waiting.remove(ticket)
        return True

    def drop_all(self) -> list[Ticket]:
        """Empty the queue; the tickets that waited."""
        gone, self._waiting = self._waiting, []
        return gone

    def finished(self, ticket: Ticket, seconds: float, whole: bool) -> None:
        """A taken ticket's task ended after ``seconds``; ``whole``: it made what it should, so its pace is learned."""
        self._shares.charge(ticket.task.owner, seconds - ticket.charged, self._clock())
        ticket.charged = 0.0
        if whole:
            self._pace.learn(ticket.task, seconds)

    def order(self) -> list[Ticket]:
        """The waiting tickets in the order in which they would be taken if nothing else came."""
        now, left, out = self._clock(), list(self._waiting), list[Ticket]()
        extra: dict[str, float] = {}
        while left:
            ticket = min(left, key=lambda one: self._key(one, now, extra))
            left.remove(ticket)
            out.append(ticket)
            owner = ticket.task.owner
            extra[owner] = extra.get(owner, 0.0) + self._pace.expect(ticket.task)
        return out

    def position(self, job: str) -> int | None:
        """Place of a job's first waiting task, 1 is next; None where none waits."""
        for place, ticket in enumerate(self.order(), 1):
            if ticket.task.job == job:
                return place
        return None

    def room_in(self, workers: int) -> int:
        """Seconds, 1 to 600, until about a quarter of the queue has been worked off."""
        order = self.order()
        ahead = order[: max(1, len(order) // 4)]
        seconds = sum(self._pace.expect(ticket.task) for ticket in ahead) / max(1, workers)
        return max(1, min(_LONGEST_WAIT, math.ceil(seconds)))

    def _key(self, ticket: Ticket, now: float, extra: dict[str, float]) -> tuple[bool, int, float, int]:
        task = ticket.task
        rank = _RANKS[class_of(task)] - int((now - ticket.arrived) / AGE_SECONDS)
        work = self._shares.of(task.owner, now) + extra.get(task.owner, 0.0)
        return not ticket.again, rank, round(work, 3), ticket.serial
