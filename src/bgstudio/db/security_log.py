"""Rows of the security log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import security_log


@dataclass(frozen=True)
class Entry:
    """One entry; see ``schema.security_log``."""

    at: datetime
    kind: str
    address: str
    detail: str


async def add(connection: AsyncConnection, entry: Entry) -> None:
    """Insert one."""
    await connection.execute(insert(security_log).values(**vars(entry)))


async def latest(connection: AsyncConnection, limit: int) -> list[Entry]:
    """The newest entries, newest first."""
    columns = [security_log.c[name] for name in ("at", "kind", "address", "detail")]
    query = select(*columns).order_by(security_log.c.id.desc()).limit(limit)
    return [Entry(**found) for found in (await connection.execute(query)).mappings()]


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those before ``moment``."""
    return (await connection.execute(delete(security_log).where(security_log.c.at < moment))).rowcount
