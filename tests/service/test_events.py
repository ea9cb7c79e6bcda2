from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import bgstudio
from bgstudio.db import events as rows
from bgstudio.db.schema import events as table
from bgstudio.service.events import Events
from bgstudio.service.tallies import Tallies, bucket
from bgstudio.service.visitor import Asks, Visitor
from tests.service.holding import Holding
from tests.service.house import ADDRESS, House, house

pytestmark = pytest.mark.anyio

FIREFOX = "Firefox on Linux"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


def usage(home: House, default: bool = False) -> Events:
    return Events(home.db, default, days=90, clock=home.clock)


def asking(visitor: Visitor, **said: Any) -> Visitor:
    return replace(visitor, asks=Asks(browser=FIREFOX, **said))


async def kept(home: House) -> list[dict[str, Any]]:
    async with home.db.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_of_a_visit_that_agreed_exactly_these_fields_are_kept(home: House) -> None:
    ana = asking(await home.visitor(), choice=True)
    assert await usage(home).note(ana, "job", "picture/linen/done", 12.3456)
    (row,) = await kept(home)
    assert {name: value for name, value in row.items() if name != "id"} == {
        "at": home.clock.now, "kind": "job", "owner": None, "browser": FIREFOX, "detail": "picture/linen/done",
        "seconds": 12.35, "ref": None,
    }  # fmt: skip
    assert ADDRESS.encode() not in home.bytes_on_disk()


@pytest.mark.parametrize(
    ("default", "asks", "counted"),
    [
        (False, Asks(), False),
        (False, Asks(choice=True), True),
        (False, Asks(choice=True, signal=True), False),
        (True, Asks(), True),
        (True, Asks(choice=False), False),
        (True, Asks(signal=True), False),
        (True, None, False),
    ],
)
async def test_who_is_counted(home: House, default: bool, asks: Asks | None, counted: bool) -> None:
    ana = replace(await home.visitor(), asks=asks)
    assert await usage(home, default).note(ana, "page") is counted
    assert len(await kept(home)) == counted


async def test_a_choice_holds_for_what_began_before_it(home: House) -> None:
    events, ana = usage(home, default=True), asking(await home.visitor())
    await events.choose(ana, False)
    assert not await events.note(ana, "job")
    await events.choose(ana, True)
    assert await events.note(ana, "job")


async def test_an_account_says_no_and_what_was_counted_goes(home: House) -> None:
    holding = Holding.of(home)
    ana, ben = asking(await holding.enter("ana-1")), asking(await holding.enter("ben-2"))
    events = usage(home)
    assert not await events.note(ana, "page")
    for visitor in (ana, ben):
        await events.choose(visitor, True)
        assert await events.note(visitor, "page")
    assert [row["owner"] for row in await kept(home)] == [ana.owner, ben.owner]
    await events.choose(ana, False)
    assert [row["owner"] for row in await kept(home)] == [ben.owner]
    assert not await events.note(replace(ana, asks=Asks(choice=True)), "page")  # a cookie does not overrule it
    assert await events.choice(ana) is False


async def test_nothing_is_noted_of_an_account_that_is_gone(home: House) -> None:
    events = usage(home, default=True)
    ghost = replace(asking(await home.visitor()), owner="f" * 32, account=True)
    assert not await events.note(ghost, "page")
    assert await kept(home) == []


async def test_an_event_that_cannot_be_written_disturbs_nobody(home: House) -> None:
    events, ana = usage(home, default=True), asking(await home.visitor())
    await home.db.close()
    assert not await events.note(ana, "page")
    await home.db.open()


async def test_events_go_after_their_time(home: House) -> None:
    events, ana = usage(home, default=True), asking(await home.visitor())
    await events.note(ana, "page")
    home.clock.move(days=89)
    await events.note(ana, "page")
    assert await events.sweep() == 0
    home.clock.move(days=2)
    assert await events.sweep() == 1
    assert len(await kept(home)) == 1


def test_nothing_else_writes_usage_data() -> None:
    root = Path(bgstudio.__file__).parent
    writers, noters = set(), set()
    for path in root.rglob("*.py"):
        text = path.read_text("utf-8")
        if re.search(r"insert\(\s*(schema\.)?events\b|INSERT INTO events\b", text):
            writers.add(str(path.relative_to(root)))
        if re.search(r"db import [^\n]*\bevents\b|db\.events|from bgstudio\.db\.events", text):
            noters.add(str(path.relative_to(root)))
    assert writers == {"db/events.py"}
    assert noters == {"service/events.py"}


def test_the_fields_are_those_of_the_schema() -> None:
    assert {column.name for column in table.columns} - {"id"} == set(rows.EventRow.__dataclass_fields__)


# -- sums ----------------------------------------------------------------------------------------------------------


async def test_sums_grow_in_the_database(home: House) -> None:
    one, two = Tallies(home.db, home.clock), Tallies(home.db, home.clock)
    for tallies in (one, two, one):
        tallies.add("pictures", 2)
        tallies.took("picture", 4.0)
        await tallies.flush()
    found = {row.name: (row.count, row.seconds) for row in await one.since(home.clock.now.replace(hour=0))}
    assert found == {"pictures": (6, 0.0), "step:picture:5": (3, 12.0)}


async def test_sums_are_by_hour_and_go_after_a_time(home: House) -> None:
    tallies = Tallies(home.db, home.clock)
    tallies.add("pictures")
    home.clock.move(hours=1)
    tallies.add("pictures")
    assert [row.hour.hour for row in await tallies.since(home.clock.now.replace(hour=0))] == [12, 13]
    home.clock.move(days=401)
    assert await tallies.sweep() == 2


async def test_sums_that_cannot_be_written_wait(home: House) -> None:
    tallies = Tallies(home.db, home.clock)
    tallies.add("pictures")
    await home.db.close()
    with pytest.raises(RuntimeError):
        await tallies.flush()
    tallies.add("pictures")
    await home.db.open()
    assert [row.count for row in await tallies.since(home.clock.now.replace(hour=0))] == [2]


@pytest.mark.parametrize(("seconds", "name"), [(0, "0.5"), (0.5, "0.5"), (0.51, "1"), (600, "600"), (601, "over")])
def test_spans(seconds: float, name: str) -> None:
    assert bucket(seconds) == name
