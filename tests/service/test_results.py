from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bgstudio.db import results as rows
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone, UnknownJob, UsageError, WrongKey
from bgstudio.service.results import Results
from bgstudio.service.sweeper import blob_prefix
from bgstudio.vault import Box, MasterKey
from tests.service.house import CONFIGURATIONS, House, artefact, connect, kept_on

pytestmark = pytest.mark.anyio


@pytest.fixture(params=CONFIGURATIONS)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with kept_on(request, tmp_path / "data") as made:
        yield made


async def test_keeps_files_and_facts(home: House) -> None:
    visitor = await home.visitor()
    data = os.urandom(5000)
    await home.results.add(visitor, "job-1", [artefact(visitor, "job-1", "cutout.png", data)], {"state": "working"})
    home.clock.move(minutes=1)
    more = [artefact(visitor, "job-1", "picture-0.png", b"p"), artefact(visitor, "job-1", "recipe-0.json", b"{}")]
    await home.results.add(visitor, "job-1", more, {"state": "done", "n": [1, None, 0.5]})
    kept = await home.results.get(visitor, "job-1")
    assert kept.facts == await home.results.facts(visitor, "job-1") == {"state": "done", "n": [1, None, 0.5]}
    assert kept.size == 5003
    assert kept.created == home.clock.now - timedelta(minutes=1)
    assert kept.expires == visitor.expires
    assert sorted(kept.files) == ["cutout.png", "picture-0.png", "recipe-0.json"]
    assert (kept.files["cutout.png"].width, kept.files["cutout.png"].size) == (4, 5000)
    assert await home.results.file(visitor, "job-1", "cutout.png") == ("image/png", data)
    assert await home.results.file(visitor, "job-1", "recipe-0.json") == ("application/json", b"{}")


async def test_the_same_name_again_replaces_the_file(home: House) -> None:
    visitor = await home.visitor()
    for data in (b"first", b"second!"):
        await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", data)], {})
    assert (await home.results.get(visitor, "job")).size == 7
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"second!"


async def test_facts_may_come_without_files(home: House) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "job", [], {"state": "failed"})
    await home.sweeper.sweep()
    assert await home.results.facts(visitor, "job") == {"state": "failed"}


async def test_outlives_a_restart(home: House) -> None:
    token, visitor = await home.sessions.begin("192.0.2.1")
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {"a": 1})
    await home.db.close()
    await home.db.open()
    master = MasterKey.load_or_create(home.folder / "master.key", must_exist=True)
    again = await connect(home.folder, home.clock, master, home.db, home.blobs)
    found = await again.sessions.find(token, "192.0.2.1")
    assert found is not None
    assert await again.results.file(found, "job", "picture-0.png") == ("image/png", b"x")


async def test_somebody_elses_job_is_an_unknown_one(home: House) -> None:
    visitor, other = await home.visitor(), await home.visitor()
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    for call in (
        home.results.get(other, "job"),
        home.results.file(other, "job", "picture-0.png"),
        home.results.delete(other, "job"),
        home.results.add(other, "job", [artefact(other, "job", "picture-0.png", b"y")], {}),
        home.results.get(visitor, "job-2"),
        home.results.delete(visitor, "job-2"),
        home.results.file(visitor, "job", "picture-1.png"),
        home.results.file(visitor, "job", "../../etc/passwd"),
    ):
        with pytest.raises(UnknownJob):
            await call
    assert (await home.results.page(other))[0] == []
    assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"


async def test_deleting_leaves_no_byte(home: House) -> None:
    visitor = await home.visitor()
    for job in ("job-gone", "job-stays"):
        await home.results.add(visitor, job, [artefact(visitor, job, "picture-0.png", b"x")], {})
        await home.results.remember(visitor, job, job)
    await home.results.delete(visitor, "job-gone")
    with pytest.raises(UnknownJob):
        await home.results.get(visitor, "job-gone")
    raw = home.bytes_on_disk()
    assert b"job-gone" not in raw
    assert b"job-stays" in raw


async def test_pages_are_newest_first_and_complete(home: House) -> None:
    visitor, other = await home.visitor(), await home.visitor()
    for n in range(7):
        await home.results.add(visitor, f"job-{n}", [], {"n": n})
        await home.results.add(other, f"other-{n}", [], {})
        if n % 2:
            home.clock.move(seconds=1)
    seen: list[int] = []
    cursor = None
    while True:
        page, cursor = await home.results.page(visitor, cursor, limit=3)
        seen += [facts["n"] for _, facts in page]
        if cursor is None:
            break
        assert len(page) == 3
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    page, cursor = await home.results.page(visitor, None, limit=7)
    assert len(page) == 7
    assert cursor is None


@pytest.mark.parametrize("cursor", ["x", "ü", "====", "\udcff", "a" * 10_000, base64.b64encode(b"now job").decode()])
async def test_a_made_up_cursor_is_told(home: House, cursor: str) -> None:
    visitor = await home.visitor()
    with pytest.raises(UsageError, match="cursor"):
        await home.results.page(visitor, cursor)


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_limit_has_limits(home: House, limit: int) -> None:
    with pytest.raises(UsageError):
        await home.results.page(await home.visitor(), None, limit)


async def test_the_oldest_go_when_the_session_is_full(home: House) -> None:
    visitor, other = await home.visitor(), await home.visitor()
    gone: list[tuple[str, str]] = []
    home.results.dropped = lambda owner, job: gone.append((owner, job))
    await home.results.add(other, "other", [artefact(other, "other", "picture-0.png", b"x" * 9000)], {})
    for n in range(4):
        job = f"job-{n}"
        await home.results.add(visitor, job, [artefact(visitor, job, "picture-0.png", b"x" * 3000)], {"n": n})
        home.clock.move(seconds=1)
    assert gone == [(visitor.owner, "job-0")]
    await home.results.add(visitor, "job-1", [artefact(visitor, "job-1", "picture-1.png", b"x" * 3500)], {"n": 1})
    assert gone[1:] == [(visitor.owner, "job-2")]
    assert [facts["n"] for _, facts in (await home.results.page(visitor))[0]] == [3, 1]
    assert len(await home.blobs.keys(f"{blob_prefix(visitor.owner)}/")) == 3
    await home.results.add(visitor, "big", [artefact(visitor, "big", "picture-0.png", b"x" * 20_000)], {"n": 9})
    assert [facts["n"] for _, facts in (await home.results.page(visitor))[0]] == [9]
    assert await home.results.facts(other, "other") == {}


async def test_expired_is_refused_at_once_even_before_the_sweep(home: House) -> None:
    token, visitor = await home.sessions.begin("192.0.2.1")
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    home.clock.move(hours=24)
    for call in (
        home.results.get(visitor, "job"),
        home.results.file(visitor, "job", "picture-0.png"),
        home.results.page(visitor),
        home.results.add(visitor, "job", [], {}),
    ):
        with pytest.raises(Gone):
            await call
    assert await home.sessions.find(token, "192.0.2.1") is None


async def test_results_go_after_seven_days_even_where_the_session_lives_on(home: House) -> None:
    token, visitor = await home.sessions.begin("192.0.2.1")
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    for _ in range(7):
        assert (await home.results.file(visitor, "job", "picture-0.png"))[1] == b"x"
        home.clock.move(hours=23.9)
        found = await home.sessions.find(token, "192.0.2.1")
        assert found is not None
        visitor = found
    home.clock.move(hours=1)
    with pytest.raises(Gone):
        await home.results.file(visitor, "job", "picture-0.png")
    assert (await home.results.page(visitor))[0] == []
    swept = await home.sweeper.sweep()
    assert (swept.sessions, swept.results, swept.blobs) == (0, 1, 1)
    assert await home.blobs.keys() == []


async def test_a_moved_or_changed_file_fails_closed(home: House) -> None:
    visitor, other = await home.visitor(), await home.visitor()
    for who, job in ((visitor, "job-1"), (visitor, "job-2"), (other, "job-3")):
        await home.results.add(who, job, [artefact(who, job, "picture-0.png", job.encode())], {"secret": job})
    place = f"{blob_prefix(visitor.owner, 'job-1')}/picture-0.png"
    original = await home.blobs.get(place)
    assert original is not None
    moved = await home.blobs.get(f"{blob_prefix(visitor.owner, 'job-2')}/picture-0.png")
    foreign = await home.blobs.get(f"{blob_prefix(other.owner, 'job-3')}/picture-0.png")
    changed = Sealed(original.data[:-1] + bytes([original.data[-1] ^ 1]))
    for wrong in (moved, foreign, changed, Sealed(b"")):
        assert wrong is not None
        await home.blobs.put(place, wrong)
        with pytest.raises(WrongKey):
            await home.results.file(visitor, "job-1", "picture-0.png")
    await home.blobs.put(place, original)
    with pytest.raises(WrongKey):
        await home.results.file(replace(visitor, key=Box.fresh()), "job-1", "picture-0.png")
    async with home.db.write() as connection:
        row = await rows.get(connection, "job-2")
        assert row is not None
        await rows.change(connection, "job-1", row.size, row.sealed_facts)
    with pytest.raises(WrongKey):
        await home.results.get(visitor, "job-1")


async def test_a_file_that_vanished_is_gone(home: House) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {})
    await home.blobs.delete(blob_prefix(visitor.owner, "job"))
    with pytest.raises(Gone):
        await home.results.file(visitor, "job", "picture-0.png")


async def test_a_job_deleted_while_it_is_being_kept_stays_deleted(home: House) -> None:
    visitor = await home.visitor()
    await home.results.add(visitor, "job", [artefact(visitor, "job", "preview.png", b"x")], {})

    class Meddling:
        """The person deletes the job between two files."""

        def __getattr__(self, name: str) -> object:
            return getattr(home.blobs, name)

        async def put(self, key: str, sealed: Sealed) -> None:
            await home.blobs.put(key, sealed)
            if key.endswith("picture-0.png"):
                await home.results.delete(visitor, "job")

    meddled = Results(home.db, Meddling(), 10_000, clock=home.clock)  # type: ignore[arg-type]
    files = [artefact(visitor, "job", name, b"x") for name in ("picture-0.png", "picture-1.png")]
    with pytest.raises(Gone):
        await meddled.add(visitor, "job", files, {})
    assert await home.blobs.keys() == []
    with pytest.raises(UnknownJob):
        await home.results.get(visitor, "job")


async def test_pictures_of_one_job_kept_at_once_are_all_there(home: House) -> None:
    visitor = await home.visitor()
    await asyncio.gather(
        *(
            home.results.add(visitor, "job", [artefact(visitor, "job", f"picture-{n}.png", b"x")], {"n": n})
            for n in range(16)
        )
    )
    kept = await home.results.get(visitor, "job")
    assert len(kept.files) == kept.size == 16


async def test_an_idempotency_key_stands_for_one_job(home: House) -> None:
    visitor, other = await home.visitor(), await home.visitor()
    won = await asyncio.gather(*(home.results.remember(visitor, "key", f"job-{n}") for n in range(20)))
    assert len(set(won)) == 1
    assert await home.results.remember(other, "key", "mine") == "mine"
    await home.results.forget(visitor, won[0])
    assert await home.results.remember(visitor, "key", "job-x") == "job-x"
    assert b"key-of-the-client" not in home.bytes_on_disk()
    home.clock.move(hours=23)
    await home.sweeper.sweep()
    assert await home.results.remember(visitor, "key", "job-y") == "job-x"
