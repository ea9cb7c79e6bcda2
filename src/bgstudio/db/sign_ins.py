"""Rows of devices that are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.accounts import AccountRow
from bgstudio.db.schema import accounts, sign_ins


@dataclass(frozen=True)
class SignInRow:
    """One device; see ``schema.sign_ins``."""

    hash: str
    id: str
    account: str
    created: datetime
    used_at: datetime
    expires: datetime
    sealed_device: bytes
    purpose: str


async def add(connection: AsyncConnection, row: SignInRow) -> None:
    """Insert one."""
    await connection.execute(insert(sign_ins).values(**vars(row)))


async def get(connection: AsyncConnection, token_hash: str) -> tuple[SignInRow, AccountRow] | None:
    """The sign-in of a token's hash, with its account."""
    row = (await connection.execute(select(sign_ins).where(sign_ins.c.hash == token_hash))).mappings().first()
    if row is None:
        return None
    account = (await connection.execute(select(accounts).where(accounts.c.id == row["account"]))).mappings().first()
    return None if account is None else (SignInRow(**row), AccountRow(**account))


async def of_account(connection: AsyncConnection, account: str, now: datetime) -> list[SignInRow]:
    """Those of an account that have not ended, the one used last first."""
    query = (
        select(sign_ins)
        .where(sign_ins.c.account == account, sign_ins.c.expires > now)
        .order_by(sign_ins.c.used_at.desc(), sign_ins.c.created.desc(), sign_ins.c.id)
    )
    return [SignInRow(**found) for found in (await connection.execute(query)).mappings()]


async def touch(connection: AsyncConnection, token_hash: str, now: datetime, expires: datetime) -> None:
    """Note a use; a sign-in that has ended stays so."""
    await connection.execute(
        update(sign_ins)
        .where(sign_ins.c.hash == token_hash, sign_ins.c.expires > now)
        .values(used_at=now, expires=expires)
    )


async def remove(connection: AsyncConnection, account: str, sign_in: str) -> bool:
    """End one of an account; whether there was one."""
    query = delete(sign_ins).where(sign_ins.c.account == account, sign_ins.c.id == sign_in)
    return (await connection.execute(query)).rowcount > 0


async def remove_token(connection: AsyncConnection, token_hash: str) -> bool:
    """End the one of a token's hash; whether there was one."""
    return (await connection.execute(delete(sign_ins).where(sign_ins.c.hash == token_hash))).rowcount > 0


async def remove_of(connection: AsyncConnection, account: str, keep: str = "") -> int:
    """End all of an account, but the one that is to be kept; how many."""
    query = delete(sign_ins).where(sign_ins.c.account == account, sign_ins.c.id != keep)
    return (await connection.execute(query)).rowcount


async def remove_expired(connection: AsyncConnection, now: datetime) -> int:
    """Delete those that have ended; how many."""
    return (await connection.execute(delete(sign_ins).where(sign_ins.c.expires <= now))).rowcount
