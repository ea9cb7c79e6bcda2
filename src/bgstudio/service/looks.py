"""Favourite looks: a name and what was wished for, without a pixel. They outlive the pictures."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bgstudio.db import Database, results
from bgstudio.db import looks as rows
from bgstudio.domain.brief import Brief, Placement
from bgstudio.domain.scene import Scene
from bgstudio.domain.sealed import Sealed, place
from bgstudio.errors import Gone, LimitReached, UnknownLook, UsageError
from bgstudio.export.recipe import Recipe, make_recipe
from bgstudio.service.visitor import Clock, Visitor, utc_now

MOST_LOOKS = 200
"""Looks of one visit or account."""

MOST_LETTERS = 80
"""Letters of a name."""

NO_PHOTO = "0" * 64
"""Stands in a recipe for the photo's digest: a look knows of no photo."""


@dataclass(frozen=True)
class Look:
    """One favourite.

    Attributes:
        id: 32 hex digits, random.
        name: as the person calls it.
        created: when it was saved.
        brief: what was wished for, for one picture; never where the product stands in it.
        scene: what the wish became, where it was saved from a finished picture.
        seed: of that picture.
        backend: that made it.
    """

    id: str
    name: str
    created: datetime
    brief: Brief
    scene: Scene | None = None
    seed: int = 0
    backend: str = ""

    def recipe(self) -> Recipe | None:
        """As ``bgstudio shoot --recipe`` reads it; None for a look that no picture was made with yet."""
        if self.scene is None:
            return None
        return make_recipe(
            photo_sha256=NO_PHOTO,
            brief=self.brief,
            scene=self.scene,
            seed=self.seed,
            backend=self.backend,
            model="look",
        )


class Looks:
    """Keeps looks for the visitor who saved them, sealed with their key. Somebody else's look is an unknown one.

    Those of a visit go with it; those of an account stay until they are deleted.

    Args:
        db: open.
        clock: tells the time.
        most: looks of one visitor.
    """

    def __init__(self, db: Database, clock: Clock = utc_now, most: int = MOST_LOOKS) -> None:
        self._db = db
        self._clock = clock
        self.most = most

    async def save(
        self, visitor: Visitor, name: str, brief: Brief, *, scene: Scene | None = None, seed: int = 0, backend: str = ""
    ) -> Look:
        """Keep a look.

        Args:
            visitor: whose it is.
            name: 1 to 80 letters.
            brief: what was wished for; where the product stands and how many pictures is left out.
            scene, seed, backend: of the finished picture that it is saved from.

        Raises:
            UsageError: an empty or too long name.
            LimitReached: as many as one may have are kept already.
            Gone: the visit or the account has ended.
        """
        look = Look(
            secrets.token_hex(16), checked_name(name), self._clock(), bare(brief), scene, seed, backend
        )  # fmt: skip
        row = rows.LookRow(look.id, visitor.owner, look.created, _sealed(visitor, look))
        async with self._db.write() as connection:
            if not await results.owner_lives(connection, visitor.owner, look.created):
                raise _ended()
            if await rows.count(connection, visitor.owner) >= self.most:
                raise LimitReached(
                    f"{self.most} looks are saved already.",
                    "This one was not saved.",
                    "Delete one that you do not need any more.",
                    retry_after=60,
                )
            await rows.add(connection, row)
        return look

    async def list(self, visitor: Visitor) -> list[Look]:
        """All looks of a visitor, newest first; raises ``WrongKey``."""
        self._check(visitor)
        async with self._db.read() as connection:
            found = await rows.of_owner(connection, visitor.owner)
        return [_opened(visitor, row) for row in found]

    async def count(self, visitor: Visitor) -> int:
        """How many looks a visitor has."""
        async with self._db.read() as connection:
            return await rows.count(connection, visitor.owner)

    async def get(self, visitor: Visitor, look: str) -> Look:
        """One look; raises ``UnknownLook``, ``Gone``, ``WrongKey``."""
        self._check(visitor)
        async with self._db.read() as connection:
            row = await rows.get(connection, look, visitor.owner)
        if row is None:
            raise unknown_look()
        return _opened(visitor, row)

    async def rename(self, visitor: Visitor, look: str, name: str) -> Look:
        """Call a look something else; raises as ``get``, and ``UsageError`` for the name."""
        self._check(visitor)
        name = checked_name(name)
        async with self._db.write() as connection:
            row = await rows.get(connection, look, visitor.owner)
            if row is None:
                raise unknown_look()
            old = _opened(visitor, row)
            new = Look(old.id, name, old.created, old.brief, old.scene, old.seed, old.backend)
            await rows.change(connection, look, visitor.owner, _sealed(visitor, new))
        return new

    async def delete(self, visitor: Visitor, look: str) -> None:
        """Delete a look; raises ``UnknownLook``, ``Gone``."""
        self._check(visitor)
        async with self._db.write() as connection:
            gone = await rows.remove(connection, look, visitor.owner)
        if not gone:
            raise unknown_look()
        await self._db.compact()

    async def hand_over(self, visit: Visitor, account: Visitor) -> tuple[int, int]:
        """Give a visit's looks to an account, sealed anew, in one transaction: (how many went, how many found no room).

        Raises:
            Gone: the account has ended.
        """
        moved = left = 0
        async with self._db.write() as connection:
            if not await results.owner_lives(connection, account.owner, self._clock()):
                raise _ended()
            room = self.most - await rows.count(connection, account.owner)
            for row in await rows.of_owner(connection, visit.owner):
                if moved >= room:
                    left += 1
                    continue
                sealed = _sealed(account, _opened(visit, row))
                moved += await rows.hand_over(connection, row, account.owner, sealed)
        return moved, left

    def _check(self, visitor: Visitor) -> None:
        if visitor.expires <= self._clock():
            raise _ended()


def bare(brief: Brief) -> Brief:
    """A brief as looks hold it: one picture, and nothing of where the product stands."""
    return brief.model_copy(update={"placement": Placement(), "count": 1})


def checked_name(name: str) -> str:
    """A name with single spaces; raises ``UsageError`` for one that is empty, too long or not printable."""
    plain = " ".join(name.split())
    if not plain or len(plain) > MOST_LETTERS or not plain.isprintable():
        raise UsageError(f"A name has 1 to {MOST_LETTERS} letters.", "Nothing was changed.", "Write another one.")
    return plain


def unknown_look() -> UnknownLook:
    """No such look, or somebody else's: both look the same from outside."""
    return UnknownLook(
        "There is no such look.",
        "It was deleted, or it belongs to another visit or account.",
        "Look at the list of your looks, or save a new one.",
    )


def _sealed(visitor: Visitor, look: Look) -> bytes:
    fields: Mapping[str, Any] = {
        "name": look.name,
        "brief": look.brief.model_dump(mode="json"),
        "scene": None if look.scene is None else look.scene.model_dump(mode="json"),
        "seed": look.seed,
        "backend": look.backend,
    }
    return visitor.key.seal(json.dumps(fields).encode(), place(visitor.owner, "looks", look.id)).data


def _opened(visitor: Visitor, row: rows.LookRow) -> Look:
    fields = json.loads(visitor.key.open(Sealed(row.sealed_look), place(row.owner, "looks", row.id)))
    scene = None if fields["scene"] is None else Scene.model_validate(fields["scene"])
    return Look(
        row.id, fields["name"], row.created, Brief.model_validate(fields["brief"]), scene, fields["seed"],
        fields["backend"],
    )  # fmt: skip


def _ended() -> Gone:
    return Gone("This visit has ended.", "What was saved in it was deleted.", "Open the page again to begin a new one.")
