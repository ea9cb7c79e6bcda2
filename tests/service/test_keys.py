from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bgstudio.bootstrap import settings
from bgstudio.cli.app import app
from bgstudio.db import Database
from bgstudio.errors import KeyServiceDown, UsageError, WrongKey
from bgstudio.service.keys import Keys, Standing
from bgstudio.service.sessions import Sessions
from bgstudio.vault import KeyFile, MasterKey
from tests.service.house import ADDRESS, House, artefact, house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


def reopened(home: House) -> tuple[Keys, Sessions]:
    """As another server of the same service would have them."""
    keys = Keys(home.db, KeyFile(home.folder / "master.key", must_exist=True))
    return keys, Sessions(home.db, home.blobs, keys, hours=24, clock=home.clock)


async def test_rotation_leaves_everything_readable_and_needs_the_old_key_no_more(home: House) -> None:
    token, visitor = await home.sessions.begin(ADDRESS)
    await home.results.add(visitor, "job", [artefact(visitor, "job", "picture-0.png", b"x")], {"a": 1})
    keys, sessions = reopened(home)
    await keys.start()
    scope = sessions.scope(ADDRESS)
    file = KeyFile(home.folder / "master.key")
    file.add()
    assert await keys.standing() == Standing(newest=0, older=2)
    assert await keys.rotate() == 2
    assert await keys.standing() == Standing(newest=2, older=0)
    assert await keys.rotate() == 0
    file.drop_older()
    keys, sessions = reopened(home)
    await keys.start()
    found = await sessions.find(token, ADDRESS)
    assert found is not None
    assert await home.results.file(found, "job", "picture-0.png") == ("image/png", b"x")
    assert sessions.scope(ADDRESS) == scope, "keyed hashes stay the same, so that limits and sign-ins still fit"
    with pytest.raises(WrongKey):
        await Keys(home.db, home.master).start()


class Stumbling:
    """A wrapper that breaks off after a number of calls."""

    def __init__(self, inside: KeyFile, calls: int) -> None:
        self.inside, self.calls = inside, calls

    def _step(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise KeyServiceDown("cut off")

    async def wrap(self, key: bytes, about: str) -> bytes:
        self._step()
        return await self.inside.wrap(key, about)

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        self._step()
        return await self.inside.unwrap(wrapped, about)

    async def newest(self, wrapped: bytes, about: str) -> bool:
        return await self.inside.newest(wrapped, about)


async def test_cut_off_anywhere_and_called_again_it_goes_on(home: House) -> None:
    tokens = [(await home.sessions.begin(ADDRESS))[0] for _ in range(3)]
    file = KeyFile(home.folder / "master.key")
    file.add()
    for calls in range(1, 12):
        stumbling = Keys(home.db, Stumbling(file, calls))
        await stumbling.start()
        try:
            await stumbling.rotate()
        except KeyServiceDown:
            keys, sessions = reopened(home)
            await keys.start()
            assert all([await sessions.find(token, ADDRESS) for token in tokens]), "all open in the middle of it"
        else:
            break
    else:
        raise AssertionError("it never came to its end")
    assert await stumbling.standing() == Standing(newest=4, older=0)


async def test_visits_that_begin_and_end_in_the_middle_of_a_rotation_are_left_right(home: House) -> None:
    gone_token, gone = await home.sessions.begin(ADDRESS)
    keys, sessions = reopened(home)
    await keys.start()
    KeyFile(home.folder / "master.key").add()

    async def come_and_go() -> str:
        token, _ = await sessions.begin(ADDRESS)
        await sessions.end(gone)
        return token

    token, _ = await asyncio.gather(come_and_go(), keys.rotate())
    await keys.rotate()
    KeyFile(home.folder / "master.key").drop_older()
    keys, sessions = reopened(home)
    await keys.start()
    assert await sessions.find(token, ADDRESS) is not None
    assert await sessions.find(gone_token, ADDRESS) is None, "a rotation brings no destroyed key back"


async def test_a_key_that_was_destroyed_is_not_held_in_memory(home: House) -> None:
    keys, _ = reopened(home)
    await keys.start()
    box, wrapped = await keys.fresh("account/a")
    assert (await keys.open(wrapped, "account/a")).key == box.key
    keys.forget("account/a")
    assert box.key not in keys._opened.values()


def test_the_command_line_rotates_and_refuses_to_drop_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BGSTUDIO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("bgstudio.cli.keys.GRACE_SECONDS", 0.0)
    settings.cache_clear()

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["keys", *words])
        if done.exception is not None:
            raise done.exception
        return done.output

    async def begin() -> None:
        master = MasterKey.load_or_create(tmp_path / "data" / "master.key")
        db = Database.in_folder(tmp_path / "data")
        await db.open()
        await Keys(db, master).start()
        await db.close()

    try:
        with pytest.raises(UsageError, match="no service has run"):
            run("status")
        asyncio.run(begin())
        assert "1 keys with the newest master key, 0 with an older one" in run("status")
        run("new")
        with pytest.raises(UsageError, match="1 keys are still wrapped with an older"):
            run("drop-old")
        assert "1 keys wrapped anew" in run("rotate")
        assert "1 older master keys forgotten" in run("drop-old")
        assert "1 keys with the newest master key, 0 with an older one" in run("status")
    finally:
        settings.cache_clear()
