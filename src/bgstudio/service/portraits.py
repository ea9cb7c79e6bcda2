"""Pictures of people: shrunk by a worker, whose decoder is guarded, and kept sealed with the rest of the profile."""

from __future__ import annotations

import secrets

from bgstudio.domain.job import Engine
from bgstudio.domain.sealed import Sealed, place
from bgstudio.errors import UsageError
from bgstudio.service.accounts import Accounts, needs_account
from bgstudio.service.order import Errand
from bgstudio.service.visitor import Visitor

SECONDS = 20.0
MOST_BYTES = 100_000
"""Of a picture as it is kept; what a worker makes of 256 x 256 pixels stays far below."""


class Portraits:
    """Keeps one small picture of each account.

    Args:
        accounts: whose profiles they belong to.
        engine: its workers decode and shrink.
    """

    def __init__(self, accounts: Accounts, engine: Engine) -> None:
        self._accounts = accounts
        self._engine = engine

    async def get(self, visitor: Visitor) -> bytes | None:
        """WebP, square, 256 pixels at most; None where none is kept."""
        return await self._accounts.portrait(visitor)

    async def replace(self, visitor: Visitor, job: str, photo: Sealed) -> None:
        """Keep a picture that the person has chosen; signing in does not change it any more.

        Args:
            visitor: whose it is.
            job: id under which it was taken in.
            photo: as uploaded, sealed with the engine's transport key for ``{job}/photo``.

        Raises:
            IntakeError: it is no picture that can be read. The old one stays.
            Busy: the workers have their hands full.
        """
        needs_account(visitor)
        await self._accounts.keep_portrait(visitor, await self._shrunk(visitor, job, photo), chosen=True)

    async def remove(self, visitor: Visitor) -> None:
        """Take the picture away; signing in does not bring it back."""
        needs_account(visitor)
        await self._accounts.keep_portrait(visitor, None, chosen=True)

    async def told(self, visitor: Visitor, data: bytes) -> None:
        """Keep the picture that the provider has, unless the person has chosen themselves."""
        needs_account(visitor)
        job = f"portrait-{secrets.token_hex(8)}"
        photo = self._engine.transport.seal(data, f"{job}/photo")
        await self._accounts.keep_portrait(visitor, await self._shrunk(visitor, job, photo), chosen=False)

    async def _shrunk(self, visitor: Visitor, job: str, photo: Sealed) -> bytes:
        outcome = await Errand("portrait", job, photo, SECONDS).run(self._engine, visitor)
        made = outcome.artefacts[0]
        data = visitor.key.open(made.data, place(visitor.owner, job, made.name))
        if len(data) > MOST_BYTES:
            raise UsageError("This picture is too large.", "Nothing was changed.", "Choose another one.")
        return data
