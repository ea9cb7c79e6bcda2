"""The keys of visits and accounts: made, wrapped, opened, forgotten; and the keys of this installation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bgstudio.db import Database, marks
from bgstudio.db import wrapped as rows
from bgstudio.domain.sealed import KeyWrapper
from bgstudio.errors import WrongKey
from bgstudio.vault import Box

MARK = "master-key"
"""The mark that holds the root: a random key, wrapped. It opens with the right master key only."""

REMEMBERED = 1000
"""Opened keys held in memory, so that each request need not ask an outside service."""


PAGE = 200
"""Rows that are looked through at a time while keys are wrapped anew."""


@dataclass(frozen=True)
class Standing:
    """What the keys are wrapped with: how many with the ``newest`` master key, and how many with an ``older`` one."""

    newest: int = 0
    older: int = 0


class Keys:
    """Makes and opens keys.

    Keys for other purposes, such as keyed hashes, are derived from a random root that is wrapped like all others:
    they stay the same when the master key is changed.

    Args:
        db: open.
        wrapper: the master key, or an outside service.
    """

    def __init__(self, db: Database, wrapper: KeyWrapper) -> None:
        self._db = db
        self._wrapper = wrapper
        self._root = b""
        self._opened: OrderedDict[tuple[bytes, str], bytes] = OrderedDict()

    async def start(self) -> None:
        """Read the root, or make it in a new database.

        Raises:
            WrongKey: the database was begun with another master key.
        """
        async with self._db.write() as connection:
            mark = await marks.get(connection, MARK)
            if mark is None:
                self._root = Box.fresh().key
                await marks.add(connection, MARK, await self._wrapper.wrap(self._root, MARK))
                return
        try:
            self._root = await self._wrapper.unwrap(mark, MARK)
        except WrongKey:
            raise WrongKey(
                "The master key is not the one that this database was begun with.",
                "Nothing that was kept can be opened with it.",
                "Put the right key back from its backup; or, to begin anew without the old results, "
                "move the data folder away.",
            ) from None

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same here; from them neither the root nor others can be told."""
        if not self._root:
            raise RuntimeError("the keys are not open")
        info = f"bgstudio/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._root)

    async def fresh(self, about: str) -> tuple[Box, bytes]:
        """A new random key, and it wrapped for the place ``about``."""
        box = Box.fresh()
        wrapped = await self._wrapper.wrap(box.key, about)
        self._remember(wrapped, about, box.key)
        return box, wrapped

    async def open(self, wrapped: bytes, about: str) -> Box:
        """The key that was wrapped for the place ``about``; raises ``WrongKey``, ``KeyServiceDown``."""
        key = self._opened.get((wrapped, about))
        if key is None:
            key = await self._wrapper.unwrap(wrapped, about)
            self._remember(wrapped, about, key)
        else:
            self._opened.move_to_end((wrapped, about))
        return Box(key)

    def forget(self, about: str) -> None:
        """Let go of what is held in memory for a place."""
        for place in [place for place in self._opened if place[1] == about]:
            del self._opened[place]

    async def standing(self) -> Standing:
        """How many keys are wrapped with the newest master key, and how many are not yet; raises ``KeyServiceDown``."""
        newest = older = 0
        async for _, place, key in self._wrapped():
            if await self._wrapper.newest(key, place):
                newest += 1
            else:
                older += 1
        return Standing(newest, older)

    async def rotate(self) -> int:
        """Wrap everything anew that an older master key has wrapped; how many keys.

        The service goes on meanwhile: each key is exchanged by itself, only if nobody has changed it since it was read.
        Cut off anywhere, what was exchanged opens with the newest key and the rest with the older one; called again, it
        goes on. Keys that begin meanwhile are wrapped with the newest one anyway.

        Raises:
            WrongKey: a key opens with none of the master keys.
            KeyServiceDown: the outside service does not answer.
        """
        done = 0
        async for kind, place, old in self._wrapped():
            if await self._wrapper.newest(old, place):
                continue
            new = await self._wrapper.wrap(await self._wrapper.unwrap(old, place), place)
            async with self._db.write() as connection:
                if kind:
                    done += await rows.exchange(connection, kind, place.removeprefix(f"{kind}/"), old, new)
                else:
                    done += await rows.exchange_mark(connection, place, old, new)
        await self._db.compact()
        return done

    async def _wrapped(self) -> AsyncIterator[tuple[str, str, bytes]]:
        """(kind of row or "", place, wrapped key) of all that is wrapped."""
        async with self._db.read() as connection:
            mark = await marks.get(connection, MARK)
        if mark is not None:
            yield "", MARK, mark
        for kind in rows.PLACES:
            after = ""
            while True:
                async with self._db.read() as connection:
                    found = await rows.page(connection, kind, after, PAGE)
                if not found:
                    break
                for name, key in found:
                    yield kind, f"{kind}/{name}", key
                after = found[-1][0]

    def _remember(self, wrapped: bytes, about: str, key: bytes) -> None:
        self._opened[wrapped, about] = key
        while len(self._opened) > REMEMBERED:
            self._opened.popitem(last=False)
