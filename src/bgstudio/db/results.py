"""Rows of results: what is kept of a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import results, sessions


@dataclass(frozen=True)
class ResultRow:
    """One job's results; see ``schema.results``."""

    job: str
    owner: str
    created: datetime
    expires: datetime
    size: int
    sealed_facts: bytes

    @property
    def ready(self) -> bool:
        """Whether its files were stored."""
        return bool(self.sealed_facts)


async def get(connection: AsyncConnection, job: str) -> ResultRow | None:
    """One by its job, held against changes by others until the transaction ends."""
    found = (await connection.execute(select(results).where(results.c.job == job).with_for_update())).mappings().first()
    return None if found is None else ResultRow(**found)


async def add(connection: AsyncConnection, row: ResultRow) -> None:
    """Insert one."""
    await connection.execute(insert(results).values(**vars(row)))


async def change(connection: AsyncConnection, job: str, size: int, sealed_facts: bytes) -> None:
    """New size and facts."""
    await connection.execute(update(results).where(results.c.job == job).values(size=size, sealed_facts=sealed_facts))


async def remove(connection: AsyncConnection, job: str) -> None:
    """Delete one."""
    await connection.execute(delete(results).where(results.c.job == job))


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(results).where(results.c.owner == owner))).rowcount


async def oldest(connection: AsyncConnection, owner: str) -> list[ResultRow]:
    """All of an owner, oldest first, without their facts."""
    query = _bare().where(results.c.owner == owner).order_by(results.c.created, results.c.job)
    return await _rows(connection, query)


async def page(
    connection: AsyncConnection, owner: str, now: datetime, after: tuple[datetime, str] | None, limit: int
) -> list[ResultRow]:
    """Ready and unexpired ones of an owner, newest first, from behind (created, job)."""
    query = select(results).where(
        results.c.owner == owner, results.c.expires > now, func.length(results.c.sealed_facts) > 0
    )
    if after is not None:
        query = query.where(tuple_(results.c.created, results.c.job) < tuple_(*after))
    return await _rows(connection, query.order_by(results.c.created.desc(), results.c.job.desc()).limit(limit))


async def expired(connection: AsyncConnection, now: datetime) -> list[ResultRow]:
    """Those whose time is over, without their facts."""
    return await _rows(connection, _bare().where(results.c.expires <= now))


async def unfinished(connection: AsyncConnection, before: datetime) -> list[ResultRow]:
    """Those begun before a moment whose files were never all stored."""
    query = _bare().where(func.length(results.c.sealed_facts) == 0, results.c.created < before)
    return await _rows(connection, query)


async def ownerless(connection: AsyncConnection) -> list[ResultRow]:
    """Those whose session is gone, without their facts."""
    return await _rows(connection, _bare().where(results.c.owner.not_in(select(sessions.c.owner))))


async def ready_places(connection: AsyncConnection) -> set[tuple[str, str]]:
    """(owner, job) of those whose files were stored."""
    query = select(results.c.owner, results.c.job).where(func.length(results.c.sealed_facts) > 0, results.c.size > 0)
    return {(owner, job) for owner, job in await connection.execute(query)}


async def all_places(connection: AsyncConnection) -> set[tuple[str, str]]:
    """(owner, job) of all."""
    return {(owner, job) for owner, job in await connection.execute(select(results.c.owner, results.c.job))}


def _bare() -> Select[Any]:
    """All columns but the facts, which can be long."""
    return select(
        results.c.job, results.c.owner, results.c.created, results.c.expires, results.c.size,
        literal(b"").label("sealed_facts"),
    )  # fmt: skip


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[ResultRow]:
    return [ResultRow(**found) for found in (await connection.execute(query)).mappings()]
