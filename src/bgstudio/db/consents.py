"""Rows of consents to outside services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import consents


@dataclass(frozen=True)
class ConsentRow:
    """One consent; see ``schema.consents``."""

    owner: str
    service: str
    terms: str
    at: datetime


async def put(connection: AsyncConnection, row: ConsentRow) -> None:
    """Insert one in the place of an older one to the same service."""
    await remove(connection, row.owner, row.service)
    await connection.execute(insert(consents).values(**vars(row)))


async def get(connection: AsyncConnection, owner: str, service: str) -> ConsentRow | None:
    """Somebody's consent to a service."""
    query = select(consents).where(consents.c.owner == owner, consents.c.service == service)
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else ConsentRow(**found)


async def of_owner(connection: AsyncConnection, owner: str) -> list[ConsentRow]:
    """All of an owner, by service."""
    query = select(consents).where(consents.c.owner == owner).order_by(consents.c.service)
    return [ConsentRow(**found) for found in (await connection.execute(query)).mappings()]


async def remove(connection: AsyncConnection, owner: str, service: str) -> int:
    """Delete one; how many there were."""
    mine = (consents.c.owner == owner) & (consents.c.service == service)
    return (await connection.execute(delete(consents).where(mine))).rowcount


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(consents).where(consents.c.owner == owner))).rowcount
