from __future__ import annotations

import os
import pickle
import stat
import threading
from pathlib import Path

import pytest

from bgstudio.errors import KeyMissing, UnsafeSettings, VaultError, WrongKey
from bgstudio.vault import Box, KeyFile, MasterKey


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "master.key"


def test_is_made_once_for_its_owner_only(path: Path) -> None:
    old = os.umask(0)
    try:
        made = MasterKey.load_or_create(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]
    assert MasterKey.load_or_create(path).fingerprints == made.fingerprints


@pytest.mark.anyio
async def test_wraps_a_key_for_one_place() -> None:
    master, key = MasterKey.fresh(), Box.fresh().key
    wrapped = await master.wrap(key, "session/a")
    assert key not in wrapped
    assert len(wrapped) == 60
    assert await master.unwrap(wrapped, "session/a") == key
    for other, about in ((MasterKey.fresh(), "session/a"), (master, "session/b")):
        with pytest.raises(WrongKey):
            await other.unwrap(wrapped, about)


@pytest.mark.anyio
async def test_a_new_key_goes_in_front_and_old_ones_still_open(path: Path) -> None:
    running = KeyFile(path)
    before = running.master.fingerprints
    key = Box.fresh().key
    old = await running.wrap(key, "session/a")
    KeyFile(path, must_exist=True).add()  # by another process
    new = await running.wrap(key, "session/a")
    assert running.master.fingerprints[1:] == before
    assert [await running.newest(wrapped, "session/a") for wrapped in (old, new)] == [False, True]
    assert [await running.unwrap(wrapped, "session/a") for wrapped in (old, new)] == [key, key]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert running.drop_older() == 1
    assert await running.unwrap(new, "session/a") == key
    with pytest.raises(WrongKey):
        await running.unwrap(old, "session/a")
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


@pytest.mark.anyio
async def test_a_key_file_that_goes_while_the_service_runs_is_told(path: Path) -> None:
    running = KeyFile(path)
    path.unlink()
    with pytest.raises(KeyMissing, match="has gone"):
        await running.wrap(Box.fresh().key, "session/a")


@pytest.mark.anyio
async def test_keys_in_the_settings_are_read_newest_first() -> None:
    old, new = "11" * 32, "22" * 32
    wrapped = await MasterKey.of_text(old).wrap(bytes(32), "session/a")
    both = MasterKey.of_text(f" {new}, {old}\n")
    assert both.older == 1
    assert await both.unwrap(wrapped, "session/a") == bytes(32)
    with pytest.raises(WrongKey):
        await MasterKey.of_text(new).unwrap(wrapped, "session/a")


@pytest.mark.parametrize("text", ["", "zz", "11" * 31, f"{'11' * 32},22", "nonsense" * 8])
def test_settings_that_hold_no_key_are_told(text: str) -> None:
    with pytest.raises(VaultError, match="BGSTUDIO_MASTER_KEY") as raised:
        MasterKey.of_text(text)
    assert text == "" or text not in str(raised.value)


@pytest.mark.parametrize(("which", "mode"), [("file", 0o640), ("file", 0o604), ("folder", 0o750), ("folder", 0o701)])
def test_refuses_what_others_can_reach_and_says_how_to_mend_it(path: Path, which: str, mode: int) -> None:
    MasterKey.load_or_create(path)
    place = path if which == "file" else path.parent
    place.chmod(mode)
    with pytest.raises(UnsafeSettings) as raised:
        MasterKey.load_or_create(path)
    assert raised.value.remedy == f"Run: chmod {'600' if which == 'file' else '700'} '{place}'"
    place.chmod(0o600 if which == "file" else 0o700)
    MasterKey.load_or_create(path)


def test_a_folder_open_to_others_gets_no_key(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)
    with pytest.raises(UnsafeSettings):
        MasterKey.load_or_create(path)
    assert not path.exists()


def test_a_missing_key_is_told_and_not_replaced(path: Path) -> None:
    with pytest.raises(KeyMissing) as raised:
        MasterKey.load_or_create(path, must_exist=True)
    assert str(path) in raised.value.what
    assert "backup" in raised.value.remedy
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "nonsense", "bgstudio-master-key-1 ", "bgstudio-master-key-1 abcd", "\xff\xfe"])
def test_a_damaged_key_is_told_and_not_replaced(path: Path, text: str) -> None:
    MasterKey.load_or_create(path)
    path.write_text(text, encoding="latin-1")
    with pytest.raises(VaultError, match="holds no master key"):
        MasterKey.load_or_create(path)
    assert path.read_text(encoding="latin-1") == text


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(VaultError) as raised:
        MasterKey.load_or_create(tmp_path / "file" / "data" / "master.key")
    assert "BGSTUDIO_DATA_DIR" in raised.value.remedy


def test_two_that_start_at_once_get_the_same_key(path: Path) -> None:
    ready, keys = threading.Barrier(8), []

    def start() -> None:
        ready.wait()
        keys.append(MasterKey.load_or_create(path).fingerprints)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_is_made_where_files_cannot_be_linked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(_one: Path, _other: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    made = MasterKey.load_or_create(path)
    assert MasterKey.load_or_create(path).fingerprints == made.fingerprints
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]


def test_is_not_shown_and_not_pickled(path: Path) -> None:
    master = MasterKey.load_or_create(path)
    secret = path.read_text().split()[1]
    assert secret not in repr(master)
    assert secret not in repr(vars(master)["_wrappers"])
    with pytest.raises(TypeError):
        pickle.dumps(master)
