"""Workers reach outside services through the pool's process alone."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.errors import Cancelled, ConsentNeeded, DeadlineExceeded, RendererDied, UnknownService
from bgstudio.pixels import wire
from tests.engine import kit
from tests.engine.kit import nothing, on_loop, pool, task, until
from tests.engine.studios import CANARY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills processes by signal")
REACHING = "tests.engine.studios:reaching"


@pytest.fixture(autouse=True)
def _studios(monkeypatch: pytest.MonkeyPatch) -> None:
    kit.with_test_studios(monkeypatch)


def test_a_call_goes_out_and_its_answer_comes_back_sealed_on_the_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    wires: list[bytes] = []
    send = wire.send_bytes
    asked: list[tuple[str, OutsideCall]] = []

    def listened(stream: object, header: dict[str, object], blobs: dict[str, bytes] | None = None) -> None:
        wires.extend((blobs or {}).values())
        send(stream, header, blobs)  # type: ignore[arg-type]

    async def reach(job: str, call: OutsideCall) -> OutsideAnswer:
        asked.append((job, call))
        return OutsideAnswer(201, "image/png", b"answer-in-the-clear" * 3, {"x-request": "r-7"})

    async def work() -> None:
        monkeypatch.setattr("bgstudio.engine.process.wire.send_bytes", listened)
        async with pool(studio=REACHING) as engine:
            engine.calls.reach = reach
            outcome = await engine.run(task(engine), nothing)
            notes = outcome.facts["picture"]["notes"]
            assert any("201 image/png r-7 57" in note for note in notes)

    on_loop(work)
    ((job, call),) = asked
    assert job == "job-a"
    assert (call.service, call.path, call.method, call.media_type) == ("far", "/v1/paint", "POST", "image/png")
    assert (call.body, dict(call.headers), call.cost) == (CANARY, {"X-Try": "1"}, 0.5)
    assert not any(b"answer-in-the-clear" in data or CANARY in data for data in wires)


def test_without_a_way_out_nothing_is_sent() -> None:
    async def work() -> None:
        async with pool(studio=REACHING) as engine:
            with pytest.raises(UnknownService, match="No outside service"):
                await engine.run(task(engine), nothing)

    on_loop(work)


def test_a_refusal_reaches_the_person_as_it_was_said() -> None:
    async def reach(_job: str, _call: OutsideCall) -> OutsideAnswer:
        raise ConsentNeeded("You have not agreed.", "Nothing was sent.", "Agree first.")

    async def work() -> None:
        async with pool(studio=REACHING) as engine:
            engine.calls.reach = reach
            with pytest.raises(ConsentNeeded, match="You have not agreed"):
                await engine.run(task(engine), nothing)

    on_loop(work)


class Unanswered:
    """A service that takes a call and never answers."""

    def __init__(self) -> None:
        self.state: list[str] = []

    async def __call__(self, _job: str, _call: OutsideCall) -> OutsideAnswer:
        self.state.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            self.state.append("cut")
        raise AssertionError

    def begun(self) -> bool:
        return self.state == ["begun"]

    def cut(self) -> bool:
        return self.state == ["begun", "cut"]


def test_a_call_under_way_is_cut_off_when_its_task_is_cancelled() -> None:
    reach = Unanswered()

    async def work() -> None:
        async with pool(studio=REACHING) as engine:
            engine.calls.reach = reach
            before = engine.pids()
            running = asyncio.create_task(engine.run(task(engine), nothing))
            await until(reach.begun)
            running.cancel()
            with pytest.raises((asyncio.CancelledError, Cancelled)):
                await running
            await until(lambda: reach.cut() and engine.state().working == 0)
            assert engine.pids() == before

    on_loop(work)


def test_a_call_under_way_is_cut_off_at_its_tasks_deadline() -> None:
    reach = Unanswered()

    async def work() -> None:
        async with pool(studio=REACHING) as engine:
            engine.calls.reach = reach
            before = engine.pids()
            seconds = 1.0
            while not reach.state:  # a busy machine may not come to the call within the first deadlines
                seconds *= 2
                with pytest.raises(DeadlineExceeded):
                    await engine.run(task(engine, seconds=seconds), nothing)
            await until(lambda: reach.cut() and engine.state().working == 0)
            assert engine.pids() == before

    on_loop(work)


def test_waiting_for_a_slow_answer_is_not_being_stuck() -> None:
    async def reach(_job: str, _call: OutsideCall) -> OutsideAnswer:
        await asyncio.sleep(4)  # the pool's patience with a task that says nothing is 2 seconds
        return OutsideAnswer(200, "image/png", b"x", {"x-request": "slow"})

    async def work() -> None:
        async with pool(studio=REACHING) as engine:
            engine.calls.reach = reach
            outcome = await engine.run(task(engine), nothing)
            assert outcome.facts["picture"]["number"] == 0

    on_loop(work)


def test_a_worker_that_dies_after_a_call_is_not_begun_again() -> None:
    asked: list[str] = []

    async def reach(job: str, _call: OutsideCall) -> OutsideAnswer:
        asked.append(job)
        return OutsideAnswer(200, "image/png", b"x", {"x-request": "once"})

    async def work() -> None:
        async with pool(studio=REACHING, dies=True) as engine:
            engine.calls.reach = reach
            with pytest.raises(RendererDied, match="in the middle of it") as told:
                await engine.run(task(engine), nothing)
            assert "could cost twice" in told.value.meaning

    on_loop(work)
    assert asked == ["job-a"]
