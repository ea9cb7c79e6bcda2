"""Order, fairness, ageing, bounds: the queue alone, with a clock of its own."""

from __future__ import annotations

from typing import Any

import pytest

from bgstudio.domain.job import Step, Task
from bgstudio.domain.sealed import Sealed
from bgstudio.engine.queue import AGE_SECONDS, Pace, TaskQueue, Ticket
from bgstudio.errors import Busy

NONE = Sealed(b"")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waiting(clock: Clock) -> TaskQueue:
    return TaskQueue(100, clock)


def ticket(job: str, step: Step = "picture", owner: str = "anna", pixels: int = 1_000_000) -> Ticket:
    return Ticket(Task(job, owner, step, 0, NONE, NONE, None, None, NONE, pixels))


def names(queue: TaskQueue) -> list[str]:
    out = []
    while (one := queue.take()) is not None:
        out.append(one.task.job)
    return out


def fill(queue: TaskQueue, *tickets: Ticket) -> None:
    for one in tickets:
        queue.put(one)


def test_quick_before_small_before_large(waiting: TaskQueue) -> None:
    fill(
        waiting, ticket("large", pixels=4_000_000), ticket("small"), ticket("preview", "preview"),
        ticket("cutout", "cutout"),
    )  # fmt: skip
    assert names(waiting) == ["preview", "cutout", "small", "large"]


def test_those_who_had_least_go_first(waiting: TaskQueue) -> None:
    fill(waiting, *[ticket(f"anna-{i}") for i in range(3)], ticket("ben-0", owner="ben"), ticket("ben-1", owner="ben"))
    assert names(waiting) == ["anna-0", "ben-0", "anna-1", "ben-1", "anna-2"]


def test_order_tells_what_take_does(waiting: TaskQueue) -> None:
    fill(waiting, *[ticket(f"anna-{i}") for i in range(3)], ticket("ben-0", owner="ben"), ticket("p", "preview"))
    told = [one.task.job for one in waiting.order()]
    assert waiting.position("ben-0") == told.index("ben-0") + 1
    assert names(waiting) == told
    assert waiting.position("ben-0") is None


def test_work_that_took_longer_counts_as_more(waiting: TaskQueue, clock: Clock) -> None:
    for job, owner, seconds in (("a", "anna", 40.0), ("b", "ben", 2.0)):
        one = ticket(job, owner=owner)
        waiting.put(one)
        assert waiting.take() is one
        waiting.finished(one, seconds, whole=True)
    fill(waiting, ticket("anna-next"), ticket("ben-next", owner="ben"))
    assert names(waiting) == ["ben-next", "anna-next"]


def test_work_of_yesterday_does_not_count(waiting: TaskQueue, clock: Clock) -> None:
    one = ticket("a")
    waiting.put(one)
    waiting.take()
    waiting.finished(one, 300.0, whole=True)
    clock.now += 86_400
    fill(waiting, ticket("anna-next"), ticket("ben-next", owner="ben"))
    assert names(waiting) == ["anna-next", "ben-next"]


def test_nothing_starves(waiting: TaskQueue, clock: Clock) -> None:
    waiting.put(ticket("large", pixels=9_000_000))
    served = []
    for turn in range(100):
        clock.now += AGE_SECONDS / 10
        waiting.put(ticket(f"quick-{turn}", "preview", owner=f"somebody-{turn}"))
        one = waiting.take()
        assert one is not None
        served.append(one.task.job)
        if one.task.job == "large":
            break
    assert served[-1] == "large"
    assert 15 < len(served) < 40


def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(clock: Clock) -> None:
    queue = TaskQueue(2, clock)
    fill(queue, ticket("a"), ticket("b"))
    with pytest.raises(Busy) as refused:
        queue.put(ticket("c"))
    assert refused.value.retry_after == 14
    assert len(queue) == 2


def test_when_to_come_back_is_learned(clock: Clock) -> None:
    queue = TaskQueue(8, clock)
    for _ in range(30):
        one = ticket("a")
        queue.put(one)
        queue.take()
        queue.finished(one, 100.0, whole=True)
    fill(queue, *[ticket(f"job-{i}", owner=f"o{i}") for i in range(8)])
    assert 195 <= queue.room_in(1) <= 205
    assert 95 <= queue.room_in(2) <= 105


def test_what_lost_its_worker_is_next_even_in_a_full_queue(clock: Clock) -> None:
    queue = TaskQueue(1, clock)
    one = ticket("again", pixels=9_000_000)
    queue.put(one)
    queue.take()
    queue.put(ticket("quick", "preview", owner="ben"))
    queue.put_back(one)
    assert names(queue) == ["again", "quick"]


def test_drop(waiting: TaskQueue) -> None:
    one, two = ticket("a"), ticket("b")
    fill(waiting, one, two)
    assert waiting.drop(one)
    assert not waiting.drop(one)
    assert waiting.drop_all() == [two]
    assert waiting.take() is None


def test_owners_are_forgotten(waiting: TaskQueue, clock: Clock) -> None:
    one = ticket("a")
    waiting.put(one)
    waiting.take()
    waiting.finished(one, 3.0, whole=False)
    clock.now += 3600
    two = ticket("b", owner="ben")
    waiting.put(two)
    waiting.take()
    shares: Any = waiting._shares
    assert list(shares._work) == ["ben"]


def test_what_needs_no_cut_out_goes_with_the_quick_ones_and_teaches_nothing_about_them(waiting: TaskQueue) -> None:
    fill(waiting, ticket("small"), ticket("portrait", "portrait"))
    first = waiting.take()
    assert first is not None
    assert first.task.job == "portrait"
    before = ticket("preview", "preview")
    waiting.put(before)
    expected = Pace().expect(before.task)
    waiting.finished(first, 0.1, whole=True)
    assert waiting.take() is before
    assert before.charged == expected
