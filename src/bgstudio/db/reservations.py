"""Rows of pictures that are held until they are made or given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db.schema import reservations

HELD, SPENT, REFUNDED = "held", "spent", "refunded"


@dataclass(frozen=True)
class ReservationRow:
    """One reservation; see ``schema.reservations``."""

    id: str
    owner: str
    address_scope: str
    day: date
    held: int
    spent: int
    state: str
    at: datetime
    server: str = ""


async def add(connection: AsyncConnection, row: ReservationRow) -> None:
    """Insert one."""
    await connection.execute(insert(reservations).values(**vars(row)))


async def get(connection: AsyncConnection, reservation: str) -> ReservationRow | None:
    """One by its id, held against changes by others until the transaction ends."""
    query = select(reservations).where(reservations.c.id == reservation).with_for_update()
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else ReservationRow(**found)


async def all_held(connection: AsyncConnection) -> list[ReservationRow]:
    """Those that still hold pictures."""
    query = select(reservations).where(reservations.c.state == HELD).with_for_update()
    return [ReservationRow(**found) for found in (await connection.execute(query)).mappings()]


async def settle(connection: AsyncConnection, row: ReservationRow, spent: int, refunded: int) -> None:
    """Move held pictures to spent or out; the state follows."""
    held = row.held - spent - refunded
    total = row.spent + spent
    state = HELD if held > 0 else SPENT if total > 0 else REFUNDED
    await connection.execute(
        update(reservations).where(reservations.c.id == row.id).values(held=held, spent=total, state=state)
    )


async def remove_of(connection: AsyncConnection, owner: str) -> int:
    """Delete all of an owner."""
    return (await connection.execute(delete(reservations).where(reservations.c.owner == owner))).rowcount


async def remove_before(connection: AsyncConnection, moment: datetime) -> int:
    """Delete those made before ``moment``."""
    return (await connection.execute(delete(reservations).where(reservations.c.at < moment))).rowcount
