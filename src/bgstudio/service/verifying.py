"""Reads the marks of anybody's picture: by a worker, whose decoder is guarded; nothing of it is kept."""

from __future__ import annotations

import secrets
from typing import Any

from bgstudio.domain.job import Engine
from bgstudio.domain.sealed import Sealed
from bgstudio.service.order import Errand
from bgstudio.service.visitor import Visitor

SECONDS = 30.0


class Verifying:
    """Tells how pictures were made, as far as their marks say.

    Args:
        engine: its workers decode and read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def new_id(self) -> str:
        """An id to take a picture in under."""
        return f"verify-{secrets.token_hex(8)}"

    async def read(self, visitor: Visitor, job: str, picture: Sealed) -> dict[str, Any]:
        """``verdict``, ``headline``, ``sentences`` and ``marks``, JSON-ready; see ``marks.telling`` and
        ``domain.marks.MarksFound``.

        Args:
            visitor: who asks.
            job: id under which it was taken in.
            picture: as uploaded, sealed with the engine's transport key for ``{job}/photo``.

        Raises:
            IntakeError: it is no picture that can be read.
            Busy: the workers have their hands full.
        """
        try:
            outcome = await Errand("verify", job, picture, SECONDS).run(self._engine, visitor)
        finally:
            self._engine.forget(job)
        return {**outcome.facts["telling"], "marks": outcome.facts["marks"]}
