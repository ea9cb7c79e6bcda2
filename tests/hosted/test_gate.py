"""Every service behind the gate: nothing arrives before consent, nothing after it was taken back, and no more than a
day may cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.domain.ports import Cancel, never
from bgstudio.errors import ConsentNeeded, LimitReached
from bgstudio.intake import DecoderProcess
from bgstudio.service.outside import Limits, Outside
from bgstudio.service.visitor import Visitor
from tests.hosted.conftest import QUICK, ask_for, painter, standin
from tests.hosted.protocols import Bria, Fal, Replicate, Stability
from tests.hosted.standins import KEY, Service
from tests.hosted.test_painters import kind_of
from tests.service.house import ADDRESS, House, house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


class Bridge:
    """A channel for a thread, in somebody's name."""

    def __init__(self, outside: Outside, visitor: Visitor) -> None:
        self._outside, self._visitor = outside, visitor
        self._loop = asyncio.get_running_loop()

    def __call__(self, call: OutsideCall, cancel: Cancel = never) -> OutsideAnswer:
        return asyncio.run_coroutine_threadsafe(self._outside.call(self._visitor, call), self._loop).result(30)


def gate(home: House, service: Service, limits: Limits | None = None) -> Outside:
    return Outside(home.db, [service.row()], {service.name: KEY}, home.clock, limits, QUICK)


async def agree(outside: Outside, visitor: Visitor) -> None:
    (row,) = outside.services
    await outside.agree(visitor, row.name, row.digest)


async def test_nothing_arrives_before_consent(home: House, service: Service, decoder: DecoderProcess) -> None:
    outside, ana, ben = gate(home, service), await home.visitor(), await home.visitor()
    await agree(outside, ben)
    made = painter(service, decoder, Bridge(outside, ana))
    with pytest.raises(ConsentNeeded):
        await asyncio.to_thread(made.paint, ask_for(kind_of(service)))
    assert service.connections == 0
    assert await outside.spending.spent() == 0


async def test_a_picture_is_made_with_consent_and_says_nothing_of_the_person(
    home: House, service: Service, decoder: DecoderProcess
) -> None:
    outside, ana = gate(home, service), await home.visitor()
    await agree(outside, ana)
    made = painter(service, decoder, Bridge(outside, ana))
    painted = await asyncio.to_thread(made.paint, ask_for(kind_of(service)))
    assert service.complaints == []
    price = made.capabilities.price
    assert price is not None
    assert await outside.spending.spent(ana.owner) == pytest.approx(price.amount, rel=0.01)
    assert painted.cost is not None
    told = b"".join(str((got.path, got.headers)).encode() + got.body for got in service.got)
    assert ana.owner.encode() not in told
    assert ADDRESS.encode() not in told


async def test_nothing_arrives_after_consent_was_taken_back(
    home: House, service: Service, decoder: DecoderProcess
) -> None:
    outside, ana = gate(home, service), await home.visitor()
    await agree(outside, ana)
    await outside.revoke(ana, service.name)
    with pytest.raises(ConsentNeeded):
        await asyncio.to_thread(painter(service, decoder, Bridge(outside, ana)).paint, ask_for(kind_of(service)))
    assert service.connections == 0


@pytest.mark.parametrize("name", ["bria", "stability", "fal", "replicate"])
async def test_taking_consent_back_ends_a_picture_that_is_waited_for(
    home: House, name: str, decoder: DecoderProcess
) -> None:
    with standin(name) as service:
        assert isinstance(service, Bria | Stability | Fal | Replicate)
        service.busy_for = 10**9
        outside, ana = gate(home, service), await home.visitor()
        await agree(outside, ana)
        made = painter(service, decoder, Bridge(outside, ana), pause=0.02)
        painting = asyncio.create_task(asyncio.to_thread(made.paint, ask_for(kind_of(service))))
        while service.polls < 2:
            await asyncio.sleep(0.01)
        await outside.revoke(ana, name)
        with pytest.raises(ConsentNeeded):
            await asyncio.wait_for(painting, 30)
        seen = len(service.got)
        await asyncio.sleep(0.2)
        assert len(service.got) == seen, "nothing more arrives, not even a question"


async def test_a_limit_on_spending_stops_before_anything_that_costs_is_sent(
    home: House, service: Service, decoder: DecoderProcess
) -> None:
    outside, ana = gate(home, service, Limits(person=0.001)), await home.visitor()
    await agree(outside, ana)
    with pytest.raises(LimitReached):
        await asyncio.to_thread(painter(service, decoder, Bridge(outside, ana)).paint, ask_for(kind_of(service)))
    assert not [got for got in service.got if got.method == "POST" and "/files" not in got.path]
    assert await outside.spending.spent() == 0
    if isinstance(service, Replicate):
        assert service.deleted == ["file-1", "file-2"]
