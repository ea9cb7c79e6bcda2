"""The database: opened, brought up to date, and used in short transactions."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bgstudio.errors import ServiceError, StoreDown, UnsafeSettings

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 10_000
MIGRATION_LOCK = 0x6267_7374
"""Names the lock of migrations among others of the same PostgreSQL database."""


class Database:
    """One database, for the life of the service.

    Args:
        url: ``sqlite+aiosqlite:////var/lib/bgstudio/studio.db`` or ``postgresql://user:password@host/name``. SQLite's
            file is made with mode 600 in a folder of mode 700, keeps a write-ahead log, and overwrites what is deleted.

    Raises:
        UnsafeSettings: an address of another kind of database, or of none.
    """

    def __init__(self, url: str) -> None:
        self._url = _with_driver(url)
        self._lite = self._url.get_backend_name() == "sqlite"
        self._engine: AsyncEngine | None = None
        # SQLite has one writer at a time. Queuing here is fair; its own waiting is by chance.
        self._turn = asyncio.Lock() if self._lite else nullcontext()

    @classmethod
    def in_folder(cls, folder: Path) -> Database:
        """SQLite in ``folder / "studio.db"``."""
        return cls(f"sqlite+aiosqlite:///{folder / 'studio.db'}")

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    @property
    def file(self) -> Path | None:
        """SQLite's file; None for a server or a database in memory."""
        name = self._url.database
        return Path(name) if self._lite and name and name != ":memory:" else None

    async def open(self) -> None:
        """Connect, and bring the tables up to date.

        Raises:
            ServiceError: it cannot be reached or read, or a newer version of the program has written it.
        """
        try:
            if self.file is not None:
                _make_private(self.file)
            # a server that was restarted is noticed before a connection is used again
            self._engine = create_async_engine(self._url, pool_pre_ping=not self._lite)
            if self._lite:
                event.listen(self._engine.sync_engine, "connect", _prepare)
                event.listen(self._engine.sync_engine, "begin", _begin)
            async with self.write() as connection:
                await connection.run_sync(_migrate)
        except (OSError, SQLAlchemyError, CommandError, StoreDown, ModuleNotFoundError) as error:
            await self._dispose()
            raise _unusable(self._url, error) from error
        except BaseException:
            await self._dispose()
            raise

    async def close(self) -> None:
        """Give the connections back; everything in SQLite's log moves to its file."""
        if self._engine is not None:
            await self.compact()
            await self._dispose()

    async def ping(self) -> None:
        """Return if the database answers; raise ``SQLAlchemyError`` if not."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; raises ``StoreDown`` where the database cannot be reached or is full."""
        with _told():
            async with self._opened().connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end, undone where an error leaves it.

        Raises:
            StoreDown: the database cannot be reached, is held by somebody else for too long, or has no space left.
        """
        with _told():
            async with self._turn, self._opened().connect() as connection:
                await connection.execution_options(bgstudio_writes=True)
                async with connection.begin():
                    yield connection

    async def compact(self) -> None:
        """Move SQLite's log into its file and empty it, so that nothing deleted stays readable in the log."""
        if not self._lite:
            return  # a server sweeps its own log; what was deleted was sealed
        with _told():
            async with self._turn, self._opened().connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def _dispose(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise RuntimeError("the database is not open")
        return self._engine


def _with_driver(url: str) -> URL:
    """The address with the driver that we use for its kind."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    try:
        made = make_url(url)
        return made.set(drivername=drivers[made.drivername.partition("+")[0]])
    except (ArgumentError, KeyError):
        raise UnsafeSettings(
            "BGSTUDIO_DATABASE_URL is no address of a database that is spoken to here.",
            "The service does not start.",
            "Write postgresql://user:password@host/name, or leave it empty for SQLite in the data folder.",
        ) from None


@contextmanager
def _told() -> Iterator[None]:
    """Trouble of the database itself, in our own words; a broken rule of a table is the caller's to understand."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _out_of_order(error):
            raise _down() from error
        raise
    except (OSError, PoolTimeout) as error:  # no host, no socket, no answer; or every connection is in use
        raise _down() from error


def _out_of_order(error: DBAPIError) -> bool:
    said = str(error.orig).casefold()
    signs = (
        "database is locked", "disk is full", "disk i/o error", "readonly database", "unable to open database",
        "connection was closed", "connection is closed", "shutting down", "starting up", "cannot connect now",
        "no space left", "connection_lost", "connection refused", "terminating connection", "too many connections",
    )  # fmt: skip
    return any(sign in said for sign in signs)


def _down() -> StoreDown:
    return StoreDown(
        "The database cannot be used just now.",
        "Nothing was changed; what is kept stays as it was.",
        "Try again in a minute; if it goes on, tell the host that the database is full, locked or not reachable.",
    )


def _unusable(url: URL, error: Exception) -> ServiceError:
    where = url.render_as_string(hide_password=True)
    if isinstance(error, (NoSuchModuleError, ModuleNotFoundError)):
        return ServiceError(
            f"The driver for {url.get_backend_name()} is not installed.",
            "The service cannot reach its database.",
            "Install ai-background-studio[server].",
        )
    if isinstance(error, CommandError):
        return ServiceError(
            f"The database {where} was written by a newer version of this program.",
            "This version would not understand what is in it.",
            "Install the newer version again, or move the data folder away to begin anew.",
        )
    return ServiceError(
        f"The database {where} cannot be used ({_cause(error)}).",
        "Without it the service knows neither sessions nor limits.",
        "See that its folder can be written and has space left; a broken file can be moved away to begin anew.",
    )


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


def _make_private(file: Path) -> None:
    """Make the file before SQLite does, which would follow the umask; its log takes the file's mode."""
    file.parent.parent.mkdir(parents=True, exist_ok=True)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if name.exists():
            name.chmod(0o600)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin alone
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could not wait for another writer: it takes its turn at once.
    writes = connection.get_execution_options().get("bgstudio_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # two servers that start together: the second waits, and finds it done
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
