"""Whose each row is: the rows of one person in any table that links to persons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bgstudio.db import usage
from bgstudio.db.schema import metadata

_LINKS = {"accounts": "id", "sign_ins": "account", "usage": "scope"}
"""Columns that say whose a row is, where they are not called ``owner``."""


def personal_tables() -> dict[str, tuple[str, ...]]:
    """Tables with a personal column, and the purposes of their columns."""
    found = {}
    for table in metadata.tables.values():
        purposes = sorted({column.info["purpose"] for column in table.columns} - {"none"})
        if purposes:
            found[table.name] = tuple(purposes)
    return found


def links(table: str) -> bool:
    """Whether a table's rows say whose they are."""
    return _LINKS.get(table, "owner") in metadata.tables[table].columns


def linked_tables() -> tuple[str, ...]:
    """Tables with a personal column whose rows say whose they are."""
    return tuple(table for table in personal_tables() if links(table))


async def rows_of(connection: AsyncConnection, table: str, owner: str) -> list[dict[str, Any]]:
    """All rows of somebody in a table."""
    found = metadata.tables[table]
    query = select(found).where(_mine(found, owner)).order_by(*found.primary_key.columns)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def count_of(connection: AsyncConnection, table: str, owner: str) -> int:
    """How many rows of somebody are in a table."""
    found = metadata.tables[table]
    query = select(func.count()).select_from(found).where(_mine(found, owner))
    return int((await connection.execute(query)).scalar_one())


async def remove_of(connection: AsyncConnection, table: str, owner: str) -> int:
    """Delete all rows of somebody in a table; how many."""
    found = metadata.tables[table]
    return (await connection.execute(delete(found).where(_mine(found, owner)))).rowcount


def _mine(table: Table, owner: str) -> ColumnElement[bool]:
    value = usage.of_owner(owner) if table.name == "usage" else owner
    return table.c[_LINKS.get(table.name, "owner")] == value
