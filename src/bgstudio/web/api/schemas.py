"""The shapes of the API's JSON, for its description; the tests hold what is sent against them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bgstudio.domain.brief import Brief
from bgstudio.domain.report import Report

Url = Annotated[str, Field(examples=["/v1/jobs/3f0c9a1be2d47788a0c1/files/picture-0.png"])]
Box = tuple[int, int, int, int]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Doubt(_Shape):
    """A place where the cut-out may be wrong; ``severity`` 0..1, ``box`` in pixels of the photo."""

    reason: str
    box: Box | None
    severity: float


class CutoutView(BaseModel):
    """The product alone: ``size`` and ``box`` in pixels of the photo; ``quick`` means from the preview's network."""

    model_config = ConfigDict(extra="allow")

    size: tuple[int, int]
    box: Box
    model: str
    clean: bool = Field(description="No doubt is so strong that somebody should look first.")
    doubts: list[Doubt]
    notes: list[str]
    light: dict[str, Any]
    camera: dict[str, Any]
    suits: str | None = Field(description="The preset that suits the product best.")
    palette: list[str]
    files: dict[str, Url]
    quick: bool


class PreviewView(_Shape):
    """The small, quick picture."""

    url: Url
    width: int
    height: int


class PictureView(_Shape):
    """One finished picture with its files, layers and recipe."""

    number: int
    preset: str | None
    title: str
    seed: int
    width: int
    height: int
    seconds: float
    backend: str = Field(description="What made the background.")
    notes: list[str]
    report: Report
    thumb: Url | None
    files: dict[str, Url]
    layers: dict[str, Url] | None
    recipe: Url | None


class CameIn(_Shape):
    """One file that came in."""

    what: Literal["photo", "reference", "strokes"]
    bytes: int
    sha256_prefix: None = Field(description="Always null: no fingerprint of a photo is kept.")


class Receipt(_Shape):
    """What happened to what was sent."""

    came_in: list[CameIn]
    backend: str
    left_machine: bool
    sent_to: list[str] = Field(description="Outside services that something of it was sent to.")
    inputs_dropped: datetime | None
    results_expire: datetime | None
    refunded: bool = Field(description="Pictures that were not made have been given back to the day's count.")


class Progress(_Shape):
    """How far the running task is: ``part`` 0..1."""

    step: str
    part: float = Field(ge=0, le=1)
    doing: Literal["cutout", "preview", "picture"]
    number: int
    glimpse: str | None = Field(
        description="Where the unfinished picture can be looked at, for backends that show it. For a moment only."
    )


class Links(_Shape):
    """Where to go from here."""

    self: str
    events: str
    cancel: str
    delete: str


class ProblemView(BaseModel):
    """An error (RFC 9457): ``title`` says what happened, ``detail`` what it means, ``remedy`` what to do."""

    type: str = Field(examples=["urn:bgstudio:error:limit-reached"])
    title: str
    status: int
    detail: str
    remedy: str
    code: str = Field(examples=["limit_reached"])
    request_id: str = ""


class JobView(_Shape):
    """A job: how it stands and what it has made so far."""

    id: str = Field(examples=["3f0c9a1be2d47788a0c1"])
    title: str = Field(description="What the person calls it; empty until they do.")
    kind: Literal["picture", "cutout"]
    state: Literal["waiting", "working", "done", "failed", "cancelled"]
    position: int | None = Field(description="Place in the queue while it waits; 1 is next.")
    created: datetime
    finished: datetime | None
    expires: datetime | None
    progress: Progress
    count: int
    width: int
    height: int
    seed: int
    cutout: CutoutView | None
    preview: PreviewView | None
    pictures: list[PictureView]
    receipt: Receipt
    error: ProblemView | None
    links: Links


class Title(_Shape):
    """What a job is called."""

    title: str = Field(max_length=200)


class Cleared(_Shape):
    """How many jobs were deleted."""

    deleted: int


class LookView(_Shape):
    """A favourite look: what was wished for, without where the product stands."""

    id: str
    name: str
    created: datetime
    brief: Brief
    colours: list[str] = Field(description="Of backdrop, surface and accent; empty for a look never made yet.")
    recipe: Url | None = Field(description="As `bgstudio shoot --recipe` reads it; null for one never made yet.")


class NewLook(_Shape):
    """A look to keep: of a finished picture (`job` and `number`), or of a `brief`."""

    name: str = Field(max_length=200)
    job: str | None = Field(None, max_length=64)
    number: int = Field(0, ge=0, le=99)
    brief: Brief | None = None


class LookName(_Shape):
    """What a look is called."""

    name: str = Field(max_length=200)


class JobList(_Shape):
    """A page of jobs, newest first; ``next`` is the cursor of the next page."""

    jobs: list[JobView]
    next: str | None


class SessionView(_Shape):
    """What is left today, and how long the session lives."""

    used: int
    limit: int
    left: int
    resets: datetime
    expires: datetime
    jobs_at_once: int


class TokenView(_Shape):
    """A session for a program. The token is told once; keep it secret."""

    token: str
    expires: datetime


class PresetView(_Shape):
    """One look."""

    name: str
    title: str
    words: list[str]
    description: str
    set: str
    thumb: str


class BackendView(_Shape):
    """One way to make backgrounds."""

    name: str
    title: str
    leaves_machine: bool = Field(description="Whether the picture is sent to an outside service.")
    needs_gpu: bool
    trained_model: bool
    any_prompt: bool = Field(description="Whether it can show what nobody has modelled, in whatever words.")
    follows_reference: bool
    seeded: bool = Field(description="Whether the same wish and seed give the same picture again.")
    max_pixels: int
    seconds: float | None = Field(description="Usual time of one picture at 1024 pixels; null: not measured.")
    price: dict[str, float | str] | None = Field(description="Of one picture: amount and currency; null: none.")
    service: str = Field(description="The outside service that has to be agreed to first; empty: none.")


class CapabilitiesView(_Shape):
    """What this service can do."""

    version: str
    input_formats: list[str]
    output_formats: list[str]
    limits: dict[str, int | float]
    marks: list[str] = Field(description="Marks that this studio's pictures carry: watermark, xmp, credentials.")
    backends: list[BackendView]
    surfaces: list[dict[str, str]]


class Health(_Shape):
    """Whether it lives, or is ready for work."""

    status: Literal["ok", "not ready"]
