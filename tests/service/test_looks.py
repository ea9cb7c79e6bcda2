"""Favourite looks: sealed, their owner's only, limited; an account's outlive the pictures, a visit's go with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bgstudio.db import looks as rows
from bgstudio.domain.brief import Brief, Placement
from bgstudio.domain.scene import Scene
from bgstudio.errors import Gone, LimitReached, UnknownLook, UsageError, WrongKey
from bgstudio.export import Recipe
from bgstudio.vault import Box
from tests.factories import scene
from tests.service.holding import Holding, later
from tests.service.house import ADDRESS, CONFIGURATIONS, kept_on

pytestmark = pytest.mark.anyio

BRIEF = Brief(
    prompt="wet stone, morning light", preset="water-stones", colours=("#aabbcc",), seed=7, count=3,
    placement=Placement(x=0.3, base=0.8, height=0.5),
)  # fmt: skip


@pytest.fixture(params=CONFIGURATIONS)
async def holding(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Holding]:
    async with kept_on(request, tmp_path / "data") as home:
        yield Holding.of(home)


async def test_a_look_is_kept_without_where_the_product_stood(holding: Holding) -> None:
    visitor = await holding.home.visitor()
    look = await holding.looks.save(visitor, "  Wet   stone ", BRIEF)
    assert look.name == "Wet stone"
    assert look.brief == BRIEF.model_copy(update={"placement": Placement(), "count": 1})
    assert await holding.looks.get(visitor, look.id) == look
    assert await holding.looks.list(visitor) == [look]
    assert look.recipe() is None, "no picture was made with it yet"


async def test_nothing_of_a_look_is_readable_where_it_is_kept(holding: Holding) -> None:
    visitor = await holding.home.visitor()
    await holding.looks.save(visitor, "Xylophone", Brief(prompt="on a quagga"))
    told = str((await holding.rows())["looks"])
    assert "Xylophone" not in told
    assert "quagga" not in told


async def test_a_look_of_a_picture_is_a_recipe_that_knows_of_no_photo(holding: Holding) -> None:
    visitor = await holding.home.visitor()
    made: Scene = scene()
    look = await holding.looks.save(visitor, "Made", BRIEF, scene=made, seed=9, backend="raytrace")
    recipe = (await holding.looks.get(visitor, look.id)).recipe()
    assert recipe is not None
    again = Recipe.from_json(recipe.to_json())
    assert (again.scene, again.seed, again.brief) == (made, 9, look.brief)
    assert set(again.photo_sha256) == {"0"}


async def test_somebody_elses_look_is_an_unknown_one(holding: Holding) -> None:
    visitor, other = await holding.home.visitor(), await holding.home.visitor()
    look = await holding.looks.save(visitor, "Mine", BRIEF)
    for call in (
        holding.looks.get(other, look.id),
        holding.looks.rename(other, look.id, "Theirs"),
        holding.looks.delete(other, look.id),
        holding.looks.get(visitor, "nothing"),
    ):
        with pytest.raises(UnknownLook):
            await call
    assert [one.name for one in await holding.looks.list(visitor)] == ["Mine"]
    assert await holding.looks.list(other) == []


async def test_a_look_that_was_moved_to_another_place_does_not_open(holding: Holding) -> None:
    visitor = await holding.home.visitor()
    first, second = [await holding.looks.save(visitor, name, BRIEF) for name in ("One", "Two")]
    async with holding.home.db.write() as connection:
        row = await rows.get(connection, first.id, visitor.owner)
        assert row is not None
        await rows.change(connection, second.id, visitor.owner, row.sealed_look)
    with pytest.raises(WrongKey):
        await holding.looks.get(visitor, second.id)
    with pytest.raises(WrongKey):
        await holding.looks.get(replace(visitor, key=Box.fresh()), first.id)


async def test_renaming_and_deleting(holding: Holding) -> None:
    visitor = await holding.home.visitor()
    look = await holding.looks.save(visitor, "Old", BRIEF)
    assert await holding.looks.rename(visitor, look.id, "New") == replace(look, name="New")
    assert (await holding.looks.get(visitor, look.id)).name == "New"
    await holding.looks.delete(visitor, look.id)
    with pytest.raises(UnknownLook):
        await holding.looks.delete(visitor, look.id)
    assert await holding.looks.count(visitor) == 0


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
async def test_a_name_has_to_be_one(holding: Holding, name: str) -> None:
    visitor = await holding.home.visitor()
    with pytest.raises(UsageError, match="1 to 80 letters"):
        await holding.looks.save(visitor, name, BRIEF)
    assert await holding.looks.count(visitor) == 0


async def test_there_are_so_many_and_no_more(holding: Holding) -> None:
    visitor, other = await holding.home.visitor(), await holding.home.visitor()
    holding.looks.most = 3
    for n in range(3):
        await holding.looks.save(visitor, f"Look {n}", BRIEF)
    with pytest.raises(LimitReached, match="3 looks are saved already"):
        await holding.looks.save(visitor, "One more", BRIEF)
    await holding.looks.save(other, "Mine", BRIEF)
    assert await holding.looks.count(visitor) == 3


async def test_an_accounts_looks_outlive_its_pictures(holding: Holding) -> None:
    ana = await holding.enter("ana")
    await holding.make(ana, "job", "Title", picture_0_png=b"x")
    await holding.looks.save(ana, "For ever", BRIEF)
    holding.home.clock.move(days=29)
    await holding.home.sweeper.sweep()
    ana = later(ana, days=60)
    assert (await holding.results.page(ana))[0] == []
    assert await holding.home.blobs.keys("s/") == []
    holding.home.clock.move(days=29)
    await holding.home.sweeper.sweep()
    assert [look.name for look in await holding.looks.list(ana)] == ["For ever"]


async def test_a_visits_looks_go_with_it(holding: Holding) -> None:
    token, visitor = await holding.home.sessions.begin(ADDRESS)
    await holding.looks.save(visitor, "For now", BRIEF)
    holding.home.clock.move(hours=24)
    for call in (holding.looks.list(visitor), holding.looks.save(visitor, "Late", BRIEF)):
        with pytest.raises(Gone):
            await call
    await holding.home.sweeper.sweep()
    assert (await holding.rows())["looks"] == []
    assert await holding.home.sessions.find(token, ADDRESS) is None


async def test_a_visit_that_is_ended_takes_its_looks_along_at_once(holding: Holding) -> None:
    visitor, other = await holding.home.visitor(), await holding.home.visitor()
    await holding.looks.save(visitor, "Gone", BRIEF)
    await holding.looks.save(other, "Stays", BRIEF)
    await holding.home.sessions.end(visitor)
    assert [row["owner"] for row in (await holding.rows())["looks"]] == [other.owner]
