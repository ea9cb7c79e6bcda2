"""What a worker does with a task: decode, cut out, direct, expose, encode. Knows nothing of pipes or keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bgstudio.cutout import Hint
from bgstudio.domain.brief import MIN_SIDE, Brief, FileFormat, Quality
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.job import Step, Wish
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Cancel, Progress, check, part_of
from bgstudio.domain.render import Render
from bgstudio.engine.facts import cutout_facts, picture_facts
from bgstudio.engine.kept import Kept, KeptJobs
from bgstudio.engine.screen import screen
from bgstudio.errors import UsageError
from bgstudio.export import MEDIA_TYPES, confidence_png, mask_png
from bgstudio.export.files import write
from bgstudio.marks.telling import tell
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import bytes_to_linear, linear_to_bytes
from bgstudio.pixels.resample import resize, resize_straight
from bgstudio.pixels.types import Bool, Byte
from bgstudio.studio import Studio

PREVIEW_SIDE = 384
"""Longest side of a preview, in pixels."""

QUICK_CUTOUT_SIDE = 1024
"""Longest side of the cut-out that comes with a preview."""

THUMB_SIDE = 256
"""Longest side of a thumbnail."""

PORTRAIT_SIDE = 256
"""Side of a person's picture."""

_KEEP, _DROP = 192, 64  # brightness from which a stroke keeps, and up to which it drops
_CUT, _EXPOSED = 0.25, 0.93  # parts of a picture's progress at which these steps have ended

Emit = Callable[[str, str, int, int, bytes], None]
"""Given each finished file: (name, media type, width, height, bytes)."""


@dataclass(frozen=True)
class Order:
    """A task, opened.

    Attributes:
        job, step, number: see ``domain.job.Task``.
        wish: what is wanted.
        photo, reference, strokes: files as uploaded.
    """

    job: str
    step: Step
    number: int
    wish: Wish
    photo: bytes
    reference: bytes | None = None
    strokes: bytes | None = None


class Maker:
    """Works off orders with one studio.

    Args:
        studio: makes the pictures.
        screen_above: score above which an uploaded picture is refused; None screens nothing.
        kept: what is kept between the tasks of a job.
    """

    def __init__(self, studio: Studio, screen_above: float | None = None, kept: KeptJobs | None = None) -> None:
        self._studio = studio
        self._screen_above = screen_above
        self.kept = kept or KeptJobs()

    def run(self, order: Order, emit: Emit, progress: Progress, cancel: Cancel) -> dict[str, Any]:
        """Do one task: every file goes to ``emit`` as soon as it is made; returns the facts.

        Raises ``StudioError`` of any kind, ``Cancelled`` among them.
        """
        if order.step == "portrait":
            return self._portrait(order, emit)
        if order.step == "convert":
            return self._convert(order, emit, cancel)
        if order.step == "verify":
            found = self._studio.marks(order.photo)
            return {"marks": found.model_dump(mode="json"), "telling": tell(found).view()}
        started = time.monotonic()
        kept = self.kept.begin(order.job)
        try:
            match order.step:
                case "cutout":
                    return self._cutout(order, kept, emit, progress, cancel)
                case "preview":
                    return self._preview(order, kept, emit, progress, cancel, started)
                case "picture":
                    return self._picture(order, kept, emit, progress, cancel, started)
        finally:
            self.kept.end()

    def _portrait(self, order: Order, emit: Emit) -> dict[str, Any]:
        photo = self._studio.open(order.photo)
        side = min(photo.width, photo.height)
        left, top = (photo.width - side) // 2, (photo.height - side) // 2
        rgb = photo.rgb[top : top + side, left : left + side]
        if photo.alpha is not None:
            alpha = photo.alpha[top : top + side, left : left + side, None]
            rgb = rgb * alpha + (1 - alpha)
        small = min(side, PORTRAIT_SIDE)
        pixels = linear_to_bytes(np.clip(resize(np.ascontiguousarray(rgb), small, small), 0, 1))
        emit("portrait.webp", MEDIA_TYPES[FileFormat.WEBP], small, small, write(pixels, FileFormat.WEBP))
        return {}

    def _convert(self, order: Order, emit: Emit, cancel: Cancel) -> dict[str, Any]:
        """A picture of ours in other formats: PNG is exact both ways, so its pixels are those that were made."""
        for wanted in dict.fromkeys(order.wish.formats):
            check(cancel)
            pixels, data = self._studio.converted(order.photo, wanted)
            _emit(emit, f"picture-{order.number}.{wanted.value}", wanted, pixels, data)
        return {}

    def _cutout(self, order: Order, kept: Kept, emit: Emit, progress: Progress, cancel: Cancel) -> dict[str, Any]:
        cutout = self._full(order, kept, part_of(progress, 0.0, 0.9), cancel)
        self._emit_cutout(cutout, emit, part_of(progress, 0.9, 0.1), cancel)
        return {"cutout": self._facts(kept, cutout)}

    def _preview(
        self, order: Order, kept: Kept, emit: Emit, progress: Progress, cancel: Cancel, started: float
    ) -> dict[str, Any]:
        photo = self._photo(order, kept, progress)
        hint = self._hint(order, photo)
        cutout = self._studio.cut(photo, preview=True, hint=hint, progress=part_of(progress, 0.05, _CUT), cancel=cancel)
        self._emit_cutout(_reduced(cutout, QUICK_CUTOUT_SIDE), emit, part_of(progress, 0.3, 0.05), cancel)
        brief = preview_of(order.wish.brief)
        scene = self._studio.direct(brief, cutout, self._reference(order, kept))[0]
        render = self._studio.expose(brief, scene, cutout, brief.seed, part_of(progress, 0.35, 0.6), cancel)
        check(cancel)
        data = self._studio.picture_file(render, FileFormat.JPEG)
        _emit(emit, "preview.jpeg", FileFormat.JPEG, render.pixels, data)
        return {
            "cutout": cutout_facts(self._studio, cutout, kept.source, quick=True),
            "picture": picture_facts(self._studio, render, kept.source, 0, time.monotonic() - started),
        }

    def _picture(
        self, order: Order, kept: Kept, emit: Emit, progress: Progress, cancel: Cancel, started: float
    ) -> dict[str, Any]:
        known = kept.cutout is not None
        cut = 0.02 if known else _CUT
        cutout = self._full(order, kept, part_of(progress, 0.0, cut), cancel)
        brief = order.wish.brief
        if not 0 <= order.number < brief.count:
            raise UsageError(f"There is no picture {order.number} of {brief.count}.", remedy="Ask for fewer.")
        if kept.brief != brief:
            kept.scenes, kept.brief = self._studio.direct(brief, cutout, self._reference(order, kept)), brief
            kept.photo = None  # nothing that follows needs it
            if not self._studio.choose(brief).backend.capabilities.trained_model:
                kept.reference = None  # nor this: what it tells is in the scenes
        scene = kept.scenes[order.number]
        seed = brief.seed + order.number
        render = self._studio.expose(
            brief, scene, cutout, seed, part_of(progress, cut, _EXPOSED - cut), cancel, reference=kept.reference
        )
        check(cancel)
        self._screen_answer(brief, render)
        progress("Writing the files", _EXPOSED)
        for name, file_format, pixels, data in self._files(order, render):
            _emit(emit, name, file_format, pixels, data)
            check(cancel)
        recipe = self._studio.recipe(render, brief, order.photo).to_json().encode()
        emit(f"recipe-{order.number}.json", "application/json", 0, 0, recipe)
        if order.number == 0:
            self._emit_cutout(cutout, emit, part_of(progress, 0.96, 0.04), cancel)
        return {
            "cutout": self._facts(kept, cutout),
            "picture": picture_facts(self._studio, render, kept.source, order.number, time.monotonic() - started),
        }

    def _screen_answer(self, brief: Brief, render: Render) -> None:
        """What a trained model has painted is screened like what people upload."""
        trained = self._studio.choose(brief).backend.capabilities.trained_model
        if self._screen_above is not None and trained:
            screen(Picture(bytes_to_linear(render.pixels)), self._screen_above, "picture that the model painted")

    def _files(self, order: Order, render: Render) -> Iterator[tuple[str, FileFormat, Byte, bytes]]:
        number, pixels = order.number, render.pixels
        for wanted in dict.fromkeys(order.wish.formats):
            yield f"picture-{number}.{wanted.value}", wanted, pixels, self._studio.picture_file(render, wanted)
        small = thumb(pixels)
        packet = self._studio.marker.packet(render.making.term)
        yield f"thumb-{number}.webp", FileFormat.WEBP, small, write(small, FileFormat.WEBP, xmp=packet)
        if order.wish.layers:
            for name, data in self._studio.layer_files(render).items():
                yield f"{name}-{number}.png", FileFormat.PNG, pixels, data

    def _emit_cutout(self, cutout: Cutout, emit: Emit, progress: Progress, cancel: Cancel) -> None:
        height, width = cutout.alpha.shape
        makers = {"cutout.png": self._studio.cutout_file, "mask.png": mask_png, "confidence.png": confidence_png}
        for done, (name, make) in enumerate(makers.items()):
            progress("Writing the cut-out", done / len(makers))
            emit(name, "image/png", width, height, make(cutout))
            check(cancel)

    # ---------------------------------------------------------------- what is kept of a job

    def _photo(self, order: Order, kept: Kept, progress: Progress) -> Picture:
        if kept.photo is None:
            progress("Opening the photo", 0.0)
            photo = self._studio.open(order.photo)
            if self._screen_above is not None:
                screen(photo, self._screen_above)
            kept.photo, kept.source = photo, photo.source
        return kept.photo

    def _reference(self, order: Order, kept: Kept) -> Picture | None:
        if kept.reference is None and order.reference is not None:
            reference = self._studio.open(order.reference)
            if self._screen_above is not None:
                screen(reference, self._screen_above, "reference picture")
            kept.reference = reference
        return kept.reference

    def _full(self, order: Order, kept: Kept, progress: Progress, cancel: Cancel) -> Cutout:
        if kept.cutout is None:
            photo = self._photo(order, kept, progress)
            hint = self._hint(order, photo)
            kept.cutout = self._studio.cut(photo, hint=hint, progress=progress, cancel=cancel)
            kept.brief = kept.facts = None
        return kept.cutout

    def _facts(self, kept: Kept, cutout: Cutout) -> dict[str, Any]:
        if kept.facts is None:
            kept.facts = cutout_facts(self._studio, cutout, kept.source, quick=False)
        return kept.facts

    def _hint(self, order: Order, photo: Picture) -> Hint | None:
        """The person's box and strokes; strokes of another size are stretched, of another shape refused."""
        keep: Bool | None = None
        drop: Bool | None = None
        if order.strokes is not None:
            painted = linear_to_bytes(self._studio.open(order.strokes).rgb)[..., 1]
            height, width = painted.shape
            if abs(width * photo.height / (height * photo.width) - 1) > 0.02:
                raise UsageError(
                    f"The strokes have {width} x {height} pixels, the photo {photo.width} x {photo.height}.",
                    "They do not lie over each other.",
                    "Paint them in the photo's own proportions.",
                )
            rows = np.arange(photo.height) * height // photo.height
            columns = np.arange(photo.width) * width // photo.width
            painted = painted[rows[:, None], columns[None]]
            keep, drop = painted >= _KEEP, painted <= _DROP
            keep, drop = (keep if keep.any() else None), (drop if drop.any() else None)
        if order.wish.box is None and keep is None and drop is None:
            return None
        return Hint(order.wish.box, keep, drop)


def preview_of(brief: Brief) -> Brief:
    """The brief of the small, quick picture that comes first."""
    scale = min(1.0, PREVIEW_SIDE / max(brief.width, brief.height))
    width, height = (max(MIN_SIDE, round(side * scale)) for side in (brief.width, brief.height))
    return brief.model_copy(update={"width": width, "height": height, "count": 1, "quality": Quality.PREVIEW})


def thumb(pixels: Byte) -> Byte:
    """A picture reduced to ``THUMB_SIDE``, in linear light."""
    height, width = pixels.shape[:2]
    scale = min(1.0, THUMB_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return linear_to_bytes(resize(bytes_to_linear(pixels), *size))


def _reduced(cutout: Cutout, side: int) -> Cutout:
    """A smaller cut-out, for its files only."""
    height, width = cutout.alpha.shape
    scale = side / max(width, height)
    if scale >= 1:
        return cutout
    size = max(1, round(width * scale)), max(1, round(height * scale))
    rgb, alpha = resize_straight(cutout.rgb, cutout.alpha, *size)
    box = bounding_box(alpha) or (0, 0, *size)
    return replace(cutout, rgb=rgb, alpha=alpha, confidence=resize(cutout.confidence, *size), box=box)


def _emit(emit: Emit, name: str, file_format: FileFormat, pixels: Byte, data: bytes) -> None:
    emit(name, MEDIA_TYPES[file_format], pixels.shape[1], pixels.shape[0], data)
