from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.db import holdings
from bgstudio.db.schema import PURPOSES, metadata
from bgstudio.service.rights import CLAIMS, life, plural
from tests.service.holding import Holding, as_json
from tests.service.house import house

pytestmark = pytest.mark.anyio

ANA, BEN = "ana-5501", "ben-9903"
LINKED = sorted(claim.table for claim in CLAIMS if claim.export is not None)


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Holding]:
    async with house(tmp_path / "data") as home:
        yield Holding.of(home)


def test_every_table_with_a_personal_column_is_claimed_once() -> None:
    personal = {
        table.name
        for table in metadata.tables.values()
        if any(column.info["purpose"] != "none" for column in table.columns)
    }
    assert sorted(claim.table for claim in CLAIMS) == sorted(personal)
    assert personal == set(holdings.personal_tables())


def test_every_claim_that_shows_nothing_says_why() -> None:
    for claim in CLAIMS:
        assert (claim.export is None) == bool(claim.apart), claim.table
        assert (claim.export is None) != holdings.links(claim.table), claim.table
        assert claim.purposes and set(claim.purposes) <= set(PURPOSES) - {"none"}, claim.table


async def test_everything_of_an_account_is_shown_to_it_and_nothing_of_others(holding: Holding) -> None:
    ana, ben = await holding.enter(ANA), await holding.enter(BEN)
    await holding.fill(ana, ANA)
    await holding.fill(ben, BEN)
    visit = await holding.home.visitor()
    told = await holding.rights.data(ana)
    text = as_json(told)
    for said in (
        "subject-",
        "mail-",
        "Name ",
        "job",
        "Title ",
        "Look ",
        "prompt ",
        "Words ",
        "reply-",
        "service-",
        "look ",
    ):
        assert f"{said}{ANA}" in text, said
    assert BEN not in text
    for table, held in told["held"].items():
        if table in LINKED:
            assert held["rows"], f"{table} has rows of hers that she is not shown"
        else:
            assert held["not_linked"]
    assert ANA not in as_json(await holding.rights.data(visit))


async def test_no_secret_of_ours_is_shown(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    text = as_json(await holding.rights.data(ana))
    for table, rows in (await holding.rows()).items():
        for row in rows:
            for column in ("hash", "subject_hash", "email_hash", "wrapped_key", "ref", "address_scope"):
                value = row.get(column)
                if value and table in LINKED:
                    assert (value.hex() if isinstance(value, bytes) else value) not in text, f"{table}.{column}"


@pytest.mark.parametrize("table", LINKED)
async def test_each_claim_erases_what_is_theirs_and_nobody_elses(holding: Holding, table: str) -> None:
    ana, ben = await holding.enter(ANA), await holding.enter(BEN)
    for visitor, mark in ((ana, ANA), (ben, BEN)):
        await holding.fill(visitor, mark)
    if table == "sessions":
        ana, ben = [(await holding.home.sessions.begin("192.0.2.1"))[1] for _ in range(2)]
    async with holding.home.db.write() as connection:
        theirs = await holdings.rows_of(connection, table, ben.owner)
        assert await holdings.count_of(connection, table, ana.owner) > 0
        assert await holdings.remove_of(connection, table, ana.owner) > 0
        assert await holdings.rows_of(connection, table, ana.owner) == []
        assert await holdings.rows_of(connection, table, ben.owner) == theirs != []


async def test_erasing_takes_every_row_of_one_and_no_other(holding: Holding) -> None:
    ana, ben = await holding.enter(ANA), await holding.enter(BEN)
    await holding.fill(ben, BEN)
    before = await holding.rows()
    await holding.fill(ana, ANA)
    with_her = await holding.rows()
    for table in LINKED:
        if table not in ("sessions", "accounts", "sign_ins"):
            assert len(with_her[table]) > len(before[table]), f"the test puts nothing into {table}"
    await holding.rights.erase(ana.owner)
    after = await holding.rows()
    for table in LINKED:
        left = [row for row in before[table] if ana.owner not in row.values()]
        # what counts for the network address is counted on, or a deletion would refill the limit
        kept = [row for row in after[table] if table != "usage" or row["scope"].startswith("s:")]
        left = [row for row in left if table != "usage" or row["scope"].startswith("s:")]
        assert kept == left, table
    assert await holding.accounts.profile(ben)


async def test_a_visit_sees_what_applies_to_it(holding: Holding) -> None:
    visit = await holding.home.visitor()
    await holding.make(visit, "job1", "My mug", picture_0_png=b"pixels")
    held = {line.table: line for line in await holding.rights.held(visit)}
    assert held["results"].amount == "1 picture"
    assert held["looks"].amount == "No looks"
    assert (held["sessions"].amount, held["sessions"].count) == ("", 1)
    assert "accounts" not in held and "sign_ins" not in held and "not linked" in held["letters"].why
    assert held["events"].amount == "" and "not linked" in held["events"].why
    told = await holding.rights.data(visit)
    assert told["kind"] == "visit"
    assert told["held"]["results"]["rows"][0]["pictures"][0]["title"] == "My mug"


async def test_how_long_is_what_the_settings_say(tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        holding = Holding.of(home, result_days=1, session_hours=12, security_log_days=14, event_days=3.5)
        lines = {line.table: line.how_long for line in await holding.rights.held(await home.visitor())}
        assert lines["results"] == "1 day each"
        assert lines["sessions"] == "12 hours after its last use"
        assert lines["security_log"] == "14 days"
        ana = await holding.enter(ANA)
        assert {line.table: line.how_long for line in await holding.rights.held(ana)}["events"].startswith("3.5 days")


async def test_what_has_expired_is_not_shown_even_where_the_sweep_is_late(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.make(ana, "job1", f"Title {ANA}", picture_0_png=b"pixels")
    holding.home.clock.move(days=7, seconds=1)
    assert f"Title {ANA}" not in as_json(await holding.rights.data(ana))


def test_one_day_is_no_days() -> None:
    assert plural("1 days each") == "1 day each"
    assert plural("1 hours after its last use") == "1 hour after its last use"
    assert plural("21 days") == "21 days"
    assert [life(hours) for hours in (1, 24, 36, 48, 720)] == ["1 hour", "24 hours", "36 hours", "2 days", "30 days"]
    assert plural("at most 1 days") == "at most 1 day"
