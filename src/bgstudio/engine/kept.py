"""What a worker keeps of a job between its tasks, so that a photo is cut out once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture, SourceNotes
from bgstudio.domain.scene import Scene


@dataclass
class Kept:
    """Of one job.

    Attributes:
        photo, reference: decoded; dropped as soon as the full cut-out and the scenes are made.
        source: notes on the photo's file.
        cutout: the full cut-out.
        facts: what is told of it.
        scenes: one per picture of the job, made for ``brief``.
    """

    photo: Picture | None = None
    reference: Picture | None = None
    source: SourceNotes | None = None
    cutout: Cutout | None = None
    facts: dict[str, Any] | None = None
    scenes: tuple[Scene, ...] = ()
    brief: Brief | None = None

    @property
    def size(self) -> int:
        """Bytes of its pixels."""
        arrays = []
        for picture in (self.photo, self.reference):
            if picture is not None:
                arrays += [picture.rgb, picture.alpha]
        if self.cutout is not None:
            arrays += [self.cutout.rgb, self.cutout.alpha, self.cutout.confidence]
        return sum(array.nbytes for array in arrays if array is not None)


class KeptJobs:
    """The worker's memory of jobs; bounded, the one used longest ago goes first. Safe between threads.

    Args:
        most_jobs: jobs of which something is kept.
        most_bytes: of pixels in memory between two tasks.
    """

    def __init__(self, most_jobs: int = 8, most_bytes: int = 1_000_000_000) -> None:
        self._most_jobs = most_jobs
        self._most_bytes = most_bytes
        self._jobs: OrderedDict[str, Kept] = OrderedDict()
        self._current: str | None = None
        self._doomed = False
        self._lock = threading.Lock()

    def begin(self, job: str) -> Kept:
        """What is kept of a job whose task begins; empty for a new one."""
        with self._lock:
            self._current, self._doomed = job, False
            kept = self._jobs.pop(job, None) or Kept()
            self._jobs[job] = kept
            return kept

    def end(self) -> None:
        """The task has ended: forget what was asked to be forgotten meanwhile, and what is too much."""
        with self._lock:
            if self._current is not None and self._doomed:
                self._jobs.pop(self._current, None)
            self._current, self._doomed = None, False
            for job in [job for job, kept in self._jobs.items() if kept.size == 0]:
                del self._jobs[job]
            while len(self._jobs) > self._most_jobs or self._total() > self._most_bytes:
                self._jobs.popitem(last=False)

    def forget(self, job: str) -> None:
        """Drop a job, at once or as soon as its running task has ended."""
        with self._lock:
            if job == self._current:
                self._doomed = True
            else:
                self._jobs.pop(job, None)

    def names(self) -> list[str]:
        """Ids of the jobs of which something is kept, the one used longest ago first."""
        with self._lock:
            return list(self._jobs)

    def _total(self) -> int:
        return sum(kept.size for kept in self._jobs.values())
