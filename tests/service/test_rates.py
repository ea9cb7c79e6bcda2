from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.errors import LimitReached
from bgstudio.service import rates
from bgstudio.service.rates import Rates, Window
from bgstudio.service.visitor import Visitor
from bgstudio.vault import Box


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_lets_a_limit_of_events_through_and_then_none() -> None:
    clock = Seconds()
    window = Window(5, clock)
    assert [window.take("a") for _ in range(5)] == [0] * 5
    assert window.take("a") > 0
    assert window.take("b") == 0


@given(st.integers(1, 30), st.lists(st.floats(0, 20), max_size=150))
def test_a_told_wait_is_enough_and_not_much_too_long(limit: int, pauses: list[float]) -> None:
    clock = Seconds()
    window = Window(limit, clock)
    for pause in pauses:
        clock.now += pause
        wait = window.take("a")
        if wait > 1:
            clock.now += wait - 1.01
            assert window.take("a") > 0
            clock.now += 1.01
            assert window.take("a") == 0
        elif wait:
            clock.now += wait
            assert window.take("a") == 0


@given(st.integers(1, 30), st.lists(st.floats(0, 20), max_size=200))
def test_two_minutes_never_see_more_than_three_limits(limit: int, pauses: list[float]) -> None:
    clock = Seconds()
    window, taken = Window(limit, clock), []
    for pause in pauses:
        clock.now += pause
        if window.take("a") == 0:
            taken.append(clock.now)
    for start in taken:
        assert sum(start <= moment < start + 60 for moment in taken) <= 2 * limit
        assert sum(start <= moment < start + 120 for moment in taken) <= 3 * limit


def test_comes_back_after_silence() -> None:
    clock = Seconds()
    window = Window(2, clock)
    for _ in range(3):
        window.take("a")
    clock.now += 120
    assert [window.take("a") for _ in range(2)] == [0, 0]


def test_remembers_a_bounded_number_of_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_SCOPES", 10)
    window = Window(1, Seconds())
    for n in range(100):
        window.take(f"scope {n}")
    assert len(window._counts) == 10


def test_says_what_to_do() -> None:
    clock = Seconds()
    limits = Rates(jobs_per_minute=2, requests_per_minute=3, clock=clock)
    visitor = Visitor("owner", Box.fresh(), "192.0.2.1", "scope", datetime(2026, 1, 1, tzinfo=UTC))
    for _ in range(2):
        limits.jobs(visitor)
    with pytest.raises(LimitReached) as raised:
        limits.jobs(visitor)
    assert f"in {raised.value.retry_after} seconds" in raised.value.remedy
    clock.now += raised.value.retry_after
    limits.jobs(visitor)


def test_counts_requests_and_sessions_by_network() -> None:
    limits = Rates(jobs_per_minute=2, requests_per_minute=3, clock=Seconds())
    for host in (1, 2, 3):
        limits.requests(f"2001:db8::{host}")
    with pytest.raises(LimitReached):
        limits.requests("2001:db8::4")
    limits.requests("2001:db8:0:1::4")
    for _ in range(rates.SESSIONS_PER_MINUTE):
        limits.sessions("192.0.2.1")
    with pytest.raises(LimitReached):
        limits.sessions("192.0.2.1")
