"""Rows of letters to the host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import letters

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"


@dataclass(frozen=True)
class LetterRow:
    """One letter; see ``schema.letters``."""

    id: str
    owner: str | None
    kind: str
    state: str
    at: datetime
    answered_at: datetime | None
    sealed: bytes


async def add(connection: AsyncConnection, row: LetterRow) -> None:
    """Insert one."""
    await connection.execute(insert(letters).values(**vars(row)))


async def get(connection: AsyncConnection, letter: str) -> LetterRow | None:
    """One by its id, held against changes by others until the transaction ends."""
    found = (await connection.execute(select(letters).where(letters.c.id == letter).with_for_update())).mappings()
    row = found.first()
    return None if row is None else LetterRow(**row)


async def listed(connection: AsyncConnection, state: str | None, limit: int) -> list[LetterRow]:
    """Those in a state, or all: open ones first, of those the oldest first; then the newest of the others."""
    query = select(letters)
    if state is not None:
        query = query.where(letters.c.state == state)
    rows = [LetterRow(**found) for found in (await connection.execute(query.order_by(letters.c.at))).mappings()]
    waiting = [row for row in rows if row.state == OPEN]
    others = [row for row in reversed(rows) if row.state != OPEN]
    return (waiting + others)[:limit]


async def of_owner(connection: AsyncConnection, owner: str) -> list[LetterRow]:
    """All of an account, newest first."""
    query = select(letters).where(letters.c.owner == owner).order_by(letters.c.at.desc(), letters.c.id)
    return [LetterRow(**found) for found in (await connection.execute(query)).mappings()]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many letters there are in each state."""
    query = select(letters.c.state, func.count()).group_by(letters.c.state)
    return {row[0]: row[1] for row in await connection.execute(query)}


async def change(
    connection: AsyncConnection, letter: str, state: str, answered_at: datetime | None, sealed: bytes
) -> None:
    """A new state, and what goes with it."""
    await connection.execute(
        update(letters).where(letters.c.id == letter).values(state=state, answered_at=answered_at, sealed=sealed)
    )


async def remove(connection: AsyncConnection, letter: str) -> int:
    """Delete one; 1 where it was there."""
    return (await connection.execute(delete(letters).where(letters.c.id == letter))).rowcount


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an account."""
    return (await connection.execute(delete(letters).where(letters.c.owner == owner))).rowcount


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those that were answered, or closed without an answer, before ``moment``. Open ones wait."""
    settled = letters.c.state != OPEN
    since = func.coalesce(letters.c.answered_at, letters.c.at)
    return (await connection.execute(delete(letters).where(settled, since < moment))).rowcount
