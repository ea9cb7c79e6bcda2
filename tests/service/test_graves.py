"""Deleted accounts stay deleted, also when an old backup of the database is put back."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.db import Database, accounts, holdings
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import StoreDown
from bgstudio.service.graves import Graves
from bgstudio.service.keys import Keys
from tests.service.holding import Holding
from tests.service.house import house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Holding]:
    async with house(tmp_path / "data") as home:
        yield Holding.of(home)


def graves(holding: Holding, db: Database | None = None, keys: Keys | None = None) -> Graves:
    home = holding.home
    return Graves(db or home.db, home.blobs, keys or home.keys, days=30, clock=home.clock)


async def test_a_restored_backup_brings_no_deleted_account_back(holding: Holding, tmp_path: Path) -> None:
    home = holding.home
    ana, ben = await holding.enter("ana"), await holding.enter("ben")
    await holding.fill(ana, "ana")
    await holding.fill(ben, "ben")
    await home.db.compact()
    assert home.db.file is not None
    backup = tmp_path / "backup.db"
    shutil.copy(home.db.file, backup)

    await graves(holding).bury(ana.owner)
    assert ana.owner.encode() not in home.bytes_on_disk()

    (tmp_path / "restored").mkdir(mode=0o700)
    shutil.copy(backup, tmp_path / "restored" / "studio.db")
    restored = Database.in_folder(tmp_path / "restored")
    await restored.open()
    keys = Keys(restored, home.master)
    await keys.start()
    async with restored.read() as connection:
        assert ana.owner in await accounts.ids(connection), "the backup has her"
    home.clock.move(days=20)
    assert await graves(holding, restored, keys).tend() == 1
    async with restored.read() as connection:
        assert list(await accounts.ids(connection)) == [ben.owner]
        for table in ("results", "looks", "sign_ins", "letters", "events", "consents"):
            assert await holdings.count_of(connection, table, ana.owner) == 0, table
    assert await graves(holding, restored, keys).tend() == 0
    assert restored.file is not None
    left = b"".join(path.read_bytes() for path in restored.file.parent.iterdir())
    assert ana.owner.encode() not in left
    await restored.close()


async def test_a_mark_says_nothing_and_goes_when_no_backup_is_older(holding: Holding) -> None:
    home = holding.home
    ana = await holding.enter("ana")
    await graves(holding).bury(ana.owner)
    [mark] = await home.blobs.keys("graves/")
    assert ana.owner not in mark
    assert ana.owner[:8] not in mark
    home.clock.move(days=31)
    await graves(holding).tend()
    assert await home.blobs.keys("graves/") == [mark]
    home.clock.move(days=1)
    await graves(holding).tend()
    assert await home.blobs.keys("graves/") == []


async def test_a_store_that_is_down_deletes_nothing_rather_than_half(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = holding.home
    ana = await holding.enter("ana")
    await holding.fill(ana, "ana")

    async def down(key: str, sealed: Sealed) -> None:
        raise StoreDown("The store cannot be used just now.")

    monkeypatch.setattr(home.blobs, "put", down)
    with pytest.raises(StoreDown):
        await graves(holding).bury(ana.owner)
    assert (await holding.results.file(ana, "jobana", "picture-0.png"))[1] == b"pixels ana"


async def test_cut_off_after_the_mark_the_next_sweep_finishes(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = holding.home
    ana = await holding.enter("ana")
    await holding.fill(ana, "ana")

    async def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bgstudio.service.graves.erase_account", killed)
        with pytest.raises(KeyboardInterrupt):
            await graves(holding).bury(ana.owner)
    assert await graves(holding).tend() == 1
    assert ana.owner.encode() not in home.bytes_on_disk()
