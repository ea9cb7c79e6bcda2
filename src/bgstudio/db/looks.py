"""Rows of favourite looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import accounts, looks, sessions


@dataclass(frozen=True)
class LookRow:
    """One look; see ``schema.looks``."""

    id: str
    owner: str
    created: datetime
    sealed_look: bytes


async def add(connection: AsyncConnection, row: LookRow) -> None:
    """Insert one."""
    await connection.execute(insert(looks).values(**vars(row)))


async def get(connection: AsyncConnection, look: str, owner: str) -> LookRow | None:
    """An owner's look by its id, held against changes by others until the transaction ends."""
    query = select(looks).where(looks.c.id == look, looks.c.owner == owner).with_for_update()
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else LookRow(**found)


async def of_owner(connection: AsyncConnection, owner: str) -> list[LookRow]:
    """All of an owner, newest first."""
    query = select(looks).where(looks.c.owner == owner).order_by(looks.c.created.desc(), looks.c.id)
    return [LookRow(**found) for found in (await connection.execute(query)).mappings()]


async def count(connection: AsyncConnection, owner: str) -> int:
    """How many an owner has."""
    query = select(func.count()).select_from(looks).where(looks.c.owner == owner)
    return int((await connection.execute(query)).scalar_one())


async def change(connection: AsyncConnection, look: str, owner: str, sealed_look: bytes) -> None:
    """New content."""
    await connection.execute(
        update(looks).where(looks.c.id == look, looks.c.owner == owner).values(sealed_look=sealed_look)
    )


async def hand_over(connection: AsyncConnection, row: LookRow, owner: str, sealed_look: bytes) -> bool:
    """Give a look to another owner, unless it was changed or handed over in the meantime; whether it was given."""
    done = await connection.execute(
        update(looks)
        .where(looks.c.id == row.id, looks.c.owner == row.owner, looks.c.sealed_look == row.sealed_look)
        .values(owner=owner, sealed_look=sealed_look)
    )
    return done.rowcount == 1


async def remove(connection: AsyncConnection, look: str, owner: str) -> int:
    """Delete an owner's look; 1 where it was there."""
    return (await connection.execute(delete(looks).where(looks.c.id == look, looks.c.owner == owner))).rowcount


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(looks).where(looks.c.owner == owner))).rowcount


async def remove_ownerless(connection: AsyncConnection) -> int:
    """Delete those whose visit and account are gone."""
    known = or_(looks.c.owner.in_(select(sessions.c.owner)), looks.c.owner.in_(select(accounts.c.id)))
    return (await connection.execute(delete(looks).where(~known))).rowcount
