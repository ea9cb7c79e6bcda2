from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bgstudio.db import sessions as rows
from bgstudio.errors import Gone, WrongKey
from bgstudio.service.keys import Keys
from bgstudio.service.sessions import Sessions
from bgstudio.vault import MasterKey
from tests.service.house import ADDRESS, CONFIGURATIONS, House, artefact, kept_on

pytestmark = pytest.mark.anyio


@pytest.fixture(params=CONFIGURATIONS)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with kept_on(request, tmp_path / "data") as made:
        yield made


async def test_a_token_finds_its_visitor_again(home: House) -> None:
    token, begun = await home.sessions.begin(ADDRESS)
    found = await home.sessions.find(token, "198.51.100.9")
    assert found is not None
    assert found.owner == begun.owner == hashlib.sha256(token.encode()).hexdigest()[:32]
    assert found.key.key == begun.key.key
    assert found.address == "198.51.100.9"
    assert found.scope == home.sessions.scope("198.51.100.9") != begun.scope
    assert found.expires == begun.expires == home.clock.now + timedelta(hours=24)


async def test_tokens_are_long_and_never_twice(home: House) -> None:
    tokens = {(await home.sessions.begin(ADDRESS))[0] for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) == 43


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 100_000, "' or 1=1 --", "\udcff", "ü\0"])
async def test_a_made_up_token_finds_nobody(home: House, token: str) -> None:
    await home.sessions.begin(ADDRESS)
    assert await home.sessions.find(token, ADDRESS) is None


async def test_use_keeps_a_session_alive_and_disuse_ends_it(home: House) -> None:
    token, _ = await home.sessions.begin(ADDRESS)
    for _ in range(3):
        home.clock.move(hours=23)
        found = await home.sessions.find(token, ADDRESS)
        assert found is not None
        assert found.expires == home.clock.now + timedelta(hours=24)
    home.clock.move(hours=24)
    assert await home.sessions.find(token, ADDRESS) is None, "refused before any sweep"


async def test_uses_in_quick_succession_write_once(home: House) -> None:
    token, begun = await home.sessions.begin(ADDRESS)
    home.clock.move(seconds=59)
    found = await home.sessions.find(token, ADDRESS)
    assert found is not None
    assert found.expires == begun.expires


async def test_ending_deletes_everything_at_once(home: House) -> None:
    token, visitor = await home.sessions.begin(ADDRESS)
    stays_token, stays = await home.sessions.begin(ADDRESS)
    for who in (visitor, stays):
        job = f"job-{who.owner[:6]}"
        await home.results.add(who, job, [artefact(who, job, "picture-0.png", b"x")], {"a": 1})
        await home.quota.reserve(who, 2)
        await home.results.remember(who, "again", job)
    await home.sessions.end(visitor)
    assert await home.sessions.find(token, ADDRESS) is None
    assert visitor.owner.encode() not in home.bytes_on_disk()
    assert stays.owner.encode() in home.bytes_on_disk()
    assert await home.sessions.find(stays_token, ADDRESS) is not None
    job = f"job-{stays.owner[:6]}"
    assert (await home.results.file(stays, job, "picture-0.png"))[1] == b"x"
    with pytest.raises(Gone):
        await home.results.add(visitor, "late", [artefact(visitor, "late", "picture-0.png", b"x")], {})
    assert (await home.sweeper.sweep()).blobs == 0


async def test_ending_twice_is_no_error(home: House) -> None:
    _, visitor = await home.sessions.begin(ADDRESS)
    await home.sessions.end(visitor)
    await home.sessions.end(visitor)


async def test_another_master_key_fails_closed(home: House) -> None:
    token, _ = await home.sessions.begin(ADDRESS)
    keys = Keys(home.db, MasterKey.fresh())
    other = Sessions(home.db, home.blobs, keys, hours=24, clock=home.clock)
    with pytest.raises(WrongKey, match="not the one that this database was begun with") as raised:
        await keys.start()
    assert "backup" in raised.value.remedy
    with pytest.raises(WrongKey):
        await other.find(token, ADDRESS)


async def test_a_key_moved_to_another_session_fails_closed(home: House) -> None:
    token, _ = await home.sessions.begin(ADDRESS)
    thief_token, _ = await home.sessions.begin(ADDRESS)
    async with home.db.write() as connection:
        stolen = await rows.get(connection, hashlib.sha256(token.encode()).hexdigest())
        thief = await rows.get(connection, hashlib.sha256(thief_token.encode()).hexdigest())
        assert stolen is not None
        assert thief is not None
        await rows.remove(connection, thief.owner)
        await rows.add(connection, replace(thief, wrapped_key=stolen.wrapped_key))
    with pytest.raises(WrongKey):
        await home.sessions.find(thief_token, ADDRESS)


async def test_the_database_knows_neither_token_nor_key_nor_address(home: House) -> None:
    home.needs_files()
    token, visitor = await home.sessions.begin(ADDRESS)
    async with home.db.read() as connection:
        columns = {row[1] for row in await connection.execute(text("PRAGMA table_info(sessions)"))}
    assert columns == {"hash", "owner", "created", "used_at", "expires", "wrapped_key", "purpose"}
    raw = home.bytes_on_disk()
    for secret in (token.encode(), visitor.key.key, visitor.key.key.hex().encode(), ADDRESS.encode()):
        assert secret not in raw
