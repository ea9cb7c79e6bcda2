from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgstudio.db import Database
from bgstudio.errors import LimitReached, UsageError
from bgstudio.service.quota import Quota, Reservation
from bgstudio.service.visitor import Visitor
from tests.service.house import CONFIGURATIONS, House, kept_on

pytestmark = pytest.mark.anyio


@pytest.fixture(params=CONFIGURATIONS)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with kept_on(request, tmp_path / "data") as made:
        yield made


async def tally(quota: Quota, tries: list[tuple[Visitor, int]]) -> list[Reservation]:
    found = await asyncio.gather(*(quota.reserve(who, n) for who, n in tries), return_exceptions=True)
    assert all(isinstance(one, Reservation | LimitReached) for one in found), found
    return [one for one in found if isinstance(one, Reservation)]


async def test_counts_down_and_stops(home: House) -> None:
    visitor = await home.visitor()
    await home.quota.reserve(visitor, 16)
    usage = await home.quota.left(visitor)
    assert (usage.used, usage.limit, usage.left) == (16, 20, 4)
    assert usage.resets == datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(LimitReached, match="4 of 20") as raised:
        await home.quota.reserve(visitor, 5)
    assert "Ask for 4" in raised.value.remedy
    assert (await home.quota.left(visitor)).used == 16
    await home.quota.reserve(visitor, 4)
    assert (await home.quota.left(visitor)).left == 0


async def test_retry_after_is_the_time_to_midnight_utc_and_keeps_its_word(home: House) -> None:
    visitor = await home.visitor()
    await home.quota.reserve(visitor, 20)
    with pytest.raises(LimitReached) as raised:
        await home.quota.reserve(visitor, 1)
    assert raised.value.retry_after == 12 * 3600
    home.clock.move(seconds=raised.value.retry_after - 1)
    with pytest.raises(LimitReached) as raised:
        await home.quota.reserve(visitor, 1)
    assert raised.value.retry_after == 1
    home.clock.move(seconds=1)
    await home.quota.reserve(visitor, 1)
    assert (await home.quota.left(visitor)).used == 1


async def test_a_cleared_cookie_does_not_refill_it(home: House) -> None:
    for _ in range(3):
        await home.quota.reserve(await home.visitor(), 20)
    fresh = await home.visitor()
    usage = await home.quota.left(fresh)
    assert (usage.used, usage.left) == (0, 0)
    with pytest.raises(LimitReached, match="network address"):
        await home.quota.reserve(fresh, 1)
    await home.quota.reserve(await home.visitor("192.0.2.8"), 1)


async def test_an_ended_session_does_not_refill_it_either(home: House) -> None:
    for _ in range(3):
        visitor = await home.visitor()
        await home.quota.reserve(visitor, 20)
        await home.sessions.end(visitor)
    await home.sweeper.sweep()
    with pytest.raises(LimitReached):
        await home.quota.reserve(await home.visitor(), 1)


async def test_ipv6_counts_by_its_network(home: House) -> None:
    for host in (1, 2, 3):
        await home.quota.reserve(await home.visitor(f"2001:db8:0:1::{host}"), 20)
    with pytest.raises(LimitReached):
        await home.quota.reserve(await home.visitor("2001:db8:0:1:abcd:ef01:2345:6789"), 1)
    await home.quota.reserve(await home.visitor("2001:db8:0:2::1"), 1)


async def test_what_the_address_refuses_is_not_counted_for_the_session(home: House) -> None:
    for _ in range(2):
        await home.quota.reserve(await home.visitor(), 20)
    await home.quota.reserve(await home.visitor(), 15)
    visitor = await home.visitor()
    with pytest.raises(LimitReached, match="5 of 60"):
        await home.quota.reserve(visitor, 6)
    usage = await home.quota.left(visitor)
    assert (usage.used, usage.left) == (0, 5)


async def test_more_than_a_day_allows_is_told_so(home: House) -> None:
    visitor = await home.visitor()
    for pictures in (21, 0, -3):
        with pytest.raises(UsageError):
            await home.quota.reserve(visitor, pictures)


async def test_twenty_at_once_of_one_session_win_as_many_as_there_are(home: House) -> None:
    visitor = await home.visitor()
    assert len(await tally(home.quota, [(visitor, 1)] * 40)) == 20
    assert (await home.quota.left(visitor)).used == 20


async def test_twenty_sessions_at_once_over_two_connections_share_one_address(home: House) -> None:
    home.needs_files()
    other = Database.in_folder(home.folder)
    await other.open()
    second = Quota(other, 20, 60, home.clock)
    visitors = [await home.visitor() for _ in range(20)]
    won = await asyncio.gather(*(tally(quota, [(who, 2) for who in visitors]) for quota in (home.quota, second)))
    await other.close()
    assert sum(one.pictures for half in won for one in half) == 60
    assert (await home.quota.left(await home.visitor())).left == 0


async def test_refunds_give_back_what_was_held_and_no_more(home: House) -> None:
    visitor = await home.visitor()
    held = await home.quota.reserve(visitor, 4)
    await home.quota.spend(held, 1)
    await home.quota.refund(held, 1)
    assert (await home.quota.left(visitor)).used == 3
    await home.quota.refund(held, 100)
    assert (await home.quota.left(visitor)).used == 1
    await home.quota.refund(held)
    await home.quota.refund(held, 4)
    await home.quota.spend(held, 4)
    assert (await home.quota.left(visitor)).used == 1


async def test_refunds_at_once_give_back_once(home: House) -> None:
    visitor = await home.visitor()
    await home.quota.reserve(visitor, 10)
    held = await home.quota.reserve(visitor, 4)
    await asyncio.gather(*(home.quota.refund(held) for _ in range(20)))
    assert (await home.quota.left(visitor)).used == 10


async def test_a_refund_after_midnight_goes_to_its_own_day(home: House) -> None:
    visitor = await home.visitor()
    held = await home.quota.reserve(visitor, 4)
    home.clock.move(hours=13)
    await home.quota.reserve(visitor, 2)
    await home.quota.refund(held)
    assert (await home.quota.left(visitor)).used == 2


async def test_a_refund_after_the_session_ended_is_no_error(home: House) -> None:
    visitor = await home.visitor()
    held = await home.quota.reserve(visitor, 4)
    await home.sessions.end(visitor)
    await home.quota.refund(held)
    await home.quota.spend(held)


async def test_what_a_crash_left_held_is_given_back_at_the_next_start(home: House) -> None:
    visitor = await home.visitor()
    held = await home.quota.reserve(visitor, 4)
    await home.quota.spend(held, 1)
    await home.quota.reserve(visitor, 5)
    again = Quota(home.db, 20, 60, home.clock)
    assert await again.settle() == 8
    assert (await again.left(visitor)).used == 1
    assert await again.settle() == 0
