"""What the service makes for people: wishes, tasks, artefacts. No pixels, no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bgstudio.domain.brief import Brief, FileFormat
from bgstudio.domain.sealed import Sealed, Sealer

Kind = Literal["cutout", "picture"]


class Wish(BaseModel):
    """What a person asks the service for, beside the photo.

    Attributes:
        kind: ``picture``, or ``cutout`` for the product alone.
        brief: the picture that is wanted; ``brief.count`` of them are made.
        preview: make a small, quick picture first.
        formats: file formats of each finished picture.
        layers: keep background, shadow, reflection and product of each picture as PNG.
        box: (left, top, right, bottom) in pixels of the photo around the product that is meant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "picture"
    brief: Brief = Brief()
    preview: bool = True
    formats: tuple[FileFormat, ...] = Field((FileFormat.PNG,), min_length=1, max_length=4)
    layers: bool = False
    box: tuple[int, int, int, int] | None = None


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


Step = Literal["cutout", "preview", "picture", "portrait", "convert", "verify"]
"""One turn of a worker. ``cutout``: full cut-out only. ``preview``: quick cut-out and a small picture. ``picture``:
full cut-out (kept while the job lives) and one finished picture. ``portrait``: the photo is a picture of a person, who
gets a small square one, ``portrait.webp``; nothing is kept. ``convert``: the photo is a finished picture, which is
written in the wish's formats; nothing is kept. ``verify``: the photo is anybody's picture, whose marks are read; no
file is made of it, the facts are ``marks`` and ``telling``."""


@dataclass(frozen=True)
class Task:
    """One turn of a worker on a job: what the queue carries. Everything personal in it is sealed.

    Attributes:
        job: id of the job. The worker keeps its cut-out until ``forget``.
        owner: opaque id of the person, for fair share; says nothing about them.
        step: what to make.
        number: which picture of the job, from 0.
        wish: ``Wish`` as sealed JSON, for the place ``{job}/wish``.
        photo, reference, strokes: files as uploaded, sealed with the engine's transport key for the places
            ``{job}/photo``, ``{job}/reference``, ``{job}/strokes``. ``strokes`` is an 8-bit gray PNG at the photo's
            size: 0 drop, 128 untouched, 255 keep.
        key: 32 bytes that results are sealed with, themselves sealed with the transport key for ``{job}/key``.
        pixels: of the picture; small ones go first.
        seconds: after this time the task is stopped and fails.
    """

    job: str
    owner: str
    step: Step
    number: int
    wish: Sealed
    photo: Sealed
    reference: Sealed | None
    strokes: Sealed | None
    key: Sealed
    pixels: int
    seconds: float = 600.0


@dataclass(frozen=True)
class Artefact:
    """One file that a task made, sealed with the task's ``key`` for ``place(owner, job, name)``.

    ``name`` is unique in its job and ends in its format: ``cutout.png``, ``mask.png``, ``confidence.png``,
    ``preview.jpeg``, ``picture-0.png``, ``picture-0.webp``, ``shadow-0.png``, ``reflection-0.png``,
    ``background-0.png``, ``product-0.png``, ``recipe-0.json``, ``thumb-0.webp``.
    """

    name: str
    media_type: str
    width: int
    height: int
    data: Sealed


@dataclass(frozen=True)
class Outcome:
    """What a task made.

    Attributes:
        artefacts: the files.
        facts: what is known, as JSON-ready values, sealed by whoever stores it. For ``cutout``, ``preview`` and
            ``picture``: ``cutout`` {size, box, model, doubts [{reason, box, severity}], notes, light, camera,
            suits, palette}. For ``preview`` and ``picture``: ``picture`` {number, preset, title, seed, width, height,
            notes, report, seconds}.
    """

    artefacts: tuple[Artefact, ...]
    facts: dict[str, Any] = field(default_factory=dict)


Told = Callable[[str, float], None]
"""Told (step in plain words, part of the task done 0..1) on the event loop's thread."""

Shown = Callable[[bytes], None]
"""Shown a small WebP of the unfinished picture, on the event loop's thread."""


def unseen(_picture: bytes) -> None:
    """A ``Shown`` that does not look."""


@dataclass(frozen=True)
class EngineState:
    """How busy the engine is: workers alive and at work, tasks waiting and the most that may."""

    workers: int
    working: int
    waiting: int
    most_waiting: int


class Engine(Protocol):
    """Where tasks run: a pool of worker processes here, a fleet elsewhere."""

    @property
    def transport(self) -> Sealer:
        """The ``Sealer`` of the engine's transport key: lives as long as the engine, never on a disk."""
        ...

    async def start(self) -> None:
        """Start the workers; raises ``BackendError`` where none can."""
        ...

    async def run(self, task: Task, told: Told, shown: Shown = unseen) -> Outcome:
        """Queue a task and wait for what it makes. Cancelling the awaiting coroutine stops the work.

        A task whose worker dies or hangs is tried once more.

        Raises:
            Busy: the queue is full; at once.
            DeadlineExceeded: it took longer than ``task.seconds``.
            StudioError: whatever the studio raised.
        """
        ...

    def position(self, job: str) -> int | None:
        """Place of a job's task in the queue, 1 is next; None where none of it waits."""
        ...

    def forget(self, job: str) -> None:
        """Drop what workers keep of a job; a job whose tasks all ended calls this."""
        ...

    def state(self) -> EngineState:
        """How busy it is."""
        ...

    async def close(self, grace: float = 0.0) -> None:
        """Take nothing more, let running tasks end for ``grace`` seconds, then stop the workers."""
        ...


class BlobStore(Protocol):
    """Keeps sealed bytes under a key of ``[a-z0-9/._-]``; nothing else."""

    async def put(self, key: str, sealed: Sealed) -> None:
        """Store, whole or not at all."""
        ...

    async def get(self, key: str) -> Sealed | None:
        """What was stored, or None."""
        ...

    async def delete(self, prefix: str) -> int:
        """Delete everything whose key is ``prefix`` or begins with ``prefix/``; the number of blobs."""
        ...

    async def keys(self, prefix: str = "") -> list[str]:
        """All keys that begin with ``prefix``, sorted."""
        ...
