"""What the desk is handed, and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.domain.job import Engine, Outcome, Step, Task, Wish
from bgstudio.domain.sealed import Sealed
from bgstudio.service.job import Came
from bgstudio.service.visitor import Visitor


@dataclass(frozen=True)
class DeskLimits:
    """Limits of the desk.

    Attributes:
        jobs_at_once: jobs of one person that may wait or work.
        task_seconds: time one task may take once it runs.
        wait_seconds: time a job may wait in all, beside the time its tasks may take.
        listeners: event streams of one job at the same time.
        remembered: ended jobs that are kept in memory; older ones are read from what was kept of them.
    """

    jobs_at_once: int = 2
    task_seconds: float = 300.0
    wait_seconds: float = 900.0
    listeners: int = 8
    remembered: int = 500
    beat_seconds: float = 10.0
    progress_seconds: float = 0.2
    position_seconds: float = 0.5


@dataclass(frozen=True)
class Delivery:
    """What a person hands over for a job: parts sealed with the engine's transport key for the places of ``job``.

    ``fingerprint`` tells two deliveries apart that carry the same idempotency key; it must say nothing of the content
    to whoever does not know the content and this process.
    """

    job: str
    wish: Wish
    photo: Sealed
    reference: Sealed | None = None
    strokes: Sealed | None = None
    came: tuple[Came, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Errand:
    """One turn of a worker that belongs to no job: a portrait, marks to read, a finished picture in another format.

    Attributes:
        step: what to do.
        job: id that its photo is sealed for.
        photo: sealed with the engine's transport key for ``{job}/photo``.
        seconds: that it may take.
        wish: what is wanted beside that.
        number: which picture it is about.
    """

    step: Step
    job: str
    photo: Sealed
    seconds: float
    wish: Wish = field(default_factory=Wish)
    number: int = 0

    async def run(self, engine: Engine, visitor: Visitor) -> Outcome:
        """Have it done in somebody's name; raises whatever ``Engine.run`` does. Nobody watches it."""
        transport, job = engine.transport, self.job
        task = Task(
            job=job,
            owner=visitor.owner,
            step=self.step,
            number=self.number,
            wish=transport.seal(self.wish.model_dump_json().encode(), f"{job}/wish"),
            photo=self.photo,
            reference=None,
            strokes=None,
            key=transport.seal(visitor.key.key, f"{job}/key"),
            pixels=0,
            seconds=self.seconds,
        )
        return await engine.run(task, lambda _words, _part: None)
