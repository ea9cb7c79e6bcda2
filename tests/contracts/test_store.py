"""What every blob store must do."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest

from bgstudio.domain.job import BlobStore
from bgstudio.domain.sealed import Sealed
from bgstudio.store import blobs_of, folder_blobs, memory_blobs
from tests.servers.seaweed import Seaweed

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "s3":
        server: Seaweed = request.getfixturevalue("seaweed")
        return blobs_of(f"{server.bucket('contract')}/{secrets.token_hex(4)}", server.options(), tmp_path)
    return memory_blobs() if request.param == "memory" else folder_blobs(tmp_path / "data" / "blobs")


async def test_gives_back_what_was_put(blobs: BlobStore) -> None:
    for data in (b"", b"one", bytes(range(256)) * 20_000):
        await blobs.put("s/owner/job/picture-0.png", Sealed(data))
        assert await blobs.get("s/owner/job/picture-0.png") == Sealed(data)


async def test_what_was_not_put_is_none(blobs: BlobStore) -> None:
    assert await blobs.get("s/owner/job/picture-0.png") is None
    await blobs.put("s/owner/job/picture-0.png", Sealed(b"x"))
    assert await blobs.get("s/owner/job") is None
    assert await blobs.get("s/owner/job/picture-0.png.bak") is None


async def test_lists_by_prefix_in_order(blobs: BlobStore) -> None:
    names = ["s/a/1/x.png", "s/a/1/y.png", "s/a/12/x.png", "s/ab/1/x.png", "t/a/1/x.png"]
    for name in reversed(names):
        await blobs.put(name, Sealed(b"x"))
    assert await blobs.keys() == names
    assert await blobs.keys("s/a") == names[:4]
    assert await blobs.keys("s/a/") == names[:3]
    assert await blobs.keys("s/a/1") == names[:3]
    assert await blobs.keys("s/a/1/") == names[:2]
    assert await blobs.keys("s/a/1/x") == names[:1]
    assert await blobs.keys("z") == []
    assert await blobs.keys("z/y/") == []


async def test_deletes_a_key_or_a_folder_and_nothing_beside_it(blobs: BlobStore) -> None:
    for name in ("s/a/1/x.png", "s/a/1/x.png2", "s/a/1/y.png", "s/a/12/x.png", "s/ab/1/x.png"):
        await blobs.put(name, Sealed(b"x"))
    assert await blobs.delete("s/a/1/x.png") == 1
    assert await blobs.keys() == ["s/a/1/x.png2", "s/a/1/y.png", "s/a/12/x.png", "s/ab/1/x.png"]
    assert await blobs.delete("s/a/1") == 2
    assert await blobs.delete("s/a") == 1
    assert await blobs.keys() == ["s/ab/1/x.png"]
    assert await blobs.delete("s/a") == 0
    assert await blobs.delete("s") == 1
    assert await blobs.keys() == []
    await blobs.put("s/a/1/x.png", Sealed(b"again"))
    assert await blobs.get("s/a/1/x.png") == Sealed(b"again")


async def test_many_at_once_do_not_mix(blobs: BlobStore) -> None:
    names = [f"s/owner/job-{n}/x.png" for n in range(50)]
    await asyncio.gather(*(blobs.put(name, Sealed(name.encode() * 100)) for name in names))
    found = await asyncio.gather(*(blobs.get(name) for name in names))
    assert found == [Sealed(name.encode() * 100) for name in names]


async def test_two_may_delete_at_once(blobs: BlobStore) -> None:
    for n in range(20):
        await blobs.put(f"s/a/{n}/x.png", Sealed(b"x"))
    assert sum(await asyncio.gather(blobs.delete("s/a"), blobs.delete("s/a"))) >= 20
    assert await blobs.keys() == []


BAD = [
    "", "/", "/etc/passwd", "..", "../x", "s/../../x", "s/..", "s/./x", "s//x", "s/x/", ".hidden", "s/.ssh/x", "S/x",
    "s\\..\\x", "s/x\0", "s/x\n", "s/%2e%2e/x", "s/ü", "s/x y", "s/x#1", "a/" * 20 + "x", "x" * 300, "s/\u0661",
]  # fmt: skip


@pytest.mark.parametrize("key", BAD)
async def test_no_key_leads_out(blobs: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await blobs.put(key, Sealed(b"x"))
    with pytest.raises(ValueError, match="not a key"):
        await blobs.get(key)
    with pytest.raises(ValueError, match="not a key"):
        await blobs.delete(key)
    if key not in ("", "s/x/"):
        with pytest.raises(ValueError, match="not a key"):
            await blobs.keys(key)
