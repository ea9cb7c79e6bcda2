"""Rows that tell which job a repeated request began."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import idempotency


async def claim(connection: AsyncConnection, owner: str, key: str, job: str, at: datetime) -> str:
    """The job that has the key: ``job``, unless another was quicker."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(idempotency).values(owner=owner, key=key, job=job, at=at))
    except IntegrityError:
        query = select(idempotency.c.job).where(idempotency.c.owner == owner, idempotency.c.key == key)
        return (await connection.execute(query)).scalar_one()
    return job


async def remove(connection: AsyncConnection, owner: str, job: str) -> int:
    """Delete the keys of a job."""
    query = delete(idempotency).where(idempotency.c.owner == owner, idempotency.c.job == job)
    return (await connection.execute(query)).rowcount


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(idempotency).where(idempotency.c.owner == owner))).rowcount


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those before ``moment``."""
    return (await connection.execute(delete(idempotency).where(idempotency.c.at < moment))).rowcount
