"""Rows that count pictures per scope and day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import usage


def of_owner(owner: str) -> str:
    """The scope of a session."""
    return f"s:{owner}"


def of_address(scope: str) -> str:
    """The scope of a network address, given as its keyed hash."""
    return f"a:{scope}"


async def take(connection: AsyncConnection, scope: str, day: date, pictures: int, limit: int) -> bool:
    """Count ``pictures`` unless that would go over ``limit``; one statement decides, so that no two can both win."""
    with suppress(IntegrityError):  # the row is there already
        async with connection.begin_nested():
            await connection.execute(insert(usage).values(scope=scope, day=day, count=0))
    row = (usage.c.scope == scope) & (usage.c.day == day)
    counted = await connection.execute(
        update(usage).where(row, usage.c.count + pictures <= limit).values(count=usage.c.count + pictures)
    )
    return counted.rowcount == 1


async def give_back(connection: AsyncConnection, scope: str, day: date, pictures: int) -> None:
    """Count ``pictures`` fewer, never below none."""
    row = (usage.c.scope == scope) & (usage.c.day == day)
    await connection.execute(update(usage).where(row, usage.c.count >= pictures).values(count=usage.c.count - pictures))


async def count(connection: AsyncConnection, scope: str, day: date) -> int:
    """Pictures counted on a day."""
    query = select(usage.c.count).where(usage.c.scope == scope, usage.c.day == day)
    return (await connection.execute(query)).scalar_one_or_none() or 0


async def remove_scope(connection: AsyncConnection, scope: str) -> int:
    """Delete all rows of a scope."""
    return (await connection.execute(delete(usage).where(usage.c.scope == scope))).rowcount


async def remove_before(connection: AsyncConnection, day: date) -> int:
    """Delete the rows of days before ``day``."""
    return (await connection.execute(delete(usage).where(usage.c.day < day))).rowcount
