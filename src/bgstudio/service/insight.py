"""How the studio is used and how well it works: usage data, sums, ratings, and the host's page, as one object."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bgstudio.db import Database
from bgstudio.domain.job import EngineState, JobState
from bgstudio.errors import StudioError
from bgstudio.service.events import Events
from bgstudio.service.figures import Figures, figures
from bgstudio.service.job import Job
from bgstudio.service.operator import Operator
from bgstudio.service.ratings import Ratings
from bgstudio.service.tallies import Tallies
from bgstudio.service.visitor import Clock, Visitor, utc_now

UPLOAD_FAULTS = frozenset(
    {
        "unsupported_format", "unreadable_picture", "picture_too_large", "picture_too_small", "decoder_stopped",
        "bad_upload", "upload_too_slow", "refused", "busy", "limit_reached",
    }
)  # fmt: skip
"""Codes of refusals that are counted as such."""


@dataclass
class Insight:
    """Usage and quality.

    Attributes:
        db: open.
        events: usage data of those who are counted.
        tallies: sums over everybody.
        ratings: thumbs.
        operator: the host's own sign-in.
        clock: tells the time.
    """

    db: Database
    events: Events
    tallies: Tallies
    ratings: Ratings
    operator: Operator
    clock: Clock = utc_now
    _notes: set[asyncio.Task[bool]] = field(default_factory=set, init=False, repr=False)

    async def job_ended(self, visitor: Visitor, job: Job, seconds: float) -> None:
        """Count a job that has ended."""
        code = (job.error or {}).get("code", "")
        self.tallies.add(f"job:{job.state.value}")
        if job.state is JobState.FAILED:
            self.tallies.add(f"failed:{code}")
        if job.pictures:
            self.tallies.add("pictures", len(job.pictures))
        preset = next((told.get("preset") for told in job.pictures.values()), None) or ""
        await self.events.note(visitor, "job", f"{job.kind}/{preset}/{code or job.state.value}", seconds)

    def step_ended(self, step: str, seconds: float) -> None:
        """Count how long a step took."""
        self.tallies.took(step, seconds)

    def refused(self, error: StudioError) -> None:
        """Count an upload that was refused."""
        if error.code in UPLOAD_FAULTS:
            self.tallies.add(f"refused:{error.code}")

    async def downloaded(self, visitor: Visitor, name: str) -> None:
        """Count a download, by its format."""
        ending = name.rpartition(".")[2]
        self.tallies.add(f"download:{ending}")
        await self.events.note(visitor, "download", ending)

    def called(self, visitor: Visitor, service: str, how: str, seconds: float) -> None:
        """Count a call of an outside service."""
        self.tallies.add(f"outside:{service}:{how}")
        note = asyncio.ensure_future(self.events.note(visitor, "outside", f"{service}/{how}", seconds))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def figures(self, engine: EngineState, days: int) -> Figures:
        """What the host sees."""
        return await figures(self.db, self.tallies, engine, days, self.clock)

    async def sweep(self) -> None:
        """Write what was counted, and delete what is too old."""
        await self.tallies.sweep()
        await self.events.sweep()
        await self.operator.sweep()

    async def close(self) -> None:
        """Write what was counted."""
        if self._notes:
            await asyncio.wait(self._notes)
        await self.tallies.flush()
