"""Rows of the host's one-time links and of what they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import operator_passes

LINK = "link"
SESSION = "session"


@dataclass(frozen=True)
class PassRow:
    """One pass; see ``schema.operator_passes``."""

    hash: str
    kind: str
    created: datetime
    expires: datetime


async def add(connection: AsyncConnection, row: PassRow) -> None:
    """Insert one."""
    await connection.execute(insert(operator_passes).values(**vars(row)))


async def good(connection: AsyncConnection, hashed: str, kind: str, now: datetime) -> bool:
    """Whether there is one of a kind that has not run out."""
    mine = (operator_passes.c.hash == hashed) & (operator_passes.c.kind == kind) & (operator_passes.c.expires > now)
    return (await connection.execute(select(operator_passes.c.hash).where(mine))).first() is not None


async def take(connection: AsyncConnection, hashed: str, kind: str, now: datetime) -> bool:
    """Delete one that has not run out; whether this call did, so that of two that try only one wins."""
    mine = (operator_passes.c.hash == hashed) & (operator_passes.c.kind == kind) & (operator_passes.c.expires > now)
    return (await connection.execute(delete(operator_passes).where(mine))).rowcount == 1


async def remove_before(connection: AsyncConnection, now: datetime) -> int:
    """Delete those that have run out."""
    return (await connection.execute(delete(operator_passes).where(operator_passes.c.expires <= now))).rowcount
