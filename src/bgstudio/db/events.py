"""Rows of usage data. Only ``service.events`` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import events


@dataclass(frozen=True)
class EventRow:
    """One event; see ``schema.events``."""

    at: datetime
    kind: str
    owner: str | None
    browser: str
    detail: str
    seconds: float | None = None
    ref: str | None = None


async def add(connection: AsyncConnection, row: EventRow) -> None:
    """Insert one, in the place of an older one with the same ``ref``."""
    if row.ref is not None:
        await remove_ref(connection, row.ref)
    await connection.execute(insert(events).values(**vars(row)))


async def details(connection: AsyncConnection, refs: list[str]) -> dict[str, str]:
    """The details of events by their refs."""
    query = select(events.c.ref, events.c.detail).where(events.c.ref.in_(refs))
    return {found.ref: found.detail for found in (await connection.execute(query)).all()}


async def remove_ref(connection: AsyncConnection, ref: str) -> int:
    """Delete the one with a ref."""
    return (await connection.execute(delete(events).where(events.c.ref == ref))).rowcount


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner; how many."""
    return (await connection.execute(delete(events).where(events.c.owner == owner))).rowcount


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those before ``moment``."""
    return (await connection.execute(delete(events).where(events.c.at < moment))).rowcount
