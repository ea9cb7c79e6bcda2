"""Wrapped keys, wherever they lie: read in pages, and exchanged one by one."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import accounts, marks, sessions

PLACES = {"session": (sessions, sessions.c.hash), "account": (accounts, accounts.c.id)}
"""Tables with wrapped keys and what names a row; the place that a key is wrapped for is ``<kind>/<name>``."""


async def page(connection: AsyncConnection, kind: str, after: str, limit: int) -> list[tuple[str, bytes]]:
    """(name, wrapped key) of rows with a key, in order of their names, from behind ``after``."""
    table, name = PLACES[kind]
    query = select(name, table.c.wrapped_key).where(name > after, func.length(table.c.wrapped_key) > 0)
    return [(found, bytes(key)) for found, key in await connection.execute(query.order_by(name).limit(limit))]


async def exchange(connection: AsyncConnection, kind: str, row: str, old: bytes, new: bytes) -> bool:
    """Put a newly wrapped key in the place of the old one; False where the row has gone or changed meanwhile."""
    table, name = PLACES[kind]
    done = await connection.execute(
        update(table).where(name == row, table.c.wrapped_key == old).values(wrapped_key=new)
    )
    return done.rowcount == 1


async def exchange_mark(connection: AsyncConnection, row: str, old: bytes, new: bytes) -> bool:
    """The same for a mark of the installation."""
    done = await connection.execute(update(marks).where(marks.c.name == row, marks.c.value == old).values(value=new))
    return done.rowcount == 1
