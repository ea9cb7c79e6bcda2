"""Tables of an earlier version are brought up to date with their rows in them, on both kinds of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from bgstudio.db import Database, marks, reservations, results, sessions, spending
from bgstudio.db.database import MIGRATIONS
from bgstudio.errors import StoreDown
from tests.servers.postgres import Postgres, running

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = (
    "INSERT INTO sessions (hash, owner, created, used_at, expires, wrapped_key, purpose) "
    "VALUES ('h', 'o', :now, :now, :end, :bytes, 'browser')",
    "INSERT INTO reservations (id, owner, address_scope, day, held, spent, state, at) "
    "VALUES ('r', 'o', 'a', :day, 2, 1, 'held', :now)",
    "INSERT INTO results (job, owner, created, expires, size, sealed_facts) VALUES ('j', 'o', :now, :end, 7, :bytes)",
    "INSERT INTO marks (name, value) VALUES ('m', :bytes)",
)
"""Rows as the first version wrote them."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'studio.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    async with server.database() as made:
        yield made


def _to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@pytest.mark.parametrize("first", ["0001", "0002"])
async def test_rows_of_an_earlier_version_are_there_after_all_migrations(url: str, first: str) -> None:
    engine = create_async_engine(url)
    end = NOW.replace(year=2027)
    lite = url.startswith("sqlite")
    values = {
        "now": NOW.replace(tzinfo=None).isoformat(" ") + ".000000" if lite else NOW.replace(tzinfo=None),
        "end": end.replace(tzinfo=None).isoformat(" ") + ".000000" if lite else end.replace(tzinfo=None),
        "day": NOW.date().isoformat() if lite else NOW.date(),
        "bytes": b"sealed",
    }
    async with engine.begin() as connection:
        await connection.run_sync(_to, first)
        assert await connection.run_sync(_version) == first
        for statement in FIRST:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), named)
    await engine.dispose()

    for _ in range(2):  # the second opening finds nothing to do
        db = Database(url)
        await db.open()
        async with db.read() as connection:
            assert await connection.run_sync(_version) not in ("0001", "0002")
            assert await spending.spent(connection, spending.EVERYBODY, NOW.date()) == 0
            assert await marks.get(connection, "m") == b"sealed"
            found = await results.get(connection, "j")
            assert found is not None
            assert (found.owner, found.size, found.sealed_facts, found.expires) == ("o", 7, b"sealed", end)
            held = await reservations.all_held(connection)
            assert [(row.id, row.held, row.spent, row.server) for row in held] == [("r", 2, 1, "")]
            assert await sessions.expired(connection, NOW) == []
            assert await sessions.expired(connection, end) == ["o"]
        await db.close()


async def test_a_server_that_is_gone_is_told_in_our_own_words_and_found_again(tmp_path: Path) -> None:
    with running(tmp_path / "pg") as server:
        db = Database(server.url)
        await db.open()
        server.stop()
        for _ in range(2):
            with pytest.raises(StoreDown):
                await db.ping()
        server.start()
        await db.ping()
        await db.close()
