"""Several servers over one database: who is there, and who does alone what only one should do."""

from __future__ import annotations

import secrets
from datetime import timedelta

from bgstudio.db import Database, leases
from bgstudio.service.visitor import Clock, utc_now

PRESENCE = "server:"
FORGOTTEN = timedelta(days=1)


class Servers:
    """This server among others.

    Each says from time to time that it is there; one that has not said so for ``patience`` seconds counts as gone, and
    what it held can be taken by others. SQLite has one server only: whoever starts with it is alone.

    Args:
        db: open.
        patience: seconds.
        clock: tells the time.

    Attributes:
        id: names this server; random.
    """

    def __init__(self, db: Database, patience: float, clock: Clock = utc_now) -> None:
        self.id = secrets.token_hex(8)
        self._db = db
        self._patience = timedelta(seconds=patience)
        self._clock = clock

    async def arrive(self) -> None:
        """Say for the first time that this server is there."""
        if self._db.kind == "sqlite":
            async with self._db.write() as connection:
                await leases.clear(connection)
        await self.present()

    async def present(self) -> None:
        """Say that this server is still there."""
        await self.alone(f"{PRESENCE}{self.id}")

    async def alone(self, task: str) -> bool:
        """Whether this server is the one that does a task now, until ``patience`` seconds from now."""
        now = self._clock()
        async with self._db.write() as connection:
            return await leases.take(connection, task, self.id, now, now + self._patience)

    async def there(self) -> set[str]:
        """Ids of the servers that are there."""
        async with self._db.read() as connection:
            return await leases.held(connection, PRESENCE, self._clock())

    async def tidy(self) -> int:
        """Forget servers and tasks that nobody has spoken of for a day; how many."""
        async with self._db.write() as connection:
            return await leases.remove_before(connection, self._clock() - FORGOTTEN)

    async def leave(self) -> None:
        """Give back all that this server holds."""
        async with self._db.write() as connection:
            await leases.give(connection, self.id)
