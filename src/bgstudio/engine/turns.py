"""A task on its way through the pool, and the ways it can end badly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from bgstudio.domain.job import Outcome, Shown, Told, unseen
from bgstudio.engine.process import WorkerProcess
from bgstudio.engine.queue import Ticket
from bgstudio.errors import BackendError, Busy, DeadlineExceeded, RendererDied, StudioError

Why = Literal["cancelled", "deadline", "closing"]


@dataclass(eq=False, kw_only=True)
class Turn(Ticket):
    """A ticket with its way back to whoever waits for it.

    Attributes:
        told: hears of its progress.
        shown: sees the unfinished picture.
        done: gets what it made, or the error that ended it.
        worker: who works on it, if anybody does.
        begun: seconds of the monotonic clock at which this try began.
        tries: how often it was begun.
        reached: whether it has called an outside service, which may cost something: it is not begun again by itself.
        why: what it was asked to stop for, ``asked_at`` when.
    """

    told: Told
    done: asyncio.Future[Outcome]
    shown: Shown = unseen
    worker: WorkerProcess | None = None
    begun: float = 0.0
    tries: int = 0
    reached: bool = False
    why: Why | None = None
    asked_at: float = 0.0


def fail(turn: Turn, error: StudioError) -> None:
    """End it with an error, unless it has ended."""
    if not turn.done.done():
        turn.done.set_exception(error)


def stopped(turn: Turn) -> StudioError:
    """What is told of a task that was asked to stop."""
    if turn.why == "deadline":
        return DeadlineExceeded(
            f"The picture took longer than the {turn.task.seconds:g} seconds it was given.",
            "It was stopped, and nothing was made.",
            "Try a smaller size, or again when less is going on.",
        )
    return closed()


def lost(turn: Turn) -> RendererDied:
    """Its worker died, and the next one too; or it must not be begun again."""
    if turn.reached:
        return RendererDied(
            "The worker that made the picture stopped in the middle of it.",
            "It had asked an outside service already, so it was not begun again by itself: that could cost twice.",
            "Start it again if you like.",
        )
    return RendererDied(
        "The worker that made the picture stopped in the middle of it, twice.",
        "Nothing was made; the studio itself goes on.",
        "Try a smaller size or another photo; if it happens again, please report it.",
    )


def closed() -> Busy:
    """The pool takes nothing more."""
    return Busy(
        "The studio is being stopped or started anew.",
        "Nothing more is taken on for the moment, and nothing of your photo was kept.",
        "Try again in half a minute.",
        retry_after=30,
    )


def no_worker() -> BackendError:
    """Workers end before they are ready, and do not say why."""
    return BackendError(
        "No worker can be started.",
        "Each ended before it was ready, so no picture can be made.",
        "Run 'bgstudio doctor' for what is missing, and see that enough memory is free.",
    )
