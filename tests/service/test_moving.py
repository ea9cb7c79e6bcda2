"""What a visit has made goes to the account that its person signs in to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.domain.brief import Brief
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone, StoreDown, UnknownJob, WrongKey
from bgstudio.service.job import Job
from bgstudio.service.moving import Belongings, Moved, Moving
from bgstudio.service.sweeper import erase_account
from bgstudio.service.visitor import Visitor
from tests.service.holding import Holding
from tests.service.house import CONFIGURATIONS, kept_on

pytestmark = pytest.mark.anyio


class Desk:
    """Knows of jobs under way, as the test says."""

    def __init__(self) -> None:
        self.running: list[Job] = []
        self.ended = asyncio.Event()
        self.let: list[str] = []

    def under_way(self, owner: str) -> tuple[Job, ...]:
        return tuple(job for job in self.running if job.owner == owner)

    async def outlast(self, job: Job) -> None:
        await self.ended.wait()

    def let_go(self, owner: str, job: str) -> None:
        self.let.append(job)


@pytest.fixture(params=CONFIGURATIONS)
async def holding(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Holding]:
    async with kept_on(request, tmp_path / "data") as home:
        yield Holding.of(home)


def moving(holding: Holding, desk: Desk | None = None) -> Moving:
    home = holding.home
    return Moving(home.db, home.blobs, holding.results, holding.looks, desk or Desk(), home.clock)


async def visited(holding: Holding) -> Visitor:
    """A visit with two pictures and a look."""
    visit = await holding.home.visitor()
    for name in ("one", "two"):
        await holding.make(visit, name, f"Title {name}", picture_0_png=f"pixels {name}".encode(), cutout_png=b"cut")
    await holding.looks.save(visit, "House look", Brief(prompt="on linen", width=64, height=64))
    return visit


async def test_pictures_and_looks_are_the_accounts_and_no_longer_the_visits(holding: Holding) -> None:
    visit, ana = await visited(holding), await holding.enter("ana")
    mover = moving(holding)
    assert await mover.belongings(visit) == Belongings(pictures=2, looks=1)
    assert await mover.move(visit, ana) == Moved(jobs=2, looks=1)
    assert (await holding.results.file(ana, "one", "picture-0.png"))[1] == b"pixels one"
    assert [look.name for look in await holding.looks.list(ana)] == ["House look"]
    with pytest.raises(UnknownJob):
        await holding.results.get(visit, "one")
    assert await holding.looks.list(visit) == []
    assert await holding.home.blobs.keys(f"s/{visit.owner}") == []
    sealed = await holding.home.blobs.get(f"s/{ana.owner}/one/picture-0.png")
    assert sealed is not None
    with pytest.raises(WrongKey):
        visit.key.open(sealed, f"{ana.owner}/one/picture-0.png")
    assert await mover.move(visit, ana) == Moved(), "the second time there is nothing left to do"
    assert await mover.belongings(visit) == Belongings(0, 0)


async def test_days_left_stay_as_they_were_and_nothing_links_the_two(holding: Holding) -> None:
    visit = await visited(holding)
    before = (await holding.results.get(visit, "one")).created
    holding.home.clock.move(hours=20)
    ana = await holding.enter("ana")
    await moving(holding).move(visit, ana)
    assert (await holding.results.get(ana, "one")).created == before
    await holding.home.sessions.end(visit)
    if holding.home.db.file is not None:
        raw = holding.home.bytes_on_disk()
        assert ana.owner.encode() in raw
        assert visit.owner.encode() not in raw, "the visit has gone without a trace, and the account knows of none"
    assert (await holding.results.file(ana, "two", "picture-0.png"))[1] == b"pixels two"


async def test_cut_off_at_any_step_each_job_is_wholly_the_ones_or_the_others(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = holding.home
    visit, ana = await visited(holding), await holding.enter("ana")
    real = {name: getattr(home.blobs, name) for name in ("put", "delete")}
    for fails_at in range(1, 9):
        calls = 0

        def stumble(name: str, at: int = fails_at) -> object:
            async def call(*arguments: object) -> object:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise StoreDown("cut off")
                return await real[name](*arguments)

            return call

        with monkeypatch.context() as patched:
            for name in real:
                patched.setattr(home.blobs, name, stumble(name))
            with contextlib.suppress(StoreDown):
                await moving(holding).move(visit, ana)
        for job in ("one", "two"):
            found = 0
            for who in (visit, ana):
                try:
                    assert (await holding.results.file(who, job, "picture-0.png"))[1] == f"pixels {job}".encode()
                    found += 1
                except (UnknownJob, Gone):
                    continue
            assert found == 1, f"{job} after stumbling at call {fails_at}"
    assert (await moving(holding).move(visit, ana)).left == 0
    await home.sweeper.sweep()
    assert await home.blobs.keys(f"s/{visit.owner}") == []
    assert len(await home.blobs.keys(f"s/{ana.owner}")) == 4


async def test_two_callbacks_at_once_move_everything_once(holding: Holding) -> None:
    visit, ana = await visited(holding), await holding.enter("ana")
    mover = moving(holding)
    both = await asyncio.gather(mover.move(visit, ana), mover.move(visit, ana))
    assert sorted(both, key=lambda one: one.jobs) == [Moved(), Moved(jobs=2, looks=1)]


async def test_an_account_that_is_deleted_meanwhile_leaves_the_visit_its_pictures(holding: Holding) -> None:
    visit, ana = await visited(holding), await holding.enter("ana")
    await erase_account(holding.home.db, holding.home.blobs, ana.owner)
    with pytest.raises(Gone):
        await moving(holding).move(visit, ana)
    assert (await holding.results.file(visit, "one", "picture-0.png"))[1] == b"pixels one"
    assert await holding.home.blobs.keys(f"s/{ana.owner}") == []


async def test_a_file_that_was_changed_stays_behind_and_the_rest_goes(holding: Holding) -> None:
    visit, ana = await visited(holding), await holding.enter("ana")
    await holding.home.blobs.put(f"s/{visit.owner}/one/picture-0.png", Sealed(bytes(64)))
    assert await moving(holding).move(visit, ana) == Moved(jobs=1, looks=1, left=1)
    assert (await holding.results.file(ana, "two", "picture-0.png"))[1] == b"pixels two"


async def test_looks_of_an_account_outlive_its_pictures(holding: Holding) -> None:
    visit, ana = await visited(holding), await holding.enter("ana")
    await moving(holding).move(visit, ana)
    holding.home.clock.move(days=8)
    await holding.home.sweeper.sweep()
    with pytest.raises((Gone, UnknownJob)):
        await holding.results.get(ana, "one")
    assert [look.brief.prompt for look in await holding.looks.list(ana)] == ["on linen"]
