"""Rows of leases: what one server does alone, until when."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import leases


async def take(connection: AsyncConnection, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take or renew a lease; False where somebody else holds it. One statement decides, so that no two can both win."""
    with suppress(IntegrityError):  # the row is there already
        async with connection.begin_nested():
            await connection.execute(insert(leases).values(name=name, holder=holder, until=until))
            return True
    free = or_(leases.c.holder == holder, leases.c.until <= now)
    taken = await connection.execute(
        update(leases).where(leases.c.name == name, free).values(holder=holder, until=until)
    )
    return taken.rowcount == 1


async def give(connection: AsyncConnection, holder: str) -> None:
    """Give back all that somebody holds."""
    await connection.execute(delete(leases).where(leases.c.holder == holder))


async def clear(connection: AsyncConnection) -> None:
    """Forget all leases: nobody else can be there."""
    await connection.execute(delete(leases))


async def held(connection: AsyncConnection, prefix: str, now: datetime) -> set[str]:
    """Holders of leases whose names begin with ``prefix`` and that have not run out."""
    query = select(leases.c.holder).where(leases.c.name.startswith(prefix, autoescape=True), leases.c.until > now)
    return set((await connection.execute(query)).scalars())


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those that ran out before ``moment``."""
    return (await connection.execute(delete(leases).where(leases.c.until < moment))).rowcount
