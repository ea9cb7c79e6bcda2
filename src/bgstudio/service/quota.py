"""How many pictures a day: counted for the session and for its network address, before they are made."""

from __future__ import annotations

import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db import Database, reservations, usage
from bgstudio.errors import LimitReached, UsageError
from bgstudio.service.visitor import Clock, Visitor, utc_now


@dataclass(frozen=True)
class Reservation:
    """Pictures that count already and are not made yet.

    Attributes:
        id: of its row.
        owner: whose.
        day: UTC day that they count for.
        pictures: how many were reserved.
    """

    id: str
    owner: str
    day: date
    pictures: int


@dataclass(frozen=True)
class Usage:
    """What a visitor has used today.

    Attributes:
        used: pictures of this session, reserved ones included.
        limit: pictures this session may make in a day.
        left: pictures that can be asked for now; the address's limit may leave fewer than ``limit - used``.
        resets: when the next day begins, midnight UTC.
    """

    used: int
    limit: int
    left: int
    resets: datetime


class Quota:
    """Counts pictures per day (UTC), per session and per network address, so that a cleared cookie refills nothing.

    Args:
        db: open.
        per_session, per_address: most pictures a day of anonymous people.
        clock: tells the time.
        per_account: most pictures a day of somebody who has signed in, wherever they are.
        server: id of this server, which sees the jobs through that it reserves for.
    """

    def __init__(
        self,
        db: Database,
        per_session: int,
        per_address: int,
        clock: Clock = utc_now,
        *,
        per_account: int | None = None,
        server: str = "",
    ) -> None:
        self._db = db
        self._per_session = per_session
        self._per_address = per_address
        self._per_account = per_account or per_session
        self._clock = clock
        self._server = server

    async def reserve(self, visitor: Visitor, pictures: int) -> Reservation:
        """Count ``pictures`` before they are made: all of them or none.

        Raises:
            LimitReached: fewer are left; ``retry_after`` counts the seconds to midnight UTC.
            UsageError: not even a whole day allows so many.
        """
        limit = self._limit(visitor)
        most = limit if visitor.account else min(limit, self._per_address)
        if not 0 < pictures <= most:
            raise UsageError(
                f"{pictures} pictures cannot be made here at once.",
                f"A day allows at most {most}.",
                f"Ask for 1 to {most}.",
            )
        now = self._clock()
        day = now.astimezone(UTC).date()
        made = Reservation(secrets.token_hex(16), visitor.owner, day, pictures)
        async with self._db.write() as connection:
            # An error undoes the session's count too: the transaction ends without either.
            if not await usage.take(connection, usage.of_owner(visitor.owner), day, pictures, limit):
                left = limit - await usage.count(connection, usage.of_owner(visitor.owner), day)
                raise _used_up("You have", left, limit, now)
            scope = "" if visitor.account else visitor.scope
            if scope and not await usage.take(connection, usage.of_address(scope), day, pictures, self._per_address):
                left = self._per_address - await usage.count(connection, usage.of_address(scope), day)
                raise _used_up("Everybody at your network address together has", left, self._per_address, now)
            row = reservations.ReservationRow(
                made.id, made.owner, scope, day, pictures, 0, reservations.HELD, now, self._server
            )
            await reservations.add(connection, row)
        return made

    async def spend(self, reservation: Reservation, pictures: int = 1) -> None:
        """Note that pictures were made, as far as they are still held."""
        async with self._db.write() as connection:
            row = await reservations.get(connection, reservation.id)
            if row is None:
                return  # the session has ended, and its reservations with it
            spent = max(0, min(pictures, row.held))
            await reservations.settle(connection, row, spent=spent, refunded=0)

    async def refund(self, reservation: Reservation, pictures: int | None = None) -> None:
        """Give back pictures that were held and will not be made, or all that still are.

        Asking twice gives back once. Pictures of a past day go back to that day.
        """
        async with self._db.write() as connection:
            row = await reservations.get(connection, reservation.id)
            if row is None:
                return
            back = row.held if pictures is None else max(0, min(pictures, row.held))
            await self._give_back(connection, row, back)

    async def left(self, visitor: Visitor) -> Usage:
        """What the visitor has used and may still use today."""
        now = self._clock()
        day = now.astimezone(UTC).date()
        async with self._db.read() as connection:
            used = await usage.count(connection, usage.of_owner(visitor.owner), day)
            shared = await usage.count(connection, usage.of_address(visitor.scope), day)
        limit = self._limit(visitor)
        left = limit - used if visitor.account else min(limit - used, self._per_address - shared)
        return Usage(used, limit, max(0, left), _midnight(now))

    def _limit(self, visitor: Visitor) -> int:
        return self._per_account if visitor.account else self._per_session

    async def settle(self, there: Collection[str] = ()) -> int:
        """Give back what servers that are gone left held; the number of pictures.

        Args:
            there: ids of the servers that are there and see their own jobs through.
        """
        back = 0
        async with self._db.write() as connection:
            for row in await reservations.all_held(connection):
                if row.server in there:
                    continue
                back += row.held
                await self._give_back(connection, row, row.held)
        return back

    @staticmethod
    async def _give_back(connection: AsyncConnection, row: reservations.ReservationRow, back: int) -> None:
        await usage.give_back(connection, usage.of_owner(row.owner), row.day, back)
        if row.address_scope:
            await usage.give_back(connection, usage.of_address(row.address_scope), row.day, back)
        await reservations.settle(connection, row, spent=0, refunded=back)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def _used_up(who: str, left: int, limit: int, now: datetime) -> LimitReached:
    wait = max(1, math.ceil((_midnight(now) - now).total_seconds()))
    more = f"Ask for {left}, or come back" if left > 0 else "Come back"
    return LimitReached(
        f"{who} {left} of {limit} pictures left today.",
        "So many more would go over the daily limit.",
        f"{more} after midnight UTC.",
        retry_after=wait,
    )
