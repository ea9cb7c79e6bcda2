from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from bgstudio.db import Database, security_log, usage
from bgstudio.db.schema import PURPOSES, metadata
from bgstudio.db.security_log import Entry
from bgstudio.errors import ServiceError

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.in_folder(tmp_path / "data")
    await database.open()
    yield database
    await database.close()


async def test_every_column_says_what_it_is_for() -> None:
    for table in metadata.tables.values():
        for column in table.columns:
            assert column.info.get("purpose") in PURPOSES, f"{table.name}.{column.name}"


async def test_a_readable_address_is_in_one_table_only() -> None:
    named = {table.name for table in metadata.tables.values() for column in table.columns if column.name == "address"}
    assert named == {"security_log"}


async def test_no_session_points_to_an_account() -> None:
    assert not [key for table in metadata.tables.values() for key in table.foreign_keys]


async def test_migrations_lead_to_the_tables_as_written(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with db.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_file_is_its_owners_only_and_overwrites_what_is_deleted(db: Database) -> None:
    assert db.file is not None
    for name in ("studio.db", "studio.db-wal", "studio.db-shm"):
        assert stat.S_IMODE((db.file.parent / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(db.file.parent.stat().st_mode) == 0o700
    async with db.read() as connection:
        for pragma, value in {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}.items():
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value
        waits = (await connection.execute(text("PRAGMA busy_timeout"))).scalar()
        assert waits is not None
        assert waits >= 1000


async def test_a_looser_file_is_tightened(tmp_path: Path) -> None:
    database = Database.in_folder(tmp_path / "data")
    await database.open()
    await database.close()
    assert database.file is not None
    database.file.chmod(0o644)
    await database.open()
    assert stat.S_IMODE(database.file.stat().st_mode) == 0o600
    await database.close()


async def test_opens_again_with_what_it_held(db: Database) -> None:
    async with db.write() as connection:
        assert await usage.take(connection, "s:a", date(2026, 3, 1), 3, 5)
    await db.close()
    await db.open()
    async with db.read() as connection:
        assert await usage.count(connection, "s:a", date(2026, 3, 1)) == 3


async def test_an_error_undoes_the_whole_transaction(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.write() as connection:
            await usage.take(connection, "s:a", date(2026, 3, 1), 3, 5)
            raise RuntimeError
    async with db.read() as connection:
        assert await usage.count(connection, "s:a", date(2026, 3, 1)) == 0


async def test_a_cancelled_writer_leaves_no_lock(db: Database) -> None:
    entered = asyncio.Event()

    async def write() -> None:
        async with db.write() as connection:
            await usage.take(connection, "s:a", date(2026, 3, 1), 3, 5)
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.write() as connection:
        assert await usage.take(connection, "s:a", date(2026, 3, 1), 5, 5)


async def test_writers_of_two_processes_wait_for_each_other(db: Database) -> None:
    assert db.file is not None
    other = Database.in_folder(db.file.parent)
    await other.open()

    async def take(database: Database) -> bool:
        async with database.write() as connection:
            return await usage.take(connection, "a:x", date(2026, 3, 1), 1, 15)

    won = await asyncio.gather(*(take(database) for database in (db, other) * 20))
    assert sum(won) == 15
    await other.close()


async def test_times_keep_their_meaning_and_need_a_zone(db: Database) -> None:
    east = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    async with db.write() as connection:
        await security_log.add(connection, Entry(east, "forbidden", "192.0.2.1", ""))
        found = await security_log.latest(connection, 1)
        assert found[0].at == NOW
        assert found[0].at.tzinfo is UTC
        with pytest.raises(StatementError, match="without a time zone"):
            await security_log.add(connection, Entry(NOW.replace(tzinfo=None), "forbidden", "192.0.2.1", ""))


async def test_deleted_rows_are_not_in_the_files_any_more(db: Database) -> None:
    assert db.file is not None
    async with db.write() as connection:
        for n in range(300):
            await security_log.add(connection, Entry(NOW, "forbidden", "192.0.2.1", f"canary-{n}-" + "x" * 150))
    await db.compact()
    assert b"canary-7-" in db.file.read_bytes()
    async with db.write() as connection:
        assert await security_log.remove_before(connection, NOW + timedelta(days=1)) == 300
    await db.compact()
    for file in db.file.parent.iterdir():
        assert b"canary-" not in file.read_bytes(), file.name


async def test_works_in_memory_too() -> None:
    database = Database("sqlite+aiosqlite://")
    await database.open()
    async with database.write() as connection:
        assert await usage.take(connection, "s:a", date(2026, 3, 1), 3, 5)
    async with database.read() as connection:
        assert await usage.count(connection, "s:a", date(2026, 3, 1)) == 3
    await database.close()


async def test_is_used_only_when_open() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        async with Database("sqlite+aiosqlite://").read():
            pass


async def test_a_broken_file_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "studio.db"
    file.parent.mkdir()
    file.write_bytes(b"not a database" * 100)
    database = Database.in_folder(file.parent)
    with pytest.raises(ServiceError, match="cannot be used") as raised:
        await database.open()
    assert "moved away" in raised.value.remedy
    assert file.read_bytes() == b"not a database" * 100
    await database.close()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(ServiceError, match="cannot be used"):
        await Database.in_folder(tmp_path / "data").open()


async def test_a_newer_database_is_told(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await db.close()
    with pytest.raises(ServiceError, match="newer version"):
        await db.open()


async def test_answers_when_asked(db: Database) -> None:
    await db.ping()
    await db.close()
    with pytest.raises(RuntimeError, match="not open"):
        await db.ping()


async def test_the_tables_can_be_made_on_postgresql_too() -> None:
    dialect = make_url("postgresql+asyncpg://").get_dialect()()
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
