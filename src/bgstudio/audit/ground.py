"""Where the service under audit keeps things, read as a thief would find them: without its keys."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Executable, FromClause, func, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bgstudio.audit.scan import files_under
from bgstudio.db.schema import metadata
from bgstudio.errors import StoreDown, UsageError
from bgstudio.settings import Settings
from bgstudio.store import ObjectBlobs, blobs_of

T = TypeVar("T")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Ground:
    """Database and blob store of one service.

    Attributes:
        title: what they are, for the report.
        data: the service's folder.
        environment: settings that lead the service to them.
        also: further folders that are searched: those of the servers themselves, where they are on this machine.
    """

    title: str
    data: Path
    environment: Mapping[str, str]
    also: tuple[Path, ...]
    _url: URL = field(repr=False)
    _blobs: ObjectBlobs = field(repr=False)

    def rows(self, query: Executable) -> list[Row]:
        """What the database answers."""
        return [tuple(row) for row in asyncio.run(_run(self._url, query))]

    def change(self, statement: Executable) -> None:
        """Change something in the database behind the service's back."""
        asyncio.run(_run(self._url, statement, reads=False))

    def count(self, table: FromClause, *where: Any) -> int:
        """How many rows there are."""
        return int(self.rows(select(func.count()).select_from(table).where(*where))[0][0])

    def objects(self) -> dict[str, bytes]:
        """Everything in the blob store, by its key."""
        return asyncio.run(_all(self._blobs))

    def files(self, newer_than: float = 0.0) -> list[Path]:
        """Files that the service, its database and its store have written, as far as they are on this machine."""
        return files_under([self.data, *self.also], newer_than)

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """(name, content) of what lies elsewhere: every object, and every table as a server gives it out."""
        if not self.environment:
            return  # all of it is in files
        for key, data in self.objects().items():
            yield f"object {key}", data
        for name, table in metadata.tables.items():
            yield f"table {name}", b"\n".join(in_bytes(row) for row in self.rows(select(table)))


@contextmanager
def embedded(folder: Path) -> Iterator[Ground]:
    """SQLite and a folder of blobs, as they are without any settings."""
    data = folder / "data"
    url = make_url("sqlite+aiosqlite://").set(database=str(data / "studio.db"))
    blobs = blobs_of("", {}, data / "results")
    yield Ground("SQLite and a folder", data, {}, (), url, blobs)


@contextmanager
def server(folder: Path, config: Settings, also: Sequence[Path] = ()) -> Iterator[Ground]:
    """The database and blob store of the settings: a new database on that server, and a place of its own in that store.

    Both are removed afterwards.

    Raises:
        UsageError: the settings name no server, or it lets nobody make a database.
        StoreDown: the store cannot be used.
    """
    if not config.database_url or not config.blob_url:
        raise UsageError(
            "There is no server to audit: BGSTUDIO_DATABASE_URL and BGSTUDIO_BLOB_URL are not both set.",
            "Nothing was checked.",
            "Set them as the service has them, or leave --server out to check the embedded configuration.",
        )
    name = f"bgstudio_audit_{secrets.token_hex(4)}"
    home = make_url(config.database_url).set(drivername="postgresql+asyncpg")
    place = f"{config.blob_url.rstrip('/')}/{name}"
    options = {key: value.get_secret_value() for key, value in config.blob_options.items()}
    blobs = blobs_of(place, options, folder / "data" / "results")
    _make(home, name)
    try:
        own = home.set(database=name)
        environment = {
            "BGSTUDIO_DATABASE_URL": own.set(drivername="postgresql").render_as_string(hide_password=False),
            "BGSTUDIO_BLOB_URL": place,
            "BGSTUDIO_BLOB_OPTIONS": json.dumps(options),
        }
        kind = place.partition("://")[0]
        yield Ground(f"PostgreSQL and {kind}", folder / "data", environment, tuple(also), own, blobs)
    finally:
        asyncio.run(_clear(blobs))
        asyncio.run(_run(home, text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'), alone=True, reads=False))


def in_bytes(row: Row) -> bytes:
    """A row as bytes that can be searched."""
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)


def _make(home: URL, name: str) -> None:
    try:
        asyncio.run(_run(home, text(f'CREATE DATABASE "{name}"'), alone=True, reads=False))
    except (OSError, SQLAlchemyError, ModuleNotFoundError) as error:
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        raise UsageError(
            f"No database for the audit could be made on that server ({type(cause).__name__}).",
            "Nothing was checked; the audit never touches the database of the service itself.",
            "See that the server is reached and that the user may make databases (ALTER USER ... CREATEDB).",
        ) from error


async def _run(url: URL, statement: Executable, *, alone: bool = False, reads: bool = True) -> list[Any]:
    options = {"isolation_level": "AUTOCOMMIT"} if alone else {}
    engine = create_async_engine(url, **options)
    try:
        async with engine.begin() as connection:
            found = await connection.execute(statement)
            return list(found.all()) if reads else []
    finally:
        await engine.dispose()


async def _all(blobs: ObjectBlobs) -> dict[str, bytes]:
    found = {}
    for key in await blobs.keys():
        sealed = await blobs.get(key)
        if sealed is not None:
            found[key] = sealed.data
    return found


async def _clear(blobs: ObjectBlobs) -> None:
    try:
        for key in await blobs.keys():
            await blobs.delete(key)
    except StoreDown:
        return  # its lifecycle rule takes the rest
