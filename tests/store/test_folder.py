from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bgstudio.domain.sealed import Sealed
from bgstudio.store import folder_blobs

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "blobs"


def test_the_folder_is_its_owners_only(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    folder_blobs(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_outlives_the_process(folder: Path) -> None:
    await folder_blobs(folder).put("s/a/1/x.png", Sealed(b"x"))
    assert await folder_blobs(folder).get("s/a/1/x.png") == Sealed(b"x")


async def test_deleting_leaves_no_empty_folder_and_no_half_written_file(folder: Path) -> None:
    blobs = folder_blobs(folder)
    await blobs.put("s/a/1/x.png", Sealed(b"x"))
    await blobs.put("s/b/1/x.png", Sealed(b"x"))
    (folder / "s/a/1/y.png#1").write_bytes(b"half")
    await blobs.delete("s/a")
    assert sorted(path.name for path in (folder / "s").iterdir()) == ["b"]
    (folder / "s/b/1/x.png#3").write_bytes(b"half")
    await blobs.delete("s/b/1/x.png")
    assert list(folder.iterdir()) == []


async def test_half_written_files_of_a_crash_are_no_blobs_and_go_at_the_next_start(folder: Path) -> None:
    blobs = folder_blobs(folder)
    await blobs.put("s/a/1/x.png", Sealed(b"x"))
    old, new = folder / "s/a/1/y.png#1", folder / "s/a/1/z.png#1"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert await blobs.keys() == ["s/a/1/x.png"]
    blobs = folder_blobs(folder)
    assert not old.exists()
    assert new.exists(), "it may be another process's that is being written now"
    assert await blobs.keys() == ["s/a/1/x.png"]
