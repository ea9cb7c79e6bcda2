"""A trained image model as a backend: asked for a background, and held to the product it was given."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Canvas, Laid, fit_canvas, lay
from bgstudio.backends.painted.drift import Drift, Tracker
from bgstudio.backends.painted.grounding import Grounding, ground
from bgstudio.backends.painted.guide import paint_guide
from bgstudio.backends.painted.judge import Verdict, judge
from bgstudio.backends.painted.mend import without_product
from bgstudio.backends.painted.words import AVOID, prompt
from bgstudio.domain.brief import Quality
from bgstudio.domain.painting import Ask, Painted, Registration
from bgstudio.domain.picture import Picture
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Cancel, Capabilities, Painter, Progress, check, never, part_of, silent
from bgstudio.domain.shot import Shot
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.errors import ProductLost
from bgstudio.pixels.colour import from_tone_curve, linear_to_bytes, quantise, to_linear, to_unit
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Byte, Double, Float

EFFORT = {Quality.PREVIEW: 0.15, Quality.FINAL: 0.5, Quality.FINE: 1.0}

REFERENCE_SIDE = 1024
"""Longest side of a reference picture that is passed on: models look at less."""

PAINTING = 0.94
"""Part of the progress that belongs to the model."""

UNCOVERED = 3.0
"""Pixels of border without an answer from which on the person is told."""

STILL = 0.2
"""Shift in pixels below which an answer is left where it is: resampling would cost more sharpness than it mends."""


class PaintedBackend:
    """Lets a trained image model paint the background, then measures and mends what it did to the product.

    Satisfies ``domain.ports.Backend``. The product's own pixels are laid over the plate later, as over every other;
    here the plate is brought under them: shift and zoom are measured and undone, what the model painted of the product
    is taken out around its outline, parts that it grew and twins are found, and a missing shadow is added.

    Args:
        painter: the model.
        vocabulary: names of sets and surfaces for people, which prompts are written with.
        tries: how often the model may be asked for one picture.
    """

    def __init__(self, painter: Painter, vocabulary: Vocabulary | None = None, tries: int = 3) -> None:
        self._painter = painter
        self._vocabulary = vocabulary or Vocabulary(())
        self._tries = max(1, tries)
        self._closed = False

    @property
    def name(self) -> str:
        """The painter's."""
        return self._painter.name

    @property
    def title(self) -> str:
        """The painter's, for people."""
        return self._painter.title

    @property
    def capabilities(self) -> Capabilities:
        """The painter's."""
        return self._painter.capabilities

    @property
    def vocabulary(self) -> Vocabulary:
        """What scenes are made of; the model is told their names."""
        return self._vocabulary

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        """Have one background painted.

        Raises ``ProductLost`` where the model changed the product in every try, and whatever the painter raises.
        """
        check(cancel)
        tell = _Rising(progress)
        begun = time.perf_counter()
        canvas = fit_canvas(shot, self._painter.sizes)
        laid = lay(shot.cutout, canvas.rect, canvas.width, canvas.height)
        ask = self._ask(shot, laid)
        tracker = Tracker(laid)
        seconds = {"ask": time.perf_counter() - begun, "paint": 0.0, "judge": 0.0}
        failed: list[Verdict] = []
        spent: list[float] = []
        for number in range(self._tries):
            check(cancel)
            start = PAINTING * (1 - 0.4**number)
            length = PAINTING * (1 - 0.4 ** (number + 1)) - start
            begun = time.perf_counter()
            painted = self._painter.paint(_again(ask, number), tell.part(start, length), cancel)
            seconds["paint"] += time.perf_counter() - begun
            spent += [] if painted.cost is None else [painted.cost]
            check(cancel)
            begun = time.perf_counter()
            tell("comparing the product", start + length)
            answer = _fitted(painted.pixels, canvas)
            drift = tracker.find(answer)
            verdict = judge(answer, laid, drift, tracker)
            seconds["judge"] += time.perf_counter() - begun
            if verdict.fault is None:
                finish = _Finish(shot, canvas, laid, painted, drift, verdict, number + 1)
                tell("laying the ground under it", PAINTING)
                plate = finish.plate(self.name, seconds)
                facts = self._facts(painted, plate, ask.seed + number, spent)
                notes = (*painted.notes, *self._reshot(failed), *plate.notes)
                tell("background painted", 1.0)
                return replace(plate, facts=facts, notes=notes)
            failed.append(verdict)
        raise self._lost(failed)

    def _ask(self, shot: Shot, laid: Laid) -> Ask:
        product = laid.rgba
        return Ask(
            guide=paint_guide(laid, shot.scene),
            product=product,
            mask=255 - product[..., 3],
            prompt=prompt(shot, self._vocabulary),
            avoid=AVOID,
            seed=shot.seed,
            reference=None if shot.reference is None else _reference(shot.reference),
            strength=shot.reference_strength,
            effort=EFFORT[shot.quality],
        )

    def _facts(self, painted: Painted, plate: Plate, seed: int, spent: list[float]) -> dict[str, str]:
        registration = plate.registration
        facts = {"painter": self.name, "painter seed": str(seed)} | painted.facts
        if registration is not None:
            facts["tries"] = str(registration.tries)
        if spent:
            price = self.capabilities.price
            facts["cost"] = f"{sum(spent):.4f} {price.currency if price else ''}".strip()
        return facts

    def _reshot(self, failed: list[Verdict]) -> tuple[str, ...]:
        if not failed:
            return ()
        times = "once" if len(failed) == 1 else f"{len(failed)} times"
        faults = " and ".join(dict.fromkeys(verdict.fault or "" for verdict in failed))
        return (f"The model was asked again {times}, because it {faults}.",)

    def _lost(self, failed: list[Verdict]) -> ProductLost:
        faults = ", then it ".join(dict.fromkeys(verdict.fault or "" for verdict in failed))
        times = "once" if len(failed) == 1 else f"{len(failed)} times"
        return ProductLost(
            f"{self.title} was asked {times} and each time changed the product: it {faults}.",
            "The picture would have shown something that you do not sell, so none was made.",
            "Try other words or another seed, or choose the studio's own renderer, which never changes the product.",
        )

    def close(self) -> None:
        """Close the painter; a second time does nothing."""
        if not self._closed:
            self._closed = True
            self._painter.close()


class _Rising:
    """A progress report that never falls, whatever a painter says."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._most = 0.0

    def __call__(self, step: str, part: float) -> None:
        self._most = max(self._most, min(1.0, part))
        self._progress(step, self._most)

    def part(self, start: float, length: float) -> Progress:
        """The report of one stretch of the way."""
        return part_of(self, start, length)


def _again(ask: Ask, number: int) -> Ask:
    return ask if number == 0 else replace(ask, seed=(ask.seed + number) % 2**31)


def _reference(picture: Picture) -> Byte:
    factor = min(1.0, REFERENCE_SIDE / max(picture.width, picture.height))
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return linear_to_bytes(resize(picture.rgb, *size))


def _fitted(pixels: Byte, canvas: Canvas) -> Byte:
    """The answer at the ask's size, for looking at; another aspect is cropped in the middle, never stretched."""
    height, width = pixels.shape[:2]
    if (width, height) == (canvas.width, canvas.height):
        return pixels
    way = cv2.INTER_AREA if width > canvas.width else cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(pixels, _to_canvas(pixels, canvas), (canvas.width, canvas.height), flags=cv2.INTER_CUBIC,
                       borderMode=cv2.BORDER_REFLECT_101)
        if _odd(pixels, canvas) else cv2.resize(pixels, (canvas.width, canvas.height), interpolation=way), np.uint8,
    )  # fmt: skip


def _odd(pixels: Byte, canvas: Canvas) -> bool:
    """Whether the answer's aspect is another one by more than rounding explains."""
    height, width = pixels.shape[:2]
    return abs(width / height / (canvas.width / canvas.height) - 1) > 0.015


def _to_canvas(pixels: Byte, canvas: Canvas) -> Double:
    """2 x 3, from centres of the answer's pixels to centres of the canvas's."""
    height, width = pixels.shape[:2]
    sx, sy = canvas.width / width, canvas.height / height
    if _odd(pixels, canvas):
        sx = sy = max(sx, sy)
    return np.array(
        [
            [sx, 0, canvas.width / 2 - 0.5 - sx * (width / 2 - 0.5)],
            [0, sy, canvas.height / 2 - 0.5 - sy * (height / 2 - 0.5)],
        ]
    )


@dataclass(frozen=True, eq=False)
class _Finish:
    """From an accepted answer to a plate."""

    shot: Shot
    canvas: Canvas
    laid: Laid
    painted: Painted
    drift: Drift
    verdict: Verdict
    tries: int

    def plate(self, name: str, seconds: dict[str, float]) -> Plate:
        begun = time.perf_counter()
        shot = self.shot
        placed = lay(shot.cutout, shot.rect, shot.width, shot.height)
        picture, uncovered = self._straightened()
        hole, feather = self.verdict.hole(placed.alpha, self.canvas)
        clean = without_product(picture, hole, feather)
        grounding = ground(clean, placed, shot)
        layers = _layers(clean, grounding)
        seconds["finish"] = time.perf_counter() - begun
        return Plate(
            *layers,
            exposure=1.0,
            backend=name,
            foot=None if grounding.foot is None else grounding.foot.astype(np.float32),
            notes=(*self._notes(uncovered), *grounding.notes),
            seconds={step: round(value, 4) for step, value in seconds.items()},
            registration=self._registration(),
        )

    def _straightened(self) -> tuple[Float, float]:
        """(the answer brought under the product, encoded float32 of the frame's size; pixels of border it lacks)."""
        shot, pixels = self.shot, self.painted.pixels
        to_answer = _chain(_inverse(_to_canvas(pixels, self.canvas)), self._moved(), self.canvas.from_frame())
        size = shot.width, shot.height
        image = to_unit(pixels)
        if np.allclose(to_answer, np.eye(2, 3), atol=1e-6) and pixels.shape[:2] == (shot.height, shot.width):
            return image, 0.0
        shrink = float(np.sqrt(abs(np.linalg.det(to_answer[:, :2]))))
        if shrink > 1.25:  # the warp looks at four pixels only
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.5 * np.sqrt(shrink**2 - 1)), np.float32)
        out = cv2.warpAffine(
            image, to_answer, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101
        )
        corners = np.array([[0, 0, 1], [shot.width - 1, shot.height - 1, 1]], np.float64) @ to_answer.T
        limit = np.array([pixels.shape[1] - 1, pixels.shape[0] - 1], np.float64)
        missing = max(0.0, float((-corners[0]).max()), float((corners[1] - limit).max())) / max(shrink, 1e-6)
        return np.clip(out, 0, 1).astype(np.float32), missing

    def _moved(self) -> Double:
        reach = max(self.canvas.rect.width, self.canvas.rect.height) / 2
        if self.drift.largest(reach) < STILL:
            return np.eye(2, 3)
        return self.drift.matrix()

    def _notes(self, uncovered: float) -> tuple[str, ...]:
        notes = []
        if uncovered > UNCOVERED:
            notes.append(
                f"The model had moved the product; where its picture then ended, {uncovered:.0f} pixels of border "
                "were continued by their mirror image."
            )
        height, width = self.painted.pixels.shape[:2]
        grown = min(width / self.canvas.width, height / self.canvas.height) * self.canvas.scale
        if grown < 0.95:
            notes.append(
                f"The background was painted at {width} x {height} and enlarged {1 / grown:.1f} times; "
                "the product is at full resolution."
            )
        return tuple(notes)

    def _registration(self) -> Registration:
        factor = 1 / self.canvas.scale
        verdict = self.verdict
        return Registration(
            dx=round(self.drift.dx * factor, 3), dy=round(self.drift.dy * factor, 3), zoom=round(self.drift.zoom, 5),
            residual=round(verdict.residual * factor, 3), changed=round(verdict.changed, 2),
            grown=round(verdict.grown, 4), twins=verdict.twins, tries=self.tries,
        )  # fmt: skip


def _layers(clean: Float, grounding: Grounding) -> tuple[Float, Float, Float]:
    """Backdrop, shadow and reflection in scene light; without additions the last two do nothing."""
    backdrop = from_tone_curve(to_linear(clean))
    shadow, reflection = np.ones_like(backdrop), np.zeros_like(backdrop)
    if grounding.shadow is not None:
        shaded = to_linear(clean) * grounding.shadow[..., None]
        shadow = np.clip(from_tone_curve(shaded) / np.maximum(backdrop, np.float32(1e-5)), 0, 1)
    if grounding.mirror is not None:
        colours, cover = grounding.mirror
        shadow = shadow * (1 - cover[..., None])
        reflection = to_linear(colours) * cover[..., None]
    return backdrop, shadow.astype(np.float32), reflection.astype(np.float32)


def _inverse(matrix: Double) -> Double:
    return np.asarray(cv2.invertAffineTransform(matrix), np.float64)


def _chain(*matrices: Double) -> Double:
    """2 x 3, the last one first."""
    out = np.eye(3)
    for matrix in matrices:
        out = out @ np.vstack([matrix, [0, 0, 1]])
    return out[:2]


__all__ = ["PaintedBackend", "quantise"]
