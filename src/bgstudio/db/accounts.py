"""Rows of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import accounts


@dataclass(frozen=True)
class AccountRow:
    """One account; see ``schema.accounts``."""

    id: str
    subject_hash: str
    email_hash: str
    sealed_profile: bytes
    wrapped_key: bytes
    created: datetime
    analytics: bool | None
    policy_seen: str


async def add(connection: AsyncConnection, row: AccountRow) -> None:
    """Insert one; raises ``IntegrityError`` where the subject has one already."""
    await connection.execute(insert(accounts).values(**vars(row)))


async def get(connection: AsyncConnection, account: str) -> AccountRow | None:
    """One by its id."""
    found = (await connection.execute(select(accounts).where(accounts.c.id == account))).mappings().first()
    return None if found is None else AccountRow(**found)


async def hold(connection: AsyncConnection, account: str) -> AccountRow | None:
    """One by its id, held against changes by others until the transaction ends."""
    query = select(accounts).where(accounts.c.id == account).with_for_update()
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else AccountRow(**found)


async def by_subject(connection: AsyncConnection, subject_hash: str) -> AccountRow | None:
    """One by the keyed hash of its subject."""
    query = select(accounts).where(accounts.c.subject_hash == subject_hash)
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else AccountRow(**found)


async def by_email(connection: AsyncConnection, email_hash: str) -> list[AccountRow]:
    """All with the keyed hash of an e-mail address."""
    query = select(accounts).where(accounts.c.email_hash == email_hash).order_by(accounts.c.created)
    return [AccountRow(**found) for found in (await connection.execute(query)).mappings()]


async def alive(connection: AsyncConnection, account: str) -> bool:
    """Whether an account is there and not being deleted; holds it against that until the transaction ends."""
    query = select(accounts.c.id).where(accounts.c.id == account, func.length(accounts.c.wrapped_key) > 0)
    return (await connection.execute(query.with_for_update(read=True))).first() is not None


async def change_profile(connection: AsyncConnection, account: str, email_hash: str, sealed_profile: bytes) -> None:
    """A new profile."""
    await connection.execute(
        update(accounts).where(accounts.c.id == account).values(email_hash=email_hash, sealed_profile=sealed_profile)
    )


async def choose_analytics(connection: AsyncConnection, account: str, choice: bool | None) -> None:
    """What they chose about being counted; None: nothing."""
    await connection.execute(update(accounts).where(accounts.c.id == account).values(analytics=choice))


async def see_policy(connection: AsyncConnection, account: str, digest: str) -> None:
    """Which version of the policy they have seen."""
    await connection.execute(update(accounts).where(accounts.c.id == account).values(policy_seen=digest))


async def destroy_key(connection: AsyncConnection, account: str) -> None:
    """Begin to delete an account: its key is gone, and with it the sense of all that was sealed with it."""
    await connection.execute(update(accounts).where(accounts.c.id == account).values(wrapped_key=b""))


async def remove(connection: AsyncConnection, account: str) -> None:
    """Delete one."""
    await connection.execute(delete(accounts).where(accounts.c.id == account))


async def without_key(connection: AsyncConnection) -> list[str]:
    """Of those that are being deleted: their key is gone, and the rest is still to go."""
    query = select(accounts.c.id).where(func.length(accounts.c.wrapped_key) == 0).order_by(accounts.c.created)
    return list((await connection.execute(query)).scalars())


async def ids(connection: AsyncConnection) -> set[str]:
    """Of all."""
    return set((await connection.execute(select(accounts.c.id))).scalars())
