"""The record of one job: what is asked, what is made, what is told of it. No pixels, no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bgstudio.domain.brief import AUTO, Brief
from bgstudio.domain.job import Artefact, JobState, Outcome, Step, Wish
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import StudioError

HERE = "raytrace"
"""What makes a picture where nothing else is told: it runs on this machine."""

LOOK_FIRST = 0.5
"""A doubt above this severity should be looked at before publishing."""

LAYERS = ("background", "shadow", "reflection", "product")
CUTOUT_FILES = ("cutout", "mask", "confidence")


@dataclass
class Inputs:
    """What came in, sealed with the engine's transport key. Dropped when the job ends in any way."""

    wish: Sealed
    photo: Sealed
    reference: Sealed | None
    strokes: Sealed | None
    key: Sealed


@dataclass(frozen=True)
class Came:
    """One file that came in, for the receipt: what it was, its size in bytes, never its content."""

    what: Literal["photo", "reference", "strokes"]
    bytes: int


@dataclass(frozen=True)
class Event:
    """Something that happened to a job.

    ``id`` counts up within a job; ``name`` is ``job`` (data: the whole job) or ``progress``. ``beat`` says nothing
    but that the line still stands.
    """

    id: int
    name: Literal["job", "progress", "beat"]
    data: dict[str, Any]


@dataclass
class Job:
    """A job while it lives, and for a while after. Owned by ``JobDesk``.

    Attributes:
        id: 20 hex digits, random.
        owner: opaque id of the person.
        kind, count, width, height, seed, layers: of the wish.
        created, finished: when it was taken in and when it ended.
        state: where it stands.
        inputs: what came in; None once they are dropped.
        artefacts: media type, width and height of the files by name.
        facts: ``cutout``, ``preview`` and ``pictures`` as the engine told them.
        error: why it failed.
        title: what the person calls it; empty until they do.
        sent_to: names of the outside services that something of it was sent to.
        glimpse: a small WebP of the picture that is being made, if there is one yet; gone when it is made.
    """

    id: str
    owner: str
    kind: str
    count: int
    width: int
    height: int
    seed: int
    layers: bool
    created: datetime
    came: tuple[Came, ...]
    inputs: Inputs | None = None
    state: JobState = JobState.WAITING
    finished: datetime | None = None
    dropped: datetime | None = None
    expires: datetime | None = None
    position: int | None = None
    progress: dict[str, Any] = field(default_factory=dict)
    artefacts: dict[str, list[Any]] = field(default_factory=dict)
    cutout: dict[str, Any] | None = None
    quick: bool = False
    pictures: dict[int, dict[str, Any]] = field(default_factory=dict)
    has_preview: bool = False
    refunded: bool = False
    error: dict[str, Any] | None = None
    title: str = ""
    sent_to: list[str] = field(default_factory=list)

    glimpse: bytes = b""
    told: int = 1
    changed_at: int = 1
    moved_at: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    runner: asyncio.Task[None] | None = None
    listeners: int = 0

    @classmethod
    def of(cls, job: str, owner: str, wish: Wish, came: tuple[Came, ...], created: datetime) -> Job:
        """A new job for a wish."""
        brief: Brief = wish.brief
        count = brief.count if wish.kind == "picture" else 0
        return cls(
            job, owner, wish.kind, count, brief.width, brief.height, brief.seed, wish.layers, created, came,
            progress={"step": "waiting", "part": 0.0, "doing": plan_of(wish)[0][0], "number": 0, "glimpse": None},
        )  # fmt: skip

    def note_change(self) -> None:
        """Something that the whole record shows has changed: tell it."""
        self.told += 1
        self.changed_at = self.told
        self._wake()

    def note_progress(self, step: str, part: float, doing: Step, number: int) -> None:
        """How far the running task is; ``part`` 0..1."""
        done = round(min(1.0, max(0.0, part)), 3)
        self.progress = self.progress | {"step": step, "part": done, "doing": doing, "number": number}
        self._moved()

    def note_glimpse(self, picture: bytes) -> None:
        """What the picture that is being made looks like so far; empty: it is made, or given up."""
        if picture or self.glimpse:
            self.glimpse = picture
            address = f"/v1/jobs/{self.id}/glimpse?n={self.told}" if picture else None  # another one each time
            self.progress = self.progress | {"glimpse": address}
            self._moved()

    def _moved(self) -> None:
        self.told += 1
        self.moved_at = self.told
        self._wake()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def take(self, outcome: Outcome, step: Step, number: int) -> None:
        """Add what a task made."""
        for made in outcome.artefacts:
            self.artefacts[made.name] = _row(made)
        if "cutout" in outcome.facts:
            self.cutout = dict(outcome.facts["cutout"])
            self.quick = step == "preview"
        if step == "preview":
            self.has_preview = any(made.name.startswith("preview.") for made in outcome.artefacts)
        elif "picture" in outcome.facts:
            self.pictures[number] = dict(outcome.facts["picture"])

    def facts(self) -> dict[str, Any]:
        """Everything worth keeping, JSON-ready; ``from_facts`` reads it."""
        return {
            "kind": self.kind,
            "count": self.count,
            "size": [self.width, self.height],
            "seed": self.seed,
            "layers": self.layers,
            "created": self.created.isoformat(),
            "finished": _iso(self.finished),
            "dropped": _iso(self.dropped),
            "state": self.state.value,
            "came": [[came.what, came.bytes] for came in self.came],
            "artefacts": self.artefacts,
            "cutout": self.cutout,
            "quick": self.quick,
            "pictures": [[number, facts] for number, facts in sorted(self.pictures.items())],
            "preview": self.has_preview,
            "refunded": self.refunded,
            "error": self.error,
            "doing": self.progress.get("doing", "picture"),
            "title": self.title,
            "sent_to": self.sent_to,
        }

    @classmethod
    def from_facts(cls, job: str, owner: str, facts: Mapping[str, Any]) -> Job:
        """A job that was kept. One that had not ended when it was last kept has failed with the server."""
        width, height = facts["size"]
        record = cls(
            id=job,
            owner=owner,
            kind=facts["kind"],
            count=facts["count"],
            width=width,
            height=height,
            seed=facts["seed"],
            layers=facts["layers"],
            created=datetime.fromisoformat(facts["created"]),
            came=tuple(Came(what, size) for what, size in facts["came"]),
            state=JobState(facts["state"]),
            finished=_time(facts["finished"]),
            dropped=_time(facts["dropped"]),
            artefacts=dict(facts["artefacts"]),
            cutout=facts["cutout"],
            quick=facts["quick"],
            pictures={int(number): told for number, told in facts["pictures"]},
            has_preview=facts["preview"],
            refunded=facts["refunded"],
            error=facts["error"],
            title=facts.get("title", ""),
            sent_to=list(facts.get("sent_to", ())),
            progress={"step": "", "part": 1.0, "doing": facts["doing"], "number": 0, "glimpse": None},
        )
        if not record.state.ended:
            record.state = JobState.FAILED
            record.error = cut_short()
            record.finished = record.finished or record.created
            record.dropped = record.finished
            record.refunded = True
        return record

    def view(self) -> dict[str, Any]:
        """The job as everybody sees it: JSON-ready, times in UTC."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind,
            "state": self.state.value,
            "position": self.position if self.state is JobState.WAITING else None,
            "created": _iso(self.created),
            "finished": _iso(self.finished),
            "expires": _iso(self.expires),
            "progress": self.progress,
            "count": self.count,
            "width": self.width,
            "height": self.height,
            "seed": self.seed,
            "cutout": self._cutout_view(),
            "preview": self._preview_view(),
            "pictures": [self._picture_view(number) for number in sorted(self.pictures)],
            "receipt": {
                "came_in": [{"what": came.what, "bytes": came.bytes, "sha256_prefix": None} for came in self.came],
                "backend": next((told["backend"] for told in self.pictures.values() if "backend" in told), HERE),
                "left_machine": bool(self.sent_to),
                "sent_to": list(self.sent_to),
                "inputs_dropped": _iso(self.dropped),
                "results_expire": _iso(self.expires),
                "refunded": self.refunded,
            },
            "error": self.error,
            "links": {
                "self": f"/v1/jobs/{self.id}",
                "events": f"/v1/jobs/{self.id}/events",
                "cancel": f"/v1/jobs/{self.id}/cancel",
                "delete": f"/v1/jobs/{self.id}",
            },
        }

    def _url(self, name: str) -> str:
        return f"/v1/jobs/{self.id}/files/{name}"

    def _found(self, stem: str) -> str | None:
        return next((self._url(name) for name in self.artefacts if name.rpartition(".")[0] == stem), None)

    def _cutout_view(self) -> dict[str, Any] | None:
        if self.cutout is None:
            return None
        files = {what: url for what in CUTOUT_FILES if (url := self._found(what))}
        doubts = self.cutout.get("doubts", [])
        clean = not any(doubt["severity"] > LOOK_FIRST for doubt in doubts)
        return {**self.cutout, "clean": clean, "files": files, "quick": self.quick}

    def _preview_view(self) -> dict[str, Any] | None:
        for name, (_media, width, height) in self.artefacts.items():
            if name.startswith("preview."):
                return {"url": self._url(name), "width": width, "height": height}
        return None

    def _picture_view(self, number: int) -> dict[str, Any]:
        stem = f"picture-{number}"
        files = {n.rpartition(".")[2]: self._url(n) for n in self.artefacts if n.rpartition(".")[0] == stem}
        layers = {layer: url for layer in LAYERS if (url := self._found(f"{layer}-{number}"))}
        told = self.pictures[number]
        return {
            "number": number,
            "preset": told.get("preset"),
            "title": told.get("title", ""),
            "seed": told.get("seed", self.seed + number),
            "width": told.get("width", self.width),
            "height": told.get("height", self.height),
            "seconds": told.get("seconds", 0.0),
            "backend": told.get("backend", HERE),
            "notes": list(told.get("notes", ())),
            "report": told.get("report", {}),
            "thumb": self._found(f"thumb-{number}"),
            "files": files,
            "layers": layers or None,
            "recipe": self._found(f"recipe-{number}"),
        }


def plan_of(wish: Wish) -> list[tuple[Step, int]]:
    """The turns that a wish takes, in order: (step, number)."""
    if wish.kind == "cutout":
        return [("cutout", 0)]
    # a preview shows what comes; by a model it would be another picture, and may cost as much as the first
    quick: Step = "preview" if wish.brief.backend in (AUTO, HERE) else "cutout"
    first: list[tuple[Step, int]] = [(quick, 0)] if wish.preview else []
    return first + [("picture", number) for number in range(wish.brief.count)]


def problem(error: StudioError) -> dict[str, Any]:
    """An error as the body of ``application/problem+json``, without the request's id."""
    return {
        "type": f"urn:bgstudio:error:{error.code.replace('_', '-')}",
        "title": error.what,
        "status": error.status,
        "detail": error.meaning,
        "remedy": error.remedy,
        "code": error.code,
    }


def cut_short() -> dict[str, Any]:
    """Why a job ended that the service was stopped under."""
    error = StudioError(
        "The service was stopped while this job was under way.",
        "The photo is gone with it, and the pictures that were not made do not count.",
        "Send the photo again.",
    )
    return problem(error) | {"code": "stopped", "type": "urn:bgstudio:error:stopped", "status": 503}


def _row(made: Artefact) -> list[Any]:
    return [made.media_type, made.width, made.height]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
