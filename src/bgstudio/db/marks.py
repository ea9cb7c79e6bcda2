"""Facts of the installation."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import marks


async def get(connection: AsyncConnection, name: str) -> bytes | None:
    """A fact, or None."""
    return (await connection.execute(select(marks.c.value).where(marks.c.name == name))).scalar_one_or_none()


async def add(connection: AsyncConnection, name: str, value: bytes) -> None:
    """Insert one that is not there."""
    await connection.execute(insert(marks).values(name=name, value=value))
