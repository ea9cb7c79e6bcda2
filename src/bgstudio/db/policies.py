"""Rows of versions of the privacy policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import policies


@dataclass(frozen=True)
class PolicyRow:
    """One version; see ``schema.policies``."""

    digest: str
    at: datetime
    text: str


async def newest(connection: AsyncConnection) -> PolicyRow | None:
    """The version that counts; None before the first."""
    query = select(policies).order_by(policies.c.at.desc(), policies.c.digest).limit(1)
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else PolicyRow(**found)


async def all_of(connection: AsyncConnection) -> list[PolicyRow]:
    """All versions, newest first."""
    query = select(policies).order_by(policies.c.at.desc(), policies.c.digest)
    return [PolicyRow(**found) for found in (await connection.execute(query)).mappings()]


async def add(connection: AsyncConnection, row: PolicyRow) -> None:
    """Insert one; nothing happens where another server has just done so."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    await connection.execute(insert(policies).values(**vars(row)).on_conflict_do_nothing())
