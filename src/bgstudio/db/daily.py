"""Counts per day that must not go over a limit, whatever is counted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, eq=False)
class Daily:
    """One table of counts: a row for each scope and ``day``.

    Attributes:
        table: has a column ``day``, and with ``scope`` a primary key.
        scope: whose count it is.
        amount: the count.
    """

    table: Table
    scope: Column[Any]
    amount: Column[Any]

    async def take(self, connection: AsyncConnection, scope: str, day: date, amount: int, limit: int) -> bool:
        """Count ``amount`` unless that would go over ``limit``; one statement decides, so that no two can both win."""
        with suppress(IntegrityError):  # the row is there already
            async with connection.begin_nested():
                first = {self.scope.name: scope, "day": day, self.amount.name: 0}
                await connection.execute(insert(self.table).values(first))
        more = self.amount + amount
        counted = await connection.execute(
            update(self.table).where(self._row(scope, day), more <= limit).values({self.amount.name: more})
        )
        return counted.rowcount == 1

    async def give_back(self, connection: AsyncConnection, scope: str, day: date, amount: int) -> None:
        """Count ``amount`` fewer, never below none."""
        row = self._row(scope, day) & (self.amount >= amount)
        await connection.execute(update(self.table).where(row).values({self.amount.name: self.amount - amount}))

    async def count(self, connection: AsyncConnection, scope: str, day: date) -> int:
        """What is counted on a day."""
        query = select(self.amount).where(self._row(scope, day))
        return (await connection.execute(query)).scalar_one_or_none() or 0

    async def remove(self, connection: AsyncConnection, scope: str) -> int:
        """Delete all rows of a scope; how many."""
        return (await connection.execute(delete(self.table).where(self.scope == scope))).rowcount

    async def remove_before(self, connection: AsyncConnection, day: date) -> int:
        """Delete the rows of days before ``day``; how many."""
        return (await connection.execute(delete(self.table).where(self.table.c.day < day))).rowcount

    def _row(self, scope: str, day: date) -> ColumnElement[bool]:
        return (self.scope == scope) & (self.table.c.day == day)
