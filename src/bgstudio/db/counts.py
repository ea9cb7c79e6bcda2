"""Sums over everybody, for the host: nothing here returns a row of a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import accounts, events, results, security_log


async def people(connection: AsyncConnection) -> int:
    """How many accounts there are."""
    query = select(func.count()).select_from(accounts).where(func.length(accounts.c.wrapped_key) > 0)
    return int((await connection.execute(query)).scalar_one())


async def stored(connection: AsyncConnection) -> tuple[int, int]:
    """How many jobs' results are kept, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(results.c.size), 0)).select_from(results)
    jobs, size = (await connection.execute(query)).one()
    return int(jobs), int(size)


async def security(connection: AsyncConnection, since: datetime) -> dict[str, int]:
    """Entries of the security log by kind."""
    query = select(security_log.c.kind, func.count()).where(security_log.c.at >= since).group_by(security_log.c.kind)
    return {kind: int(count) for kind, count in (await connection.execute(query)).all()}


async def used(connection: AsyncConnection, column: str, since: datetime, kind: str | None = None) -> dict[str, int]:
    """Usage data of those who are counted, by ``kind`` or by ``browser``."""
    grouped = events.c[column]
    query = select(grouped, func.count()).where(events.c.at >= since).group_by(grouped)
    if kind is not None:
        query = query.where(events.c.kind == kind)
    return {value: int(count) for value, count in (await connection.execute(query)).all()}
