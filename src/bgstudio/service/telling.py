"""Tells those who listen what happens to a job."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from bgstudio.service.job import Event, Job
from bgstudio.service.order import DeskLimits


async def tell(job: Job, after: int, limits: DeskLimits, locate: Callable[[Job], None]) -> AsyncIterator[Event]:
    """Events of a job until it has ended; ``after`` is the last one already known.

    What was missed in between is told by the job as it stands now. ``locate`` notes a waiting job's place.
    """
    clock = asyncio.get_running_loop().time
    seen = after if after <= job.told else 0  # a number from before a restart means nothing now
    moved, heard, progressed = max(seen, job.moved_at), clock(), 0.0
    job.listeners += 1
    try:
        while True:
            changed = job.changed
            locate(job)
            if job.changed_at > seen:
                seen, heard = job.changed_at, clock()
                yield Event(seen, "job", job.view())
                if job.state.ended:
                    return
                continue
            if job.state.ended:
                return
            wait = limits.position_seconds
            if job.moved_at > moved:
                early = progressed + limits.progress_seconds - clock()
                if early <= 0:
                    moved, progressed, heard = job.moved_at, clock(), clock()
                    yield Event(max(seen, moved), "progress", job.progress)
                    continue
                wait = min(wait, early)
                await asyncio.sleep(wait)
                continue
            if clock() - heard >= limits.beat_seconds:
                heard = clock()
                yield Event(seen, "beat", {})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), wait)
    finally:
        job.listeners -= 1
