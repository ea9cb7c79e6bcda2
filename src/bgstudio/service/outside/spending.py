"""What outside services may cost in a day: counted before anything is sent, given back where nothing was charged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bgstudio.db import Database, spending
from bgstudio.errors import LimitReached
from bgstudio.service.visitor import Clock, Visitor, utc_now

UNIT = 1_000_000
"""Counted in millionths of a US dollar, so that sums are exact."""


@dataclass(frozen=True)
class Limits:
    """US dollars a day; 0 for none at all: then nothing that costs something is sent.

    Attributes:
        person: of one person.
        everybody: of all people of this installation together.
    """

    person: float = 2.0
    everybody: float = 20.0


@dataclass(frozen=True)
class Held:
    """An amount that counts already."""

    owner: str
    day: date
    amount: int


class Spending:
    """Counts money per day (UTC).

    Args:
        db: open.
        limits: see ``Limits``.
        clock: tells the time.
    """

    def __init__(self, db: Database, limits: Limits, clock: Clock = utc_now) -> None:
        self._db = db
        self._limits = limits
        self._clock = clock

    async def hold(self, visitor: Visitor, cost: float) -> Held:
        """Count ``cost`` dollars before they are spent.

        Raises:
            LimitReached: it would go over a limit, and nothing is counted; ``retry_after`` is the time to midnight UTC.
        """
        now = self._clock()
        held = Held(visitor.owner, now.astimezone(UTC).date(), round(cost * UNIT))
        async with self._db.write() as connection:
            # An error undoes the person's count too: the transaction ends without either.
            most = round(self._limits.person * UNIT)
            if not await spending.take(connection, held.owner, held.day, held.amount, most):
                raise _used_up("What outside services may cost for you", self._limits.person, now)
            most = round(self._limits.everybody * UNIT)
            if not await spending.take(connection, spending.EVERYBODY, held.day, held.amount, most):
                raise _used_up("What outside services may cost this studio", self._limits.everybody, now)
        return held

    async def give_back(self, held: Held) -> None:
        """Count it no more: nothing was charged."""
        async with self._db.write() as connection:
            await spending.give_back(connection, held.owner, held.day, held.amount)
            await spending.give_back(connection, spending.EVERYBODY, held.day, held.amount)

    async def spent(self, owner: str = spending.EVERYBODY) -> float:
        """Dollars of today, of a person or of everybody."""
        async with self._db.read() as connection:
            return await spending.spent(connection, owner, self._clock().astimezone(UTC).date()) / UNIT


def _used_up(what: str, limit: float, now: datetime) -> LimitReached:
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return LimitReached(
        f"{what} in a day is used up: ${limit:.2f}.",
        "Nothing was sent.",
        "Come back after midnight UTC, or choose a way to make the background that costs nothing.",
        retry_after=max(1, math.ceil((midnight - now).total_seconds())),
    )
