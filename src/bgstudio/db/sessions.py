"""Rows of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import sessions


@dataclass(frozen=True)
class SessionRow:
    """One session; see ``schema.sessions``."""

    hash: str
    owner: str
    created: datetime
    used_at: datetime
    expires: datetime
    wrapped_key: bytes
    purpose: str


async def add(connection: AsyncConnection, row: SessionRow) -> None:
    """Insert one."""
    await connection.execute(insert(sessions).values(**vars(row)))


async def get(connection: AsyncConnection, token_hash: str) -> SessionRow | None:
    """The session of a token's hash."""
    found = (await connection.execute(select(sessions).where(sessions.c.hash == token_hash))).mappings().first()
    return None if found is None else SessionRow(**found)


async def alive(connection: AsyncConnection, owner: str, now: datetime) -> bool:
    """Whether the owner's session has not ended; holds it against ending until the transaction does."""
    query = select(sessions.c.hash).where(sessions.c.owner == owner, sessions.c.expires > now)
    return (await connection.execute(query.with_for_update(read=True))).first() is not None


async def touch(connection: AsyncConnection, token_hash: str, now: datetime, expires: datetime) -> None:
    """Note a use; a session that has ended stays so."""
    await connection.execute(
        update(sessions)
        .where(sessions.c.hash == token_hash, sessions.c.expires > now)
        .values(used_at=now, expires=expires)
    )


async def destroy_key(connection: AsyncConnection, owner: str, now: datetime) -> None:
    """End a session: its key is gone, and with it the sense of all that was sealed with it."""
    await connection.execute(
        update(sessions).where(sessions.c.owner == owner).values(wrapped_key=b"", expires=now, used_at=now)
    )


async def remove(connection: AsyncConnection, owner: str) -> None:
    """Delete one."""
    await connection.execute(delete(sessions).where(sessions.c.owner == owner))


async def expired(connection: AsyncConnection, now: datetime) -> list[str]:
    """Owners whose sessions have ended."""
    query = select(sessions.c.owner).where(sessions.c.expires <= now).order_by(sessions.c.expires)
    return list((await connection.execute(query)).scalars())
