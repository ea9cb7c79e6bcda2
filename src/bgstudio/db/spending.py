"""Rows that count what outside services cost, per person and day, and for everybody together."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import spending

EVERYBODY = ""
"""Owner of the row that counts all of an installation."""


async def take(connection: AsyncConnection, owner: str, day: date, amount: int, limit: int) -> bool:
    """Count ``amount`` (millionths of a dollar) unless that would go over ``limit``; one statement decides, so that no
    two can both win."""
    with suppress(IntegrityError):  # the row is there already
        async with connection.begin_nested():
            await connection.execute(insert(spending).values(owner=owner, day=day, amount=0))
    row = (spending.c.owner == owner) & (spending.c.day == day)
    counted = await connection.execute(
        update(spending).where(row, spending.c.amount + amount <= limit).values(amount=spending.c.amount + amount)
    )
    return counted.rowcount == 1


async def give_back(connection: AsyncConnection, owner: str, day: date, amount: int) -> None:
    """Count ``amount`` fewer, never below none."""
    row = (spending.c.owner == owner) & (spending.c.day == day)
    await connection.execute(
        update(spending).where(row, spending.c.amount >= amount).values(amount=spending.c.amount - amount)
    )


async def spent(connection: AsyncConnection, owner: str, day: date) -> int:
    """Millionths of a dollar counted on a day."""
    query = select(spending.c.amount).where(spending.c.owner == owner, spending.c.day == day)
    return (await connection.execute(query)).scalar_one_or_none() or 0


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(spending).where(spending.c.owner == owner))).rowcount


async def remove_before(connection: AsyncConnection, day: date) -> int:
    """Delete the rows of days before ``day``."""
    return (await connection.execute(delete(spending).where(spending.c.day < day))).rowcount
