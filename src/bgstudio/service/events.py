"""Usage data: the one place that writes it, of those only who are counted.

Nobody is counted whose browser says no (``Sec-GPC: 1`` or ``DNT: 1``), who has said no, or of whom it is not known what
they said. Who has said nothing is counted only where the host's settings say so.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

import structlog

from bgstudio.db import Database, accounts
from bgstudio.db import events as rows
from bgstudio.service.trace import where
from bgstudio.service.visitor import Clock, Visitor, utc_now

log = structlog.get_logger("bgstudio.service")

KINDS = frozenset({"page", "job", "download", "rating", "sign_in", "outside"})
MOST_BROWSER = 40
MOST_DETAIL = 80
REMEMBERED = 10_000


class Events:
    """Notes what people do.

    Args:
        db: open.
        default: whether those are counted who have said nothing.
        days: that events are kept.
        clock: tells the time.
    """

    def __init__(self, db: Database, default: bool, days: float, clock: Clock = utc_now) -> None:
        self._db = db
        self._default = default
        self._life = timedelta(days=days)
        self._clock = clock
        self._said: OrderedDict[str, bool] = OrderedDict()  # newest choices of visits, for jobs that began before

    async def counted(self, visitor: Visitor) -> bool:
        """Whether somebody is counted at this moment."""
        asks = visitor.asks
        if asks is None or asks.signal:
            return False
        choice = await self.choice(visitor)
        return self._default if choice is None else choice

    async def choice(self, visitor: Visitor) -> bool | None:
        """What they chose: with their account, or in their browser; None: nothing."""
        if not visitor.account:
            return self._said.get(visitor.owner, None if visitor.asks is None else visitor.asks.choice)
        async with self._db.read() as connection:
            row = await accounts.get(connection, visitor.owner)
        return False if row is None else row.analytics

    async def choose(self, visitor: Visitor, count: bool) -> None:
        """Be counted or not, from now on. No also deletes what has been counted of an account."""
        if not visitor.account:
            self._said[visitor.owner] = count
            self._said.move_to_end(visitor.owner)
            while len(self._said) > REMEMBERED:
                self._said.popitem(last=False)
            return
        async with self._db.write() as connection:
            await accounts.choose_analytics(connection, visitor.owner, count)
            if not count:
                await rows.remove_of(connection, visitor.owner)
        if not count:
            await self._db.compact()

    async def note(
        self, visitor: Visitor, kind: str, detail: str = "", seconds: float | None = None, ref: str | None = None
    ) -> bool:
        """Write an event of somebody who is counted; whether one was written. Never raises: people come first.

        Args:
            visitor: whose it is. Accounts are named by their id, anonymous people not at all.
            kind: one of ``KINDS``.
            detail: codes and names of presets, never words of a person; cut at 80 characters.
            seconds: how long it took.
            ref: a keyed hash, under which a newer event takes the place of an older one.
        """
        if kind not in KINDS:
            raise ValueError(f"no such kind of event: {kind}")
        try:
            if not await self.counted(visitor):
                return False
            row = rows.EventRow(
                at=self._clock(),
                kind=kind,
                owner=visitor.owner if visitor.account else None,
                browser="" if visitor.asks is None else visitor.asks.browser[:MOST_BROWSER],
                detail=detail[:MOST_DETAIL],
                seconds=None if seconds is None else round(seconds, 2),
                ref=ref,
            )
            async with self._db.write() as connection:
                if row.owner is not None and not await accounts.alive(connection, row.owner):
                    return False  # deleted a moment ago
                await rows.add(connection, row)
        except Exception as error:
            log.error("event not noted", kind=kind, error=type(error).__name__, where=where(error))
            return False
        return True

    async def details(self, refs: list[str]) -> dict[str, str]:
        """The details of events by their refs."""
        async with self._db.read() as connection:
            return await rows.details(connection, refs)

    async def forget(self, ref: str) -> bool:
        """Delete the event with a ref; whether there was one."""
        async with self._db.write() as connection:
            return bool(await rows.remove_ref(connection, ref))

    async def sweep(self) -> int:
        """Delete events whose time is over."""
        async with self._db.write() as connection:
            return await rows.remove_before(connection, self._clock() - self._life)
