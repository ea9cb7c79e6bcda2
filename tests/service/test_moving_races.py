"""What meets a move on its way: a crash at every step, a sweep, a deletion, a change, another server, a running job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgstudio.db import results as rows
from bgstudio.domain.brief import Brief
from bgstudio.domain.job import JobState
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone, UnknownJob
from bgstudio.service.job import Job
from bgstudio.service.moving import Moved, Moving
from bgstudio.service.results import Results
from bgstudio.service.sweeper import erase_account
from bgstudio.service.visitor import Visitor
from tests.service.holding import JOB_FACTS, Holding
from tests.service.house import CONFIGURATIONS, House, artefact, house, kept_on

pytestmark = pytest.mark.anyio

FILES = ("picture-0.png", "thumb-0.webp", "recipe-0.json")


class Crash(BaseException):
    """The process ends here."""


class Desk:
    """Jobs under way; each ends when its event is set."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def begin(self, visitor: Visitor, job: str, home: House) -> asyncio.Event:
        done = asyncio.Event()
        record = Job.from_facts(job, visitor.owner, JOB_FACTS | {"created": home.clock().isoformat(), "pictures": []})
        record.state = JobState.WORKING

        async def work() -> None:
            await done.wait()
            record.state = JobState.DONE

        record.runner = asyncio.create_task(work())
        self.jobs.append(record)
        return done

    def under_way(self, owner: str) -> tuple[Job, ...]:
        return tuple(job for job in self.jobs if job.owner == owner and not job.state.ended)

    async def outlast(self, job: Job) -> None:
        assert job.runner is not None
        await asyncio.wait({job.runner})

    def let_go(self, owner: str, job: str) -> None:
        self.jobs = [known for known in self.jobs if known.id != job]


class Through:
    """A blob store that does something more at each step."""

    def __init__(
        self, home: House, after_put: Callable[[str], Awaitable[None]] | None = None, crash_at: int = 0
    ) -> None:
        self._home = home
        self._after_put = after_put
        self._left = crash_at

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Crash

    async def put(self, key: str, sealed: Sealed) -> None:
        self.step()
        await self._home.blobs.put(key, sealed)
        self.step()
        if self._after_put is not None:
            await self._after_put(key)

    async def get(self, key: str) -> Sealed | None:
        self.step()
        return await self._home.blobs.get(key)

    async def delete(self, prefix: str) -> int:
        self.step()
        done = await self._home.blobs.delete(prefix)
        self.step()
        return done

    async def keys(self, prefix: str = "") -> list[str]:
        return await self._home.blobs.keys(prefix)


@dataclass
class Flat:
    """A visit and an account in one house."""

    home: House
    holding: Holding
    desk: Desk
    visit: Visitor
    account: Visitor

    @classmethod
    async def furnish(cls, home: House, account_bytes: int = 1_000_000) -> Flat:
        holding = Holding.of(home)
        holding.results = Results(home.db, home.blobs, 1_000_000, clock=home.clock, account_bytes=account_bytes)
        return cls(home, holding, Desk(), await home.visitor(), await holding.enter("ana"))

    def moving(self, blobs: Any = None) -> Moving:
        home = self.home
        return Moving(home.db, blobs or home.blobs, self.holding.results, self.holding.looks, self.desk, home.clock)

    async def make(self, job: str, visitor: Visitor | None = None, size: int = 20) -> None:
        who = visitor or self.visit
        facts = JOB_FACTS | {"created": self.home.clock().isoformat(), "pictures": [[0, {"title": f"Title {job}"}]]}
        made = [artefact(who, job, name, f"{job} {name}".encode().ljust(size, b".")) for name in FILES]
        await self.holding.results.add(who, job, made, facts)

    async def has(self, visitor: Visitor, job: str, size: int = 20) -> bool:
        """Whether a visitor has a job with all its files; anything between all and nothing fails."""
        results = self.holding.results
        try:
            kept = await results.get(visitor, job)
        except UnknownJob:
            return False
        assert kept.facts["pictures"][0][1]["title"] == f"Title {job}"
        for name in FILES:
            assert (await results.file(visitor, job, name))[1] == f"{job} {name}".encode().ljust(size, b".")
        return True

    async def one_has(self, job: str) -> bool:
        return await self.has(self.visit, job) != await self.has(self.account, job)

    async def owners_of_blobs(self) -> set[str]:
        return {key.split("/")[1] for key in await self.home.blobs.keys("s/")}


@pytest.fixture(params=CONFIGURATIONS)
async def flat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Flat]:
    async with kept_on(request, tmp_path / "data") as home:
        yield await Flat.furnish(home)


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Flat]:
    """On the embedded configuration, for what needs no other."""
    async with house(tmp_path / "data") as home:
        yield await Flat.furnish(home)


def _stepping(call: Callable[..., Any], through: Through) -> Callable[..., Any]:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        through.step()
        done = await call(*args, **kwargs)
        through.step()
        return done

    return wrapped


@pytest.mark.parametrize("sweep", [False, True], ids=["run again", "swept, then run again"])
async def test_a_process_that_ends_at_any_step_is_made_good_by_the_next(
    small: Flat, monkeypatch: pytest.MonkeyPatch, sweep: bool
) -> None:
    flat, step, crashed = small, 0, True
    while crashed:
        step += 1
        crashed = False
        jobs = [f"job-{step}-{n}" for n in range(2)]
        for job in jobs:
            await flat.make(job)
        through = Through(flat.home, crash_at=step)
        with monkeypatch.context() as patched:
            patched.setattr(rows, "hand_over", _stepping(rows.hand_over, through))
            try:
                await flat.moving(through).move(flat.visit, flat.account)
            except Crash:
                crashed = True
        for job in jobs:
            assert await flat.one_has(job), f"{job} after a crash at step {step}"
        if sweep:
            await flat.home.sweeper.sweep()
            for job in jobs:
                assert await flat.one_has(job), f"{job}, swept after a crash at step {step}"
        await flat.moving().move(flat.visit, flat.account)
        for job in jobs:
            assert await flat.has(flat.account, job)
        assert await flat.owners_of_blobs() == {flat.account.owner}, f"after a crash at step {step}"
    assert step > 25, "every step was reached"


async def test_a_move_cut_off_for_good_leaves_nothing_behind_when_the_visit_ends(small: Flat) -> None:
    await small.make("job")
    with pytest.raises(Crash):
        await small.moving(Through(small.home, crash_at=6)).move(small.visit, small.account)
    assert await small.owners_of_blobs() == {small.visit.owner, small.account.owner}
    small.home.clock.move(hours=25)
    await small.home.sweeper.sweep()
    assert await small.home.blobs.keys("s/") == []


async def test_old_files_that_a_crash_left_with_the_visit_are_swept_at_once(
    small: Flat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await small.make("job")

    async def ends_before(prefix: str) -> int:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(small.home.blobs, "delete", ends_before)
        with pytest.raises(Crash):
            await small.moving().move(small.visit, small.account)
    assert small.visit.owner in await small.owners_of_blobs()
    assert (await small.home.sweeper.sweep()).blobs == len(FILES)
    assert await small.owners_of_blobs() == {small.account.owner}
    assert await small.has(small.account, "job")


async def test_sweeps_in_the_middle_take_nothing(flat: Flat) -> None:
    jobs = [f"job-{n}" for n in range(4)]
    for job in jobs:
        await flat.make(job)
    swept = 0

    async def sweep(_key: str) -> None:
        nonlocal swept
        swept += (await flat.home.sweeper.sweep()).results

    assert (await flat.moving(Through(flat.home, sweep)).move(flat.visit, flat.account)).jobs == 4
    assert swept == 0
    for job in jobs:
        assert await flat.has(flat.account, job)


async def test_two_servers_that_move_the_same_visit_lose_nothing(flat: Flat) -> None:
    jobs = [f"job-{n}" for n in range(4)]
    for job in jobs:
        await flat.make(job)
    told = await asyncio.gather(*(flat.moving().move(flat.visit, flat.account) for _ in range(2)))
    assert sum(one.jobs for one in told) == 4
    for job in jobs:
        assert await flat.has(flat.account, job)
    assert await flat.owners_of_blobs() == {flat.account.owner}


async def test_a_job_that_is_deleted_while_it_moves_stays_deleted(small: Flat) -> None:
    await small.make("job")

    async def delete(key: str) -> None:
        if key.endswith("thumb-0.webp"):
            await small.holding.results.delete(small.visit, "job")

    assert await small.moving(Through(small.home, delete)).move(small.visit, small.account) == Moved()
    assert not await small.has(small.account, "job")
    assert await small.home.blobs.keys("s/") == []


async def test_a_job_that_changes_while_it_moves_arrives_as_it_is_now(small: Flat) -> None:
    await small.make("job")
    changed = False

    async def change(_key: str) -> None:
        nonlocal changed
        if not changed:
            changed = True
            late = artefact(small.visit, "job", "picture-0.webp", b"late")
            await small.holding.results.amend(small.visit, "job", lambda facts: facts.update(note="late"), added=[late])

    assert (await small.moving(Through(small.home, change)).move(small.visit, small.account)).jobs == 1
    assert (await small.holding.results.facts(small.account, "job"))["note"] == "late"
    assert (await small.holding.results.file(small.account, "job", "picture-0.webp"))[1] == b"late"
    assert await small.has(small.account, "job")


async def test_an_account_deleted_while_a_job_moves_leaves_it_with_the_visit(small: Flat) -> None:
    await small.make("job")

    async def erase(key: str) -> None:
        if key.endswith("recipe-0.json"):
            await erase_account(small.home.db, small.home.blobs, small.account.owner)

    with pytest.raises(Gone):
        await small.moving(Through(small.home, erase)).move(small.visit, small.account)
    assert await small.has(small.visit, "job")
    assert await small.owners_of_blobs() == {small.visit.owner}


async def test_a_job_under_way_is_finished_for_the_visit_and_follows_once(small: Flat) -> None:
    await small.make("done")
    done = small.desk.begin(small.visit, "running", small.home)
    await small.make("running")
    moving = small.moving()
    assert (await moving.belongings(small.visit)).running == 1
    assert await moving.move(small.visit, small.account) == Moved(jobs=1, later=1)
    assert await moving.move(small.visit, small.account) == Moved(later=1)
    assert await small.has(small.visit, "running"), "the worker still seals with the visit's key"
    done.set()
    await moving.close()
    assert await small.has(small.account, "running")
    assert not await small.has(small.visit, "running")


async def test_the_accounts_limit_holds_and_what_finds_no_room_stays_with_the_visit(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        flat = await Flat.furnish(home, account_bytes=300)
        await flat.make("mine", flat.account, size=30)
        for n in range(4):
            home.clock.move(minutes=1)
            await flat.make(f"job-{n}", size=30)
        assert await flat.moving().move(flat.visit, flat.account) == Moved(jobs=2, left=2)
        theirs = [job for job, _facts in (await flat.holding.results.page(flat.account))[0]]
        assert theirs == ["job-3", "job-2", "mine"], "the newest come along, and nothing has to go for them"
        assert [job for job, _facts in (await flat.holding.results.page(flat.visit))[0]] == ["job-1", "job-0"]


async def test_looks_that_find_no_room_stay_with_the_visit(small: Flat) -> None:
    looks = small.holding.looks
    looks.most = 3
    for n in range(3):
        small.home.clock.move(seconds=1)
        await looks.save(small.visit, f"Look {n}", Brief())
    await looks.save(small.account, "Mine", Brief())
    assert await small.moving().move(small.visit, small.account) == Moved(looks=2, left=1)
    assert [look.name for look in await looks.list(small.visit)] == ["Look 0"]
    assert {look.name for look in await looks.list(small.account)} == {"Mine", "Look 1", "Look 2"}


async def test_the_request_that_made_a_job_is_forgotten_since_it_would_link_the_two(small: Flat) -> None:
    await small.make("job")
    await small.holding.results.remember(small.visit, "key", "job")
    assert (await small.holding.rows())["idempotency"]
    await small.moving().move(small.visit, small.account)
    tables = await small.holding.rows()
    assert tables["idempotency"] == []
    assert not [name for name, found in tables.items() if "job" in str(found) and small.visit.owner in str(found)]


async def test_nothing_of_the_visits_stays_readable_in_the_files_of_the_database(small: Flat) -> None:
    await small.make("job")
    async with small.home.db.read() as connection:
        row = await rows.get(connection, "job")
    assert row is not None
    assert row.sealed_facts in small.home.bytes_on_disk()
    await small.moving().move(small.visit, small.account)
    assert row.sealed_facts not in small.home.bytes_on_disk()


async def test_things_move_from_a_visit_to_an_account_only(small: Flat) -> None:
    other = await small.home.visitor()
    for wrong in ((small.account, small.account), (small.visit, other), (small.account, small.visit)):
        with pytest.raises(ValueError, match="from a visit to an account"):
            await small.moving().move(*wrong)
