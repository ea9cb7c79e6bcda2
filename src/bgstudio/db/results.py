"""Rows of results: what is kept of a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import accounts, results, sessions


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


async def add(connection: AsyncConnection, row: ResultRow) -> bool:
    """Insert one; False where another transaction was quicker, and its row is there."""
    try:
        async with connection.begin_nested():
            await connection.execute(insert(results).values(**vars(row)))
    except IntegrityError:
        return False
    return True


async def change(connection: AsyncConnection, job: str, size: int, sealed_facts: bytes) -> None:
    """New size and facts."""
    await connection.execute(update(results).where(results.c.job == job).values(size=size, sealed_facts=sealed_facts))


async def remove(connection: AsyncConnection, job: str, owner: str) -> None:
    """Delete one, if it is still the owner's."""
    await connection.execute(delete(results).where(results.c.job == job, results.c.owner == owner))


async def hand_over(connection: AsyncConnection, row: ResultRow, owner: str, sealed_facts: bytes) -> bool:
    """Give a job to another owner, unless it was changed or handed over in the meantime; whether it was given."""
    same = (results.c.job == row.job) & (results.c.owner == row.owner) & (results.c.sealed_facts == row.sealed_facts)
    done = await connection.execute(
        update(results).where(same, results.c.size == row.size).values(owner=owner, sealed_facts=sealed_facts)
    )
    return done.rowcount == 1


async def owner_lives(connection: AsyncConnection, owner: str, now: datetime) -> bool:
    """Whether the owner's visit or account has not ended; holds it against ending until the transaction does."""
    visit = select(sessions.c.hash).where(sessions.c.owner == owner, sessions.c.expires > now)
    if (await connection.execute(visit.with_for_update(read=True))).first() is not None:
        return True
    account = select(accounts.c.id).where(accounts.c.id == owner, func.length(accounts.c.wrapped_key) > 0)
    return (await connection.execute(account.with_for_update(read=True))).first() is not None


async def bytes_of(connection: AsyncConnection, owner: str) -> int:
    """Bytes of all files of an owner."""
    query = select(func.coalesce(func.sum(results.c.size), 0)).where(results.c.owner == owner)
    return int((await connection.execute(query)).scalar_one())


async def count(connection: AsyncConnection, owner: str, now: datetime) -> int:
    """How many jobs of an owner are ready and have not expired."""
    query = select(func.count()).select_from(results).where(_shown(owner, now))
    return int((await connection.execute(query)).scalar_one())


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
    query = select(results).where(_shown(owner, now))
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
    """Those whose visit and account are gone, without their facts."""
    known = or_(results.c.owner.in_(select(sessions.c.owner)), results.c.owner.in_(select(accounts.c.id)))
    return await _rows(connection, _bare().where(~known))


async def ready_places(connection: AsyncConnection) -> set[tuple[str, str]]:
    """(owner, job) of those whose files were stored."""
    query = select(results.c.owner, results.c.job).where(func.length(results.c.sealed_facts) > 0, results.c.size > 0)
    return {(owner, job) for owner, job in await connection.execute(query)}


async def all_places(connection: AsyncConnection) -> set[tuple[str, str]]:
    """(owner, job) of all."""
    return {(owner, job) for owner, job in await connection.execute(select(results.c.owner, results.c.job))}


async def wanted(connection: AsyncConnection, owner: str, job: str) -> bool:
    """Whether files of a job belong under an owner: it is theirs, or a visit's that may be on its way to them.

    A job that goes from a visit to an account has its files there first, and its row is handed over after them.
    """
    account = select(accounts.c.id).where(accounts.c.id == owner).exists()
    coming = results.c.owner.in_(select(sessions.c.owner)) & account
    query = select(results.c.job).where(results.c.job == job, (results.c.owner == owner) | coming)
    return (await connection.execute(query)).first() is not None


def _shown(owner: str, now: datetime) -> ColumnElement[bool]:
    """Those that are served: ready, and not expired."""
    return (results.c.owner == owner) & (results.c.expires > now) & (func.length(results.c.sealed_facts) > 0)


def _bare() -> Select[Any]:
    """All columns but the facts, which can be long."""
    return select(
        results.c.job, results.c.owner, results.c.created, results.c.expires, results.c.size,
        literal(b"").label("sealed_facts"),
    )  # fmt: skip


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[ResultRow]:
    return [ResultRow(**found) for found in (await connection.execute(query)).mappings()]
