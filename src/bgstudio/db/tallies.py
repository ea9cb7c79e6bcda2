"""Rows of hourly sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import tallies


@dataclass(frozen=True)
class Sum:
    """One sum; see ``schema.tallies``."""

    hour: datetime
    name: str
    count: int
    seconds: float


async def add(connection: AsyncConnection, sums: Mapping[tuple[datetime, str], tuple[int, float]]) -> None:
    """Add to sums. The database does the adding, so that several servers can do it at once."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for (hour, name), (count, seconds) in sorted(sums.items()):  # in one order, so that no two wait for each other
        row = insert(tallies).values(hour=hour, name=name, count=count, seconds=seconds)
        grown = {
            "count": tallies.c.count + row.excluded.count,
            "seconds": tallies.c.seconds + row.excluded.seconds,
        }
        await connection.execute(row.on_conflict_do_update(index_elements=["hour", "name"], set_=grown))


async def since(connection: AsyncConnection, moment: datetime) -> list[Sum]:
    """All sums from an hour on, oldest first."""
    query = select(tallies).where(tallies.c.hour >= moment).order_by(tallies.c.hour, tallies.c.name)
    return [Sum(**found) for found in (await connection.execute(query)).mappings()]


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those before ``moment``."""
    return (await connection.execute(delete(tallies).where(tallies.c.hour < moment))).rowcount
