"""Days on which things go wrong around the service: nothing is lost, nothing is shown to others."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bgstudio.db import Database, results
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone, ServiceError, StoreDown
from bgstudio.service.results import Results
from bgstudio.service.sweeper import Sweeper
from tests.servers.postgres import Postgres
from tests.service.house import ADDRESS, House, artefact, house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


async def test_a_database_that_somebody_else_holds_is_told_and_nothing_is_half_done(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await home.visitor()
    assert home.db.file is not None
    await home.db.close()
    monkeypatch.setattr("bgstudio.db.database.BUSY_MILLISECONDS", 100)
    await home.db.open()
    other = sqlite3.connect(home.db.file, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDown, match="database"):
            await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
        other.execute("ROLLBACK")
    finally:
        other.close()
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"


async def test_a_database_that_is_full_is_told_and_what_was_there_stays(home: House) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "kept", [artefact(visitor, "kept", "picture-0.png", b"x")], {"a": 1})
    async with home.db.write() as connection:
        pages = (await connection.execute(text("PRAGMA page_count"))).scalar()
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreDown, match="database"):
        for n in range(200):
            await home.results.add(visitor, f"job-{n}", [], {"words": "x" * 4000})
    assert await home.results.facts(visitor, "kept") == {"a": 1}
    assert (await home.results.file(visitor, "kept", "picture-0.png"))[1] == b"x"


async def test_a_store_that_goes_down_in_the_middle_of_a_job_leaves_no_piece(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await home.visitor()
    put, calls = home.blobs.put, 0

    async def fails_at_second(key: str, sealed: Sealed) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StoreDown("The store cannot be used just now.")
        await put(key, sealed)

    files = [artefact(visitor, "job", f"picture-{n}.png", b"x") for n in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(home.blobs, "put", fails_at_second)
        with pytest.raises(StoreDown):
            await home.results.add(visitor, "job", files, {})
    home.clock.move(hours=2)  # never finished: nobody is shown it, and the sweep takes it
    assert (await home.results.page(visitor))[0] == []
    await home.sweeper.sweep()
    assert await home.blobs.keys() == []
    await home.results.add(visitor, "job", files, {})
    assert (await home.results.file(visitor, "job", "picture-2.png"))[1] == b"x"


async def test_a_clock_that_jumps_back_deletes_nothing_and_one_that_jumps_ahead_serves_nothing_too_long(
    home: House,
) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    home.clock.move(days=-400)
    await home.sweeper.sweep()
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"
    home.clock.move(days=400)
    await home.sweeper.sweep()
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"
    home.clock.move(days=8)
    with pytest.raises(Gone):
        await home.results.file(visitor, "job", "picture-0.png")
    home.clock.move(days=-8)  # back before anything was swept: it had not expired after all
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"


SWEEP = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bgstudio.db import Database
from bgstudio.service.sweeper import Sweeper
from bgstudio.store import folder_blobs

async def main():
    folder = Path(sys.argv[1])
    db = Database.in_folder(folder)
    await db.open()
    blobs = folder_blobs(folder / "blobs")
    slow = blobs.delete
    async def delete(prefix):
        deleted = await slow(prefix)
        print("deleted", flush=True)
        await asyncio.sleep(60)
        return deleted
    blobs.delete = delete
    now = datetime(2026, 3, 20, tzinfo=UTC)
    await Sweeper(db, blobs, 30, lambda: now).sweep()

asyncio.run(main())
"""


async def test_a_sweeper_killed_in_mid_sweep_is_made_good_by_another(home: House) -> None:
    for n in range(3):
        visitor = (await home.sessions.begin(ADDRESS))[1]
        await home.results.add(visitor, f"job-{n}", [artefact(visitor, f"job-{n}", "picture-0.png", b"canary")], {})
    await home.db.compact()
    process = await asyncio.to_thread(
        subprocess.Popen, [sys.executable, "-c", SWEEP, str(home.folder)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == b"deleted\n"
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    process.stdout.close()
    left = await home.blobs.keys()
    assert 0 < len(left) < 3, "it was cut off in the middle"
    home.clock.move(days=19)
    await home.sweeper.sweep()
    assert await home.blobs.keys() == []
    raw = home.bytes_on_disk()
    assert all(f"job-{n}".encode() not in raw for n in range(3))


async def test_a_database_server_that_restarts_is_used_again(postgres: Postgres) -> None:
    async with postgres.database() as url:
        db = Database(url)
        await db.open()
        async with db.write() as connection:
            await connection.execute(text("SELECT 1"))
        await asyncio.to_thread(postgres.restart)
        end = time.monotonic() + 30
        while True:
            try:
                await db.ping()
                break
            except StoreDown:
                assert time.monotonic() < end
                await asyncio.sleep(0.2)
        await db.close()


async def test_a_transaction_cut_by_a_restart_is_undone_as_a_whole(postgres: Postgres) -> None:
    async with postgres.database() as url:
        db = Database(url)
        await db.open()
        with pytest.raises((StoreDown, ServiceError)):
            async with db.write() as connection:
                await connection.execute(text("INSERT INTO marks (name, value) VALUES ('half', 'x')"))
                await asyncio.to_thread(postgres.restart)
                await connection.execute(text("INSERT INTO marks (name, value) VALUES ('whole', 'x')"))
        async with db.read() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM marks"))).scalar() == 0
        await db.close()


async def test_files_that_no_row_knows_and_rows_without_files_are_found(home: House) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "whole", [artefact(visitor, "whole", "picture-0.png", b"x")], {})
    await home.results.add(visitor, "hollow", [artefact(visitor, "hollow", "picture-0.png", b"x")], {})
    await home.blobs.delete(f"s/{visitor.owner}/hollow")
    await home.blobs.put(f"s/{visitor.owner}/stray/picture-0.png", Sealed(b"x"))
    await home.blobs.put("s/0123456789abcdef0123456789abcdef/job/picture-0.png", Sealed(b"x"))
    swept = await Sweeper(home.db, home.blobs, 30, home.clock).sweep()
    assert (swept.results, swept.blobs) == (1, 2)
    assert await home.blobs.keys() == [f"s/{visitor.owner}/whole/picture-0.png"]
    async with home.db.read() as connection:
        assert await results.all_places(connection) == {(visitor.owner, "whole")}
    assert isinstance(home.results, Results)
