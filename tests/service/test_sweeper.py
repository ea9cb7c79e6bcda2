"""What has expired is gone, whatever happens in between."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bgstudio.db import sessions as session_rows
from bgstudio.db.schema import metadata
from bgstudio.domain.job import BlobStore
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone
from bgstudio.service import sweeper as module
from bgstudio.service.results import Results
from bgstudio.service.security_log import SecurityKind
from bgstudio.service.sweeper import Sweeper, Swept
from bgstudio.service.visitor import Visitor
from tests.service.house import ADDRESS, House, artefact, house

pytestmark = pytest.mark.anyio

PICTURE = b"\x89PNG\r\n\x1a\n" + os.urandom(3000)
FACTS = {"prompt": "a canary on oak, beside a violet vase", "secret": "facts-of-the-canary"}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


async def visit(home: House, jobs: int = 2) -> tuple[str, Visitor]:
    """A whole visit: a session with results, counts, keys, and an entry in the security log."""
    token, visitor = await home.sessions.begin(ADDRESS)
    held = await home.quota.reserve(visitor, jobs)
    for n in range(jobs):
        job = f"{visitor.owner[:8]}-{n}"
        await home.results.remember(visitor, f"idempotency-canary-{n}", job)
        await home.results.add(visitor, job, [artefact(visitor, job, "picture-0.png", PICTURE)], FACTS)
    await home.quota.spend(held, 1)
    await home.log.note(SecurityKind.SESSION_BEGUN, ADDRESS)
    return token, visitor


async def rows_left(home: House) -> dict[str, int]:
    async with home.db.read() as connection:
        counts = {
            name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in metadata.tables.items()
            if name != "marks"  # facts of the installation
        }
    return {name: count for name, count in counts.items() if count}


async def test_nothing_readable_is_on_the_disk(home: House) -> None:
    token, visitor = await visit(home)
    assert home.db.file is not None
    assert home.db.file.with_name("studio.db-wal").stat().st_size > 0, "the log is searched too"
    raw = home.bytes_on_disk()
    assert visitor.owner.encode() in raw, "the search finds what is there"
    secrets = [token.encode(), b"canary", b"violet", visitor.key.key, PICTURE[:16], PICTURE[500:516], PICTURE[-16:]]
    for secret in secrets:
        assert secret not in raw
        assert secret.hex().encode() not in raw
        assert base64.b64encode(secret)[:-4] not in raw
    await home.db.close()
    raw = home.bytes_on_disk()
    assert not [secret for secret in secrets if secret in raw]
    await home.db.open()


async def test_the_clock_moved_forward_leaves_nothing(home: House) -> None:
    _token, visitor = await visit(home)
    wrapped = await _wrapped_key(home, visitor)
    assert wrapped in home.bytes_on_disk()
    assert await home.sweeper.sweep() == Swept()
    home.clock.move(hours=24)
    swept = await home.sweeper.sweep()
    assert (swept.sessions, swept.blobs) == (1, 2)
    assert await home.blobs.keys() == []
    assert set(await rows_left(home)) == {"usage", "security_log"}, "the address's count of yesterday, and the log"
    raw = home.bytes_on_disk()
    for trace in (visitor.owner.encode(), visitor.owner[:8].encode(), wrapped):
        assert trace not in raw
    home.clock.move(days=30)
    await home.sweeper.sweep()
    assert await rows_left(home) == {}
    assert ADDRESS.encode() not in home.bytes_on_disk()
    assert await home.sweeper.sweep() == Swept()


async def _wrapped_key(home: House, visitor: Visitor) -> bytes:
    async with home.db.read() as connection:
        rows = (await connection.execute(select(metadata.tables["sessions"]))).mappings()
        return next(bytes(row["wrapped_key"]) for row in rows if row["owner"] == visitor.owner)


async def test_who_is_still_there_loses_nothing(home: House) -> None:
    await visit(home)
    home.clock.move(hours=12)
    token, stays = await visit(home)
    home.clock.move(hours=12)
    swept = await home.sweeper.sweep()
    assert (swept.sessions, swept.blobs) == (1, 2)
    assert await home.sessions.find(token, ADDRESS) is not None
    for n in range(2):
        job = f"{stays.owner[:8]}-{n}"
        assert (await home.results.file(stays, job, "picture-0.png"))[1] == PICTURE


class Crash(BaseException):
    """Stands for the process ending at this very step."""


def crashing(call: Callable[..., Awaitable[object]], countdown: list[int]) -> Callable[..., Awaitable[object]]:
    """The call, which ends in a crash before or after it is done, when the countdown reaches that moment."""

    async def wrapped(*args: object, **kwargs: object) -> object:
        for moment in (0, 1):
            countdown[0] -= 1
            if countdown[0] == 0:
                raise Crash
            if moment == 0:
                result = await call(*args, **kwargs)
        return result

    return wrapped


STEPS = {
    "sessions": ("destroy_key", "remove", "expired"),
    "results": ("remove_of", "remove", "expired", "unfinished", "ownerless", "ready_places", "all_places"),
    "reservations": ("remove_of", "remove_before"),
    "idempotency": ("remove_of", "remove", "remove_before"),
    "usage": ("remove_scope", "remove_before"),
    "spending": ("remove_of", "remove_before"),
    "security_log": ("remove_before",),
}


async def test_a_crash_at_any_step_is_made_good_by_the_next_sweep(home: House) -> None:
    reached, moment = True, 0
    while reached:
        moment += 1
        await visit(home)
        home.clock.move(hours=25)
        await visit(home, jobs=1)
        with pytest.MonkeyPatch.context() as patched:
            countdown = [moment]
            for name, calls in STEPS.items():
                for call in calls:
                    target = getattr(module, name)
                    patched.setattr(target, call, crashing(getattr(target, call), countdown))
            patched.setattr(home.blobs, "delete", crashing(home.blobs.delete, countdown))
            patched.setattr(home.blobs, "keys", crashing(home.blobs.keys, countdown))
            try:
                await home.sweeper.sweep()
                reached = False
            except Crash:
                pass
        await home.sweeper.sweep()
        assert len(await home.blobs.keys()) == 1, f"after a crash at moment {moment}"
        left = await rows_left(home)
        assert (left["sessions"], left["results"], left["reservations"], left["idempotency"]) == (1, 1, 1, 1)
        home.clock.move(days=31)
        await home.sweeper.sweep()
        assert await home.blobs.keys() == []
        assert await rows_left(home) == {}
    assert moment > 25, "every step was reached"


async def test_the_key_is_destroyed_even_where_the_blob_store_fails(home: House) -> None:
    token, visitor = await visit(home)

    class Broken:
        async def delete(self, prefix: str) -> int:
            raise OSError("store is away")

    home.clock.move(hours=24)
    with pytest.raises(OSError, match="away"):
        await Sweeper(home.db, Broken(), 30, home.clock).sweep()  # type: ignore[arg-type]
    assert await _wrapped_key(home, visitor) == b""
    assert await home.sessions.find(token, ADDRESS) is None
    assert (await home.sweeper.sweep()).blobs == 2


class Stopping:
    """A blob store at which the process ends after some files."""

    def __init__(self, blobs: BlobStore, files: int) -> None:
        self._blobs = blobs
        self._files = files

    async def put(self, key: str, sealed: Sealed) -> None:
        if self._files == 0:
            raise Crash
        self._files -= 1
        await self._blobs.put(key, sealed)


@pytest.mark.parametrize("files", [0, 1, 2])
async def test_a_crash_while_results_are_stored_leaves_nothing_for_long(home: House, files: int) -> None:
    _token, visitor = await home.sessions.begin(ADDRESS)
    stopping = Results(home.db, Stopping(home.blobs, files), 10_000, clock=home.clock)  # type: ignore[arg-type]
    artefacts = [artefact(visitor, "job", f"picture-{n}.png", b"x") for n in range(3)]
    with pytest.raises(Crash):
        await stopping.add(visitor, "job", artefacts, FACTS)
    assert (await home.results.page(visitor))[0] == []
    assert await home.sweeper.sweep() == Swept(), "it might still be going on"
    home.clock.move(hours=1, seconds=1)
    assert await home.sweeper.sweep() == Swept(results=1, blobs=files)
    assert await home.blobs.keys() == []
    await home.results.add(visitor, "job", artefacts, FACTS)
    assert (await home.results.file(visitor, "job", "picture-2.png"))[1] == b"x"


async def test_files_without_a_row_and_rows_without_files_go(home: House) -> None:
    _token, visitor = await visit(home)
    for stray in ("s/nobody/job/picture-0.png", f"s/{visitor.owner}/unknown/picture-0.png", "s/odd.png"):
        await home.blobs.put(stray, Sealed(b"x"))
    await home.blobs.put("of/another/program", Sealed(b"x"))
    await home.blobs.delete(f"s/{visitor.owner}/{visitor.owner[:8]}-1")
    assert await home.sweeper.sweep() == Swept(results=1, blobs=3)
    assert await home.blobs.keys() == ["of/another/program", f"s/{visitor.owner}/{visitor.owner[:8]}-0/picture-0.png"]
    assert [job for job, _ in (await home.results.page(visitor))[0]] == [f"{visitor.owner[:8]}-0"]


async def test_rows_whose_session_is_gone_go(home: House) -> None:
    _token, visitor = await visit(home)
    async with home.db.write() as connection:
        await session_rows.remove(connection, visitor.owner)
    swept = await home.sweeper.sweep()
    assert (swept.results, swept.blobs) == (2, 2)


async def test_sweeping_while_results_are_stored_takes_nothing_from_them(home: House) -> None:
    visitors = [await home.visitor() for _ in range(10)]
    done = asyncio.Event()

    async def sweep() -> None:
        while not done.is_set():
            swept = await home.sweeper.sweep()
            assert (swept.results, swept.blobs) == (0, 0)

    sweeping = asyncio.create_task(sweep())
    for n in range(5):
        await asyncio.gather(
            *(
                home.results.add(who, f"job-{k}", [artefact(who, f"job-{k}", f"picture-{n}.png", b"x")], {})
                for k, who in enumerate(visitors)
            )
        )
    done.set()
    await sweeping
    for k, who in enumerate(visitors):
        for n in range(5):
            assert (await home.results.file(who, f"job-{k}", f"picture-{n}.png"))[1] == b"x"


async def test_ending_while_results_are_stored_leaves_nothing_after_a_sweep(home: House) -> None:
    _token, visitor = await home.sessions.begin(ADDRESS)

    async def store(n: int) -> None:
        for k in range(5):
            try:
                await home.results.add(visitor, f"job-{n}", [artefact(visitor, f"job-{n}", f"x-{k}.png", b"x")], {})
            except Gone:
                return

    storing = [asyncio.create_task(store(n)) for n in range(8)]
    await asyncio.sleep(0.01)
    await home.sessions.end(visitor)
    await asyncio.gather(*storing)
    await home.sweeper.sweep()
    assert await home.blobs.keys() == []
    assert "results" not in await rows_left(home)
