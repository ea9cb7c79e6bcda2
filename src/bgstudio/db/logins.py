"""Rows of sign-ins that have been begun and not finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import logins


@dataclass(frozen=True)
class LoginRow:
    """One; see ``schema.logins``."""

    state_hash: str
    browser_hash: str
    at: datetime
    sealed: bytes


async def add(connection: AsyncConnection, row: LoginRow) -> None:
    """Insert one."""
    await connection.execute(insert(logins).values(**vars(row)))


async def take(connection: AsyncConnection, state_hash: str, browser_hash: str) -> LoginRow | None:
    """Take one out, for the browser that began it: of all who ask, one gets it, once."""
    query = (
        delete(logins)
        .where(logins.c.state_hash == state_hash, logins.c.browser_hash == browser_hash)
        .returning(logins.c.state_hash, logins.c.browser_hash, logins.c.at, logins.c.sealed)
    )
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else LoginRow(**found)


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those begun before ``moment``; how many."""
    return (await connection.execute(delete(logins).where(logins.c.at < moment))).rowcount
