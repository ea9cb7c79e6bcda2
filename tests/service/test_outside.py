from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bgstudio.bootstrap import build_outside
from bgstudio.db import Database
from bgstudio.domain.outside import KNOWN, OutsideCall, OutsideService
from bgstudio.errors import ConsentNeeded, OutsideDown, UnknownService, UnsafeSettings, UsageError
from bgstudio.service.outside import Outside
from bgstudio.service.visitor import Visitor
from bgstudio.settings import Settings
from tests.service.house import ADDRESS, House, house
from tests.service.standin import Standin

pytestmark = pytest.mark.anyio

SECRET = "marzipan-4410"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


@pytest.fixture
def standin() -> Iterator[Standin]:
    with Standin() as made:
        yield made


def way(home: House, *services: OutsideService) -> Outside:
    return Outside(home.db, services, {"standin": "host-key"}, home.clock)


async def agree(outside: Outside, visitor: Visitor, name: str = "standin") -> None:
    (stands,) = [one for one in await outside.consents(visitor) if one.service.name == name]
    await outside.agree(visitor, name, stands.service.digest)


async def test_nothing_leaves_before_consent_even_where_nothing_is_kept(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service(keeps="nothing")), await home.visitor()
    with pytest.raises(ConsentNeeded, match="Stand-in"):
        await outside.send(ana, "standin", "make", {"prompt": SECRET})
    assert standin.connections == 0
    assert standin.got == []


async def test_what_is_sent_carries_the_flags_and_nothing_of_the_person(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    await agree(outside, ana)
    answer = await outside.send(ana, "standin", "/make", {"prompt": SECRET, "store": True})
    assert (answer.status, json.loads(answer.data)) == (200, {"done": True})
    (got,) = standin.got
    assert got.path == "/make"
    assert json.loads(got.body) == {"prompt": SECRET, "store": False}
    assert got.headers["X-No-Store"] == "true"
    assert got.headers["Authorization"] == "host-key"
    assert "Cookie" not in got.headers
    told = json.dumps([got.path, got.headers]) + got.body.decode()
    assert ADDRESS not in told
    assert ana.owner not in told


async def test_bytes_go_as_they_are_and_carry_the_headers(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    await agree(outside, ana)
    call = OutsideCall("standin", "cut", body=b"\x89PNG pixels", media_type="image/png", headers={"X-Cut": "yes"})
    answer = await outside.call(ana, call)
    assert (answer.status, answer.ok, answer.data) == (200, True, b'{"done": true}')
    assert standin.got[0].headers["X-Cut"] == "yes"
    assert standin.got[0].body == b"\x89PNG pixels"
    assert standin.got[0].headers["Content-Type"] == "image/png"
    assert standin.got[0].headers["X-No-Store"] == "true"


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/x", "http://cdn.example/x", "https://cdn.example:8443/x", "file:///etc/passwd"]
)
async def test_answers_are_fetched_from_the_services_own_places_only(home: House, standin: Standin, path: str) -> None:
    outside, ana = way(home, standin.service(also=("cdn.example",))), await home.visitor()
    await agree(outside, ana)
    with pytest.raises(OutsideDown, match="a place that is not its own"):
        await outside.call(ana, OutsideCall("standin", path, "GET"))
    with pytest.raises(OutsideDown, match="a place that is not its own"):
        await outside.call(ana, OutsideCall("standin", "https://cdn.example/x", "POST", body=b"pixels"))
    assert standin.got == []


async def test_consent_is_of_one_person_to_one_service(home: House, standin: Standin) -> None:
    outside = way(home, standin.service(), standin.service("other"))
    ana, ben = await home.visitor(), await home.visitor()
    await agree(outside, ana)
    for visitor, name in ((ben, "standin"), (ana, "other")):
        with pytest.raises(ConsentNeeded):
            await outside.send(visitor, name, "make", {})
    assert standin.connections == 0


async def test_nothing_leaves_after_consent_was_taken_back(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    await agree(outside, ana)
    await outside.revoke(ana, "standin")
    with pytest.raises(ConsentNeeded):
        await outside.send(ana, "standin", "make", {})
    assert standin.connections == 0
    assert [one.current for one in await outside.consents(ana)] == [False]


async def test_taking_consent_back_cuts_off_what_is_under_way(home: House, standin: Standin) -> None:
    standin.mood = "silent"
    outside, ana = way(home, standin.service(seconds=60.0)), await home.visitor()
    await agree(outside, ana)
    sending = asyncio.create_task(outside.send(ana, "standin", "make", {}))
    assert await asyncio.to_thread(standin.arrived.wait, 20)
    await outside.revoke(ana, "standin")
    with pytest.raises(ConsentNeeded):
        await asyncio.wait_for(sending, 20)


async def test_other_words_need_another_consent(home: House, standin: Standin) -> None:
    ana = await home.visitor()
    await agree(way(home, standin.service()), ana)
    for changed in (
        standin.service(keeps="days", days=30),
        standin.service(trains=True),
        standin.service(sends="the whole photo."),
        standin.service(no_store_headers={}),
        standin.service(terms="https://example.com/new"),
    ):
        outside = way(home, changed)
        (stands,) = await outside.consents(ana)
        assert stands.at is not None
        assert not stands.current
        with pytest.raises(ConsentNeeded):
            await outside.send(ana, "standin", "make", {})
    assert standin.connections == 0


async def test_consent_to_words_that_were_not_shown_is_refused(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    with pytest.raises(ConsentNeeded, match="not what you were shown"):
        await outside.agree(ana, "standin", standin.service(trains=True).digest)
    assert [one.at for one in await outside.consents(ana)] == [None]


@pytest.mark.parametrize(
    ("mood", "how"),
    [("silent", "too long"), ("slow", "too long"), ("broken", "broke off"), ("error", "500"), ("elsewhere", "307"),
     ("flood", "more than is read")],
)  # fmt: skip
async def test_bad_answers_are_told_and_nothing_is_sent_again(
    home: House, standin: Standin, mood: str, how: str
) -> None:
    standin.mood = mood  # type: ignore[assignment]
    seconds = 0.5 if mood in ("silent", "slow") else 20.0
    outside, ana = way(home, standin.service(seconds=seconds, most_bytes=1_000_000)), await home.visitor()
    await agree(outside, ana)
    with pytest.raises(OutsideDown, match=how):
        await outside.send(ana, "standin", "make", {"prompt": SECRET})
    assert len(standin.got) == 1


async def test_one_that_is_not_there_is_told(home: House) -> None:
    with Standin() as gone:
        service = gone.service()
    outside, ana = way(home, service), await home.visitor()
    await agree(outside, ana)
    with pytest.raises(OutsideDown, match="could not be reached"):
        await outside.send(ana, "standin", "make", {})


async def test_calls_are_noted_without_what_was_sent(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    notes: list[tuple[object, ...]] = []
    outside.noted = lambda visitor, *rest: notes.append((visitor.owner, *rest[:2]))
    with pytest.raises(ConsentNeeded):
        await outside.send(ana, "standin", "make", {"prompt": SECRET})
    await agree(outside, ana)
    await outside.send(ana, "standin", "make", {"prompt": SECRET})
    standin.mood = "error"
    with pytest.raises(OutsideDown):
        await outside.send(ana, "standin", "make", {"prompt": SECRET})
    assert [note[1:] for note in notes] == [
        ("standin", "consent_needed"), ("standin", "2xx"), ("standin", "5xx"),
    ]  # fmt: skip
    assert SECRET.encode() not in home.bytes_on_disk()


async def test_consent_goes_with_the_visit(home: House, standin: Standin) -> None:
    outside, ana = way(home, standin.service()), await home.visitor()
    await agree(outside, ana)
    await home.sessions.end(ana)
    assert [one.at for one in await outside.consents(ana)] == [None]
    with pytest.raises(UsageError):
        await agree(outside, ana)
    with pytest.raises(ConsentNeeded):
        await outside.send(ana, "standin", "make", {})


async def test_what_is_not_switched_on_cannot_be_used_at_all(home: House) -> None:
    outside, ana = way(home), await home.visitor()
    assert await outside.consents(ana) == []
    for call in (outside.send(ana, "standin", "make", {}), outside.agree(ana, "standin", "")):
        with pytest.raises(UnknownService):
            await call


def test_none_is_on_by_default(tmp_path: Path, standin: Standin) -> None:
    db = Database.in_folder(tmp_path)
    assert Settings(data_dir=tmp_path).outside_services == ()
    assert build_outside(Settings(data_dir=tmp_path), db).services == ()
    for one in KNOWN:
        named = Settings(data_dir=tmp_path, outside_services=(one.name,), outside_keys={one.name: "key"})
        assert build_outside(named, db).services == (one,)
    assert build_outside(Settings(data_dir=tmp_path), db, [standin.service()]).services == ()
    on = Settings(data_dir=tmp_path, outside_services=("standin",))
    assert [one.name for one in build_outside(on, db, [standin.service()]).services] == ["standin"]
    with pytest.raises(UnsafeSettings, match="standin"):
        build_outside(on, db)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://ai.example/v1"},
        {"url": "http://127.0.0.1.example/"},
        {"name": "No Name"},
        {"keeps": "days"},
        {"days": 3},
    ],
)
def test_a_row_that_makes_no_sense_is_refused(standin: Standin, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"https only|small letters|days"):
        standin.service(**wrong)
