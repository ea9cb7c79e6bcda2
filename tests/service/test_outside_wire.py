"""The transport: what is tried again and what never is, services that are left alone, and limits on spending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bgstudio.domain.outside import OutsideCall, OutsideService
from bgstudio.errors import (
    Cancelled,
    ConsentNeeded,
    LimitReached,
    OutsideDown,
    OutsidePaused,
    UnknownService,
    UnsafeSettings,
)
from bgstudio.service.outside import DirectChannel, Limits, Outside, Pace, Trace, Wire
from bgstudio.service.outside.wire import address
from bgstudio.service.visitor import Visitor
from tests.hosted.standins import KEY, Got, Reply, Service
from tests.service.house import CONFIGURATIONS, House, MovedClock, house, kept_on

QUICK = Pace(tries=3, first=0.01, longest=0.02, patience=0.5)


class Answers(Service):
    """Answers with one reply after the other, the last one for ever."""

    name = "openai"
    auth = ("Authorization", "Bearer {}")

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies = list(replies)

    def reply(self, got: Got) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


GOOD = Reply(b"{}")
OUT = Reply(b"{}", 503)


def call(repeatable: bool = False, cost: float = 0.0, path: str = "paint") -> OutsideCall:
    return OutsideCall("openai", path, body=b"pixels", media_type="image/png", repeatable=repeatable, cost=cost)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


# -- repetitions ---------------------------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_what_can_do_no_harm_is_asked_again(status: int) -> None:
    with Answers(Reply(b"{}", status), Reply(b"{}", status), GOOD) as service:
        answer = await Wire(pace=QUICK).send(service.row(), call(repeatable=True))
        assert answer.ok
        assert len(service.got) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_may_cost_something_is_sent_once(status: int) -> None:
    with Answers(Reply(b"{}", status), GOOD) as service:
        assert (await Wire(pace=QUICK).send(service.row(), call())).status == status
        assert len(service.got) == 1


@pytest.mark.anyio
async def test_a_connection_that_breaks_off_is_repeated_only_where_that_does_no_harm() -> None:
    with Answers(GOOD) as service:
        service.mood = "drop"
        for repeatable, times in ((False, 1), (True, 3)):
            service.got.clear()
            with pytest.raises(OutsideDown, match="broke off"):
                await Wire(pace=QUICK).send(service.row(), call(repeatable))
            assert len(service.got) == times


@pytest.mark.anyio
async def test_where_no_connection_comes_about_nothing_was_sent_and_it_is_tried_again() -> None:
    with Answers(GOOD) as service:
        row = service.row()
    with pytest.raises(OutsideDown, match="could not be reached") as caught:
        await Wire(pace=QUICK).send(row, call())
    assert "3 times" in str(caught.value)


@pytest.mark.anyio
async def test_the_time_that_the_service_names_is_kept() -> None:
    for named, times in (("0", 2), ("3600", 1)):
        with Answers(Reply(b"{}", 503, headers={"Retry-After": named}), GOOD) as service:
            answer = await Wire(pace=QUICK).send(service.row(), call(repeatable=True))
            assert len(service.got) == times
            assert answer.ok == (times == 2), "a wait that is too long is handed on"


# -- places --------------------------------------------------------------------------------------------------------


ROW = OutsideService(
    "openai", "OpenAI", "Example", "Nowhere", "p.", "s.", "https://api.example/v1", own=("https://admin.example",),
    also=("cdn.example", "*.files.example"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "method", "where", "ours"),
    [
        ("paint", "POST", "https://api.example/v1/paint", True),
        ("https://admin.example/x", "DELETE", "https://admin.example/x", True),
        ("https://cdn.example/x", "GET", "https://cdn.example/x", False),
        ("https://a.b.files.example/x", "GET", "https://a.b.files.example/x", False),
    ],
)
def test_places_of_a_service(path: str, method: str, where: str, ours: bool) -> None:
    assert address(ROW, OutsideCall("openai", path, method)) == (where, ours)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("https://cdn.example/x", "POST"),
        ("https://cdn.example/x", "DELETE"),
        ("http://cdn.example/x", "GET"),
        ("https://cdn.example:8443/x", "GET"),
        ("https://user@cdn.example/x", "GET"),
        ("https://cdn.example.evil.example/x", "GET"),
        ("https://files.example/x", "GET"),
        ("https://evilfiles.example/x", "GET"),
        ("https://admin.example:99/x", "GET"),
        ("http://127.0.0.1:80/x", "GET"),
        ("http://169.254.169.254/latest", "GET"),
        ("file:///etc/passwd", "GET"),
        ("https://cdn.example:bad/x", "GET"),
    ],
)
def test_other_places_are_never_called(path: str, method: str) -> None:
    with pytest.raises(OutsideDown, match="not its own"):
        address(ROW, OutsideCall("openai", path, method))  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_a_server_that_keeps_pictures_gets_no_key() -> None:
    with Answers(GOOD) as service, Answers(GOOD) as shelf:
        row = service.row(also=(shelf.url,), no_store_headers={"X-No-Store": "1"})
        wire = Wire({"openai": KEY}, pace=QUICK)
        await wire.send(row, OutsideCall("openai", f"{shelf.url}/picture.png", "GET", repeatable=True))
        await wire.send(row, call())
        assert "authorization" not in shelf.got[0].headers
        assert "x-no-store" not in shelf.got[0].headers
        assert service.got[0].headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in repr(wire)


@pytest.mark.anyio
async def test_redirects_are_not_followed() -> None:
    with Answers(GOOD) as other, Answers(Reply(b"", 302, headers={"Location": f"{other.url}/x"})) as service:
        assert (await Wire({"openai": KEY}, pace=QUICK).send(service.row(), call())).status == 302
        assert other.connections == 0


@pytest.mark.parametrize("key", ["sk-né", "sk-1\nX-Other: 1", "sk\x00"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(UnsafeSettings) as caught:
        Wire({"openai": key})
    assert "sk" not in str(caught.value)
    assert "openai" in str(caught.value)


@pytest.mark.anyio
async def test_blanks_around_a_key_are_taken_off() -> None:
    with Answers(GOOD) as service:
        await Wire({"openai": f" {KEY}\n"}, pace=QUICK).send(service.row(), call())
        assert service.got[0].headers["authorization"] == f"Bearer {KEY}"


# -- services that are left alone ----------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_a_service_that_fails_again_and_again_is_left_alone_and_tried_carefully(clock: MovedClock) -> None:
    with Answers(Reply(b"{}", 500)) as service:
        wire, row = Wire(clock=clock, pace=QUICK), service.row()
        for _ in range(5):
            assert (await wire.send(row, call())).status == 500
        with pytest.raises(OutsidePaused, match="since 12:00 UTC") as caught:
            await wire.send(row, call())
        assert caught.value.retry_after == 30
        assert len(service.got) == 5, "nothing is sent to it while it is left alone"

        clock.move(seconds=31)
        assert (await wire.send(row, call())).status == 500, "one call passes as a probe"
        with pytest.raises(OutsidePaused) as caught:
            await wire.send(row, call())
        assert caught.value.retry_after == 60, "and a probe that fails doubles the time"

        clock.move(seconds=61)
        service.replies = [GOOD]
        for _ in range(3):
            assert (await wire.send(row, call())).ok
        service.replies = [Reply(b"{}", 500)]
        assert (await wire.send(row, call())).status == 500, "it counts from nothing again"
        assert (await wire.send(row, call())).status == 500


@pytest.mark.anyio
async def test_only_one_probe_passes_at_a_time(clock: MovedClock) -> None:
    with Answers(Reply(b"{}", 500)) as service:
        wire, row = Wire(clock=clock, pace=QUICK), service.row()
        for _ in range(5):
            await wire.send(row, call())
        clock.move(seconds=31)
        service.mood = "silent"
        service.arrived.clear()
        probe = asyncio.create_task(wire.send(row, call()))
        assert await asyncio.to_thread(service.arrived.wait, 20)
        with pytest.raises(OutsidePaused):
            await wire.send(row, call())
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        service.mood, service.replies = "good", [GOOD]
        assert (await wire.send(row, call())).ok, "a probe that was cut off leaves the way to the next one"


@pytest.mark.anyio
async def test_refusals_are_no_failures_and_services_do_not_hurt_each_other(clock: MovedClock) -> None:
    with Answers(Reply(b"{}", 400)) as service, Answers(GOOD) as other:
        wire = Wire(clock=clock, pace=QUICK)
        for _ in range(9):
            assert (await wire.send(service.row(), call())).status == 400
        service.replies = [Reply(b"{}", 500)]
        for _ in range(5):
            await wire.send(service.row(), call())
        with pytest.raises(OutsidePaused):
            await wire.send(service.row(), call())
        assert (await wire.send(replace(other.row(), name="other"), call())).ok


# -- spending ------------------------------------------------------------------------------------------------------


def gate(home: House, service: Service, person: float = 0.10, everybody: float = 0.15) -> Outside:
    return Outside(home.db, [service.row()], {"openai": KEY}, home.clock, Limits(person, everybody), QUICK)


async def agreed(outside: Outside, home: House) -> Visitor:
    visitor = await home.visitor()
    await outside.agree(visitor, "openai", outside.services[0].digest)
    return visitor


@pytest.mark.anyio
async def test_a_limit_on_spending_stops_before_anything_is_sent(home: House) -> None:
    with Answers(GOOD) as service:
        outside = gate(home, service)
        ana = await agreed(outside, home)
        await outside.call(ana, call(cost=0.04))
        await outside.call(ana, call(cost=0.04))
        sent = service.connections
        with pytest.raises(LimitReached, match=r"for you in a day is used up: \$0.10") as caught:
            await outside.call(ana, call(cost=0.04))
        assert service.connections == sent
        assert caught.value.retry_after == 12 * 3600
        assert await outside.spending.spent(ana.owner) == pytest.approx(0.08)
        await outside.call(ana, call())
        home.clock.move(hours=13)
        await outside.agree(ana, "openai", outside.services[0].digest)
        await outside.call(ana, call(cost=0.04))


@pytest.mark.anyio
async def test_all_people_together_have_a_limit_too(home: House) -> None:
    with Answers(GOOD) as service:
        outside = gate(home, service)
        ana, ben = await agreed(outside, home), await agreed(outside, home)
        await outside.call(ana, call(cost=0.09))
        with pytest.raises(LimitReached, match="this studio"):
            await outside.call(ben, call(cost=0.09))
        assert await outside.spending.spent(ben.owner) == 0, "what was refused by one limit counts in none"
        await outside.call(ben, call(cost=0.06))
        assert await outside.spending.spent() == pytest.approx(0.15)


@pytest.fixture(params=CONFIGURATIONS)
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with kept_on(request, tmp_path / "data") as made:
        yield made


@pytest.mark.anyio
async def test_many_at_once_do_not_spend_more_than_there_is(kept: House) -> None:
    with Answers(GOOD) as service:
        outside = gate(kept, service)
        ana = await agreed(outside, kept)
        done = await asyncio.gather(*(outside.call(ana, call(cost=0.03)) for _ in range(8)), return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in done) == 3
        assert all(isinstance(one, LimitReached) for one in done if isinstance(one, BaseException))
        assert len(service.got) == 3


@pytest.mark.anyio
async def test_what_was_not_charged_is_given_back_and_what_may_have_been_counts(home: House) -> None:
    with Answers(Reply(b"{}", 400)) as service:
        outside = gate(home, service)
        ana = await agreed(outside, home)
        await outside.call(ana, call(cost=0.05))
        assert await outside.spending.spent(ana.owner) == 0, "an answer that refuses costs nothing"
        service.mood = "drop"
        with pytest.raises(OutsideDown):
            await outside.call(ana, call(cost=0.05))
        assert await outside.spending.spent(ana.owner) == pytest.approx(0.05), "one that broke off may have"
    with pytest.raises(OutsideDown):
        await outside.call(ana, call(cost=0.05))
    assert await outside.spending.spent(ana.owner) == pytest.approx(0.05), "where nothing was sent, nothing was charged"


@pytest.mark.anyio
async def test_with_a_limit_of_nothing_only_what_costs_nothing_is_sent(home: House) -> None:
    with Answers(GOOD) as service:
        outside = gate(home, service, person=0.0)
        ana = await agreed(outside, home)
        with pytest.raises(LimitReached):
            await outside.call(ana, call(cost=0.01))
        assert service.connections == 0
        assert (await outside.call(ana, call())).ok


@pytest.mark.anyio
async def test_nothing_is_counted_for_those_who_have_not_agreed(home: House) -> None:
    with Answers(GOOD) as service:
        outside, ana = gate(home, service), await home.visitor()
        with pytest.raises(ConsentNeeded):
            await outside.call(ana, call(cost=0.04))
        assert service.connections == 0
        assert await outside.spending.spent() == 0


@pytest.mark.anyio
async def test_consent_is_asked_for_again_with_every_try(home: House) -> None:
    slow = Pace(tries=3, first=30.0, longest=30.0, patience=60.0)
    with Answers(OUT) as service:
        outside = Outside(home.db, [service.row()], {}, home.clock, Limits(), slow)
        ana = await agreed(outside, home)
        asking = asyncio.create_task(outside.call(ana, call(repeatable=True)))
        assert await asyncio.to_thread(service.arrived.wait, 20)
        await outside.revoke(ana, "openai")
        with pytest.raises(ConsentNeeded):
            await asyncio.wait_for(asking, 20)
        with pytest.raises(ConsentNeeded):
            await outside.call(ana, call(repeatable=True))
        assert len(service.got) == 1


# -- without a person ----------------------------------------------------------------------------------------------


@pytest.fixture
def good() -> Iterator[Answers]:
    with Answers(GOOD) as made:
        yield made


def test_the_host_reaches_what_they_have_switched_on_and_nothing_else(good: Answers) -> None:
    channel = DirectChannel([good.row()], {"openai": KEY}, most=0.10, pace=QUICK)
    assert channel(call(cost=0.06)).ok
    with pytest.raises(LimitReached):
        channel(call(cost=0.06))
    with pytest.raises(UnknownService):
        channel(OutsideCall("google", "x"))
    assert len(good.got) == 1
    assert channel.spent == pytest.approx(0.06)
    assert KEY not in repr(vars(channel))


def test_the_host_can_cancel(good: Answers) -> None:
    good.mood = "silent"
    with pytest.raises(Cancelled):
        DirectChannel([good.row()], {}, pace=QUICK)(call(), good.arrived.is_set)


@pytest.mark.anyio
async def test_what_may_have_arrived_is_told_however_a_call_ends(home: House) -> None:
    with Answers(GOOD) as service:
        outside = gate(home, service)
        ana = await agreed(outside, home)
        paid, refused, cut = Trace(), Trace(), Trace()
        await outside.call(ana, call(cost=0.09), paid)
        with pytest.raises(LimitReached):
            await outside.call(ana, call(cost=0.09), refused)
        service.mood = "silent"
        service.arrived.clear()
        asking = asyncio.create_task(outside.call(ana, call(), cut))
        assert await asyncio.to_thread(service.arrived.wait, 20)
        await outside.revoke(ana, "openai")
        with pytest.raises(ConsentNeeded):
            await asking
        assert (paid.sent, refused.sent, cut.sent) == (True, False, True)
    gone, strange = Trace(), Trace()
    await outside.agree(ana, "openai", outside.services[0].digest)
    with pytest.raises(OutsideDown):
        await outside.call(ana, call(), gone)
    with pytest.raises(OutsideDown):
        await outside.call(ana, call(path="https://elsewhere.example/"), strange)
    assert (gone.sent, strange.sent) == (False, False)
