"""Several servers over one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.db import Database
from bgstudio.service.keys import Keys
from bgstudio.service.quota import Quota
from bgstudio.service.servers import Servers
from bgstudio.service.sessions import Sessions
from bgstudio.store import folder_blobs
from bgstudio.vault import MasterKey
from tests.servers.postgres import Postgres
from tests.service.house import ADDRESS, MovedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    async with postgres.database() as made:
        yield made


async def test_two_that_start_together_migrate_once(url: str) -> None:
    servers = [Database(url) for _ in range(3)]
    await asyncio.gather(*(db.open() for db in servers))
    await asyncio.gather(*(db.ping() for db in servers))
    await asyncio.gather(*(db.close() for db in servers))


async def test_one_sweeps_and_another_takes_over_when_it_is_gone(url: str) -> None:
    clock = MovedClock()
    first_db, second_db = Database(url), Database(url)
    await first_db.open()
    await second_db.open()
    first, second = Servers(first_db, 180, clock), Servers(second_db, 180, clock)
    await first.arrive()
    await second.arrive()
    assert await first.there() == {first.id, second.id}
    asked = await asyncio.gather(first.alone("sweep"), second.alone("sweep"))
    assert sorted(asked) == [False, True]
    winner, loser = (first, second) if asked[0] else (second, first)
    clock.move(seconds=120)
    assert await winner.alone("sweep"), "it renews"
    assert not await loser.alone("sweep")
    clock.move(seconds=181)  # the winner says nothing any more
    assert await loser.alone("sweep")
    await loser.present()
    assert await loser.there() == {loser.id}
    await loser.leave()
    assert await winner.alone("sweep")
    clock.move(days=2)
    assert await winner.tidy() == 2, "its own two that have run out, too"
    assert await winner.there() == set()
    await first_db.close()
    await second_db.close()


async def test_a_start_gives_back_what_the_gone_held_and_not_what_others_work_on(url: str, tmp_path: Path) -> None:
    clock, db = MovedClock(), Database(url)
    await db.open()
    keys = Keys(db, MasterKey.fresh())
    await keys.start()
    sessions = Sessions(db, folder_blobs(tmp_path / "blobs"), keys, hours=24, clock=clock)
    _, visitor = await sessions.begin(ADDRESS)
    busy, gone, fresh = (Servers(db, 180, clock) for _ in range(3))
    await gone.arrive()
    await Quota(db, 20, 60, clock, server=gone.id).reserve(visitor, 4)
    clock.move(seconds=181)
    await busy.arrive()
    held = Quota(db, 20, 60, clock, server=busy.id)
    mine = await held.reserve(visitor, 3)
    await fresh.arrive()
    quota = Quota(db, 20, 60, clock, server=fresh.id)
    assert await quota.settle(await fresh.there()) == 4
    assert (await quota.left(visitor)).used == 3
    await held.spend(mine, 3)
    assert await quota.settle(await fresh.there()) == 0
    await db.close()


async def test_sqlite_has_one_server_which_is_alone_at_once(tmp_path: Path) -> None:
    db = Database.in_folder(tmp_path / "data")
    await db.open()
    killed = Servers(db, 180)
    await killed.arrive()
    assert await killed.alone("sweep")
    again = Servers(db, 180)
    await again.arrive()
    assert await again.there() == {again.id}
    assert await again.alone("sweep")
    await db.close()
