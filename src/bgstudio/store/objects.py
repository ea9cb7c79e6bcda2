"""Blobs in any store that ``obstore`` speaks to: memory, a local folder, S3 and its like."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import StoreDown

if TYPE_CHECKING:
    from obstore.store import ObjectStore

KEY = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,127}(/[a-z0-9_-][a-z0-9._-]{0,127}){0,7}", re.ASCII)
"""No empty, hidden or upward part (``..``), so that no key leads out of the store."""

STAGED = re.compile(r".*#\d+")
"""Name of a file that the local store had not finished writing."""

STAGED_SECONDS = 3600.0


class ObjectBlobs:
    """Satisfies ``domain.job.BlobStore`` over an ``obstore`` store.

    Every method raises ``ValueError`` for a key outside ``KEY``: keys are made by us, so that is a fault of ours. Every
    method raises ``StoreDown`` where the store cannot be reached, lets us not in, or has no space left.

    Args:
        store: the store.
        folder: the local folder behind it, if there is one: ``delete`` removes emptied and half-written rests there.
        name: of the store in messages.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None, name: str = "") -> None:
        self._store = store
        self._folder = folder
        self.name = name or (str(folder) if folder else "memory")

    async def put(self, key: str, sealed: Sealed) -> None:
        """Store, whole or not at all; what was there before is replaced."""
        _checked(key)
        with _told():
            await obstore.put_async(self._store, key, sealed.data)

    async def get(self, key: str) -> Sealed | None:
        """What was stored, or None."""
        _checked(key)
        with _told():
            try:
                found = await obstore.get_async(self._store, key)
                return Sealed(bytes(await found.bytes_async()))
            except FileNotFoundError:
                return None

    async def delete(self, prefix: str) -> int:
        """Delete everything whose key is ``prefix`` or begins with ``prefix/``; the number of blobs."""
        _checked(prefix)
        keys = [key for key in await self.keys(prefix) if key == prefix or key.startswith(f"{prefix}/")]
        for key in keys:
            with _told():
                try:
                    await obstore.delete_async(self._store, key)
                except FileNotFoundError:
                    continue  # somebody else was quicker
        if self._folder is not None:
            await asyncio.to_thread(_remove_rests, self._folder, prefix)
        return len(keys)

    async def keys(self, prefix: str = "") -> list[str]:
        """All keys that begin with ``prefix``, sorted."""
        if prefix:
            _checked(prefix.removesuffix("/"))
        # obstore's prefixes are whole parts of a path: ask for the folder and pick from it.
        above = prefix.rpartition("/")[0]
        found: list[str] = []
        with _told():
            async for page in obstore.list(self._store, above or None):
                found.extend(meta["path"] for meta in page)
        return sorted(key for key in found if key.startswith(prefix))


@contextmanager
def _told() -> Iterator[None]:
    """Trouble of the store in our own words."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise StoreDown(
            "The store of pictures cannot be used just now.",
            "What is kept stays as it was; what was being made could not be kept.",
            "Try again in a minute; if it goes on, tell the host that the store is full, locked or not reachable.",
        ) from error


def memory_blobs() -> ObjectBlobs:
    """Blobs in this process's memory: gone with it."""
    return ObjectBlobs(MemoryStore())


def folder_blobs(path: Path) -> ObjectBlobs:
    """Blobs as files under the folder ``path``, which is made with mode 700.

    What a crash left half-written more than an hour ago is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    for file in path.rglob("*#*"):
        if STAGED.fullmatch(file.name) and file.stat().st_mtime < time.time() - STAGED_SECONDS:
            file.unlink(missing_ok=True)
    return ObjectBlobs(LocalStore(path, automatic_cleanup=False), path)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key of a blob: {key!r}")
    return key


def _remove_rests(folder: Path, prefix: str) -> None:
    """Remove what is left in the folder of a deleted prefix, and folders above it that are empty now."""
    place = folder / prefix
    shutil.rmtree(place, ignore_errors=True)
    for staged in place.parent.glob(f"{place.name}#*"):
        if STAGED.fullmatch(staged.name):
            staged.unlink(missing_ok=True)
    for above in place.parents:
        if above == folder:
            break
        try:
            above.rmdir()
        except OSError:
            break
