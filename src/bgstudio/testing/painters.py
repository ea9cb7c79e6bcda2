"""A trained image model that costs milliseconds and misbehaves as it is told."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.domain.painting import Ask, Painted, Sizes
from bgstudio.domain.ports import Cancel, Capabilities, Glimpse, Progress, check, never, silent
from bgstudio.errors import BackendError, PaintingRefused
from bgstudio.pixels.colour import quantise, to_unit
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Byte, Float
from bgstudio.testing import drawing, growing

GROWN_KINDS = tuple(growing.KINDS)
"""Parts that ``Mischief.grow`` can name."""


@dataclass(frozen=True)
class Mischief:
    """How a model misbehaves in one answer; the default does not.

    Attributes:
        dx, dy: shift of the product in pixels of the ask.
        zoom: its size by the asked one, about the middle of its box.
        grow: a part it does not have: one of ``GROWN_KINDS``, or empty.
        twins: further products like it.
        relight: -1..1, a gradient of light across the product.
        recolour: 0..1, how far its colours are turned.
        redraw: 0..1, part of the product that is painted anew, with details of the model's own.
        shadow: how dark its shadow is; 0 for none.
        softness: of the shadow, 0 hard .. 1.
        mirror: how glossy the ground is, 0..1.
        props: things around it; some stand behind it and are partly hidden.
        alike: 0..1, chance of a prop in the product's own colours.
        jpeg: quality of the compression, 0 for none.
        size: of the answer by the ask's.
        ground: one of ``drawing.GROUNDS``, empty for any.
        refuse: the model does not paint this.
        fail: raised instead of an answer.
    """

    dx: float = 0.0
    dy: float = 0.0
    zoom: float = 1.0
    grow: str = ""
    twins: int = 0
    relight: float = 0.0
    recolour: float = 0.0
    redraw: float = 0.0
    shadow: float = 0.7
    softness: float = 0.5
    mirror: float = 0.0
    props: int = 2
    alike: float = 0.0
    jpeg: int = 0
    size: float = 1.0
    ground: str = ""
    refuse: bool = False
    fail: Exception | None = None


class StandInPainter:
    """A ``Painter`` that draws a plausible set around the product: deterministic, by the ask's seed.

    ``StandInPainter(bad, good)`` misbehaves as told in the first answer, the second and so on; the last goes on.
    ``asks`` keeps what it was asked for; ``seconds`` that an answer lasts, telling its progress and asking all the
    while whether to stop.

    Args:
        mischief: what goes wrong, answer after answer.
        sizes: sizes that it takes.
        seconds: that an answer lasts.
        capabilities: what it says of itself.
        glimpse: shown the guide, small, as the unfinished picture.
    """

    name = "stand-in"
    title = "Stand-in model"

    def __init__(
        self,
        *mischief: Mischief,
        sizes: Sizes | None = None,
        seconds: float = 0.0,
        capabilities: Capabilities | None = None,
        glimpse: Glimpse | None = None,
    ) -> None:
        self.mischief = mischief or (Mischief(),)
        self.sizes = sizes or Sizes()
        self.seconds = seconds
        self.glimpse = glimpse
        self.asks: list[Ask] = []
        self.closed = 0
        self.capabilities = capabilities or Capabilities(
            leaves_machine=False, needs_gpu=False, max_pixels=4096 * 4096, follows_reference=True, trained_model=True,
            any_prompt=True,
        )  # fmt: skip

    def paint(self, ask: Ask, progress: Progress = silent, cancel: Cancel = never) -> Painted:
        """Draw one answer."""
        check(cancel)
        turn = min(len(self.asks), len(self.mischief) - 1)
        mischief = self.mischief[turn]
        self.asks.append(ask)
        if mischief.refuse:
            raise PaintingRefused(
                "The model does not paint this.",
                "No picture was made.",
                "Say it in other words, or use another backend.",
            )
        if mischief.fail is not None:
            raise mischief.fail
        if self.glimpse is not None:
            self.glimpse(np.ascontiguousarray(ask.guide[::4, ::4]))
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < self.seconds:
            progress("painting", passed / self.seconds)
            time.sleep(0.02)
            check(cancel)
        pixels = draw(ask, mischief)
        progress("painting", 1.0)
        return Painted(pixels, facts={"model": "stand-in 1", "request": str(len(self.asks))})

    def close(self) -> None:
        """Count it."""
        self.closed += 1


def draw(ask: Ask, mischief: Mischief) -> Byte:
    """One answer: uint8 (h, w, 3), encoded sRGB."""
    if ask.product.shape[:2] != ask.guide.shape[:2]:
        raise BackendError("The ask's pictures differ in size.", "The stand-in cannot draw.", "Mend the ask.")
    rgb, alpha = drawn_product(ask, mischief)
    rng = np.random.default_rng([1, ask.seed])
    height, width = alpha.shape
    rows, columns = np.flatnonzero((alpha > 0.5).any(1)), np.flatnonzero((alpha > 0.5).any(0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else (0, 0, width, height)
    foot = float(min(box[3], height))
    tones = ask.guide[ask.mask > 127] if (ask.mask > 127).any() else ask.guide.reshape(-1, 3)
    wall = np.asarray(np.quantile(tones[: len(tones) // 4 + 1], 0.6, axis=0) / 255, np.float32)
    floor = np.asarray(np.quantile(tones[-len(tones) // 4 :], 0.6, axis=0) / 255, np.float32)
    picture = drawing.background(rng, height, width, foot, wall, floor, mischief.ground)
    _props(rng, picture, rgb, alpha, box, mischief)
    for _ in range(mischief.twins):
        _twin(rng, picture, rgb, alpha, box)
    if mischief.mirror:
        drawing.add_mirror(rng, picture, rgb, alpha, mischief.mirror)
    if mischief.shadow:
        drawing.throw_shadow(rng, picture, alpha, mischief.shadow, mischief.softness)
    mixed: Float = picture * (1 - alpha[..., None]) + rgb * alpha[..., None]
    out = quantise(blur(mixed, 0.45))
    if mischief.size != 1:
        size = max(8, round(width * mischief.size)), max(8, round(height * mischief.size))
        out = np.asarray(cv2.resize(out, size, interpolation=cv2.INTER_AREA if mischief.size < 1 else cv2.INTER_CUBIC))
    if mischief.jpeg:
        _, packed = cv2.imencode(".jpg", out[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, mischief.jpeg])
        out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)[..., ::-1].copy()
    return np.asarray(out, np.uint8)


def drawn_product(ask: Ask, mischief: Mischief) -> tuple[Float, Float]:
    """The model's version of the product where it puts it: encoded 0..1 (h, w, 3), alpha (h, w)."""
    rng = np.random.default_rng(ask.seed)
    rgb, alpha = to_unit(ask.product[..., :3]), to_unit(ask.product[..., 3])
    rgb = _repainted(rng, rgb, alpha, mischief)
    if mischief.grow:
        rgb, alpha = growing.grown(rng, rgb, alpha, mischief.grow)
    return _moved(rgb, alpha, ask.product[..., 3], mischief)


def _repainted(rng: np.random.Generator, rgb: Float, alpha: Float, mischief: Mischief) -> Float:
    """The product in the model's own light, colours and details."""
    height, width = alpha.shape
    out = rgb
    if mischief.relight:
        ramp = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
        out = out * (1 + 0.5 * mischief.relight * ramp)
    if mischief.recolour:
        turn = np.roll(np.eye(3, dtype=np.float32), 1, axis=1)
        out = out @ (np.eye(3, dtype=np.float32) * (1 - mischief.recolour) + turn * mischief.recolour)
    if mischief.redraw:
        where = drawing.noise(rng, height, width, max(4, 0.12 * max(height, width)))
        inside = where[alpha > 0.5]
        level = np.quantile(inside, 1 - mischief.redraw) if len(inside) else 9
        part = blur((where > level).astype(np.float32), 1.5)[..., None]
        cell = max(2.0, 0.01 * max(height, width))
        detail = np.dstack([drawing.noise(rng, height, width, cell) for _ in range(3)])
        out = (out * (1 - part) + np.clip(blur(out, 3 * cell) + 0.1 * detail, 0, 1) * part).astype(np.float32)
    return np.clip(out, 0, 1).astype(np.float32)


def _moved(rgb: Float, alpha: Float, asked: Byte, mischief: Mischief) -> tuple[Float, Float]:
    if mischief.zoom == 1 and not mischief.dx and not mischief.dy:
        return rgb, alpha
    rows, columns = np.flatnonzero((asked > 127).any(1)), np.flatnonzero((asked > 127).any(0))
    x, y = (columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2
    z = mischief.zoom
    matrix = np.array([[z, 0, mischief.dx + (1 - z) * x], [0, z, mischief.dy + (1 - z) * y]])
    layer = np.dstack([rgb * alpha[..., None], alpha])
    moved = cv2.warpAffine(layer, matrix, alpha.shape[::-1], flags=cv2.INTER_CUBIC)
    cover = np.clip(moved[..., 3], 0, 1)
    colour = np.clip(moved[..., :3] / np.maximum(moved[..., 3:], 1e-3), 0, 1)
    return colour.astype(np.float32), cover.astype(np.float32)


def _props(
    rng: np.random.Generator, picture: Float, rgb: Float, alpha: Float, box: tuple[int, ...], mischief: Mischief
) -> None:
    """Things around the product: far ones first; none stands in front of it, as the product is laid over them."""
    left, top, right, bottom = box
    wide, tall = right - left, bottom - top
    for _ in range(mischief.props):
        size = float(rng.uniform(0.25, 0.9)) * max(20, min(wide, tall) if rng.random() < 0.5 else tall)
        x = float(rng.choice([left - rng.uniform(-0.15, 0.6) * wide, right + rng.uniform(-0.15, 0.6) * wide]))
        base = bottom - float(rng.uniform(0.0, 0.14)) * tall
        colour = rng.uniform(0.08, 0.92, 3).astype(np.float32)
        solid = rgb[alpha > 0.9]
        if rng.random() < mischief.alike and len(solid):
            colour = solid[int(rng.integers(len(solid)))] * np.float32(rng.uniform(0.8, 1.2))
        drawing.add_prop(rng, picture, (x, base), size, np.clip(colour, 0, 1))


def _twin(rng: np.random.Generator, picture: Float, rgb: Float, alpha: Float, box: tuple[int, ...]) -> None:
    """The product once more, smaller or larger, to one side and a little behind."""
    left, _, right, bottom = box
    height, width = alpha.shape
    side = 1 if (left + right) / 2 < width / 2 else -1
    if rng.random() < 0.3 and min(left, width - right) > 0.5 * (right - left):
        side = -side
    zoom = float(rng.uniform(0.55, 1.0))
    room = (width - right) if side > 0 else left
    away = side * min(
        max(0.5 * (1 + zoom) * (right - left) * rng.uniform(0.9, 1.2), 1), room + 0.5 * zoom * (right - left)
    )
    x = (left + right) / 2
    lift = float(rng.uniform(0, 0.08)) * (bottom - box[1])
    flip = -1.0 if rng.random() < 0.3 else 1.0
    matrix = np.array([[flip * zoom, 0, x + away - flip * zoom * x], [0, zoom, bottom - lift - zoom * bottom]])
    layer = np.dstack([rgb * alpha[..., None], alpha])
    moved = cv2.warpAffine(layer, matrix, (width, height), flags=cv2.INTER_AREA)
    cover = np.clip(moved[..., 3:], 0, 1)
    light = np.float32(rng.uniform(0.8, 1.1))
    drawing.throw_shadow(rng, picture, np.asarray(cover[..., 0], np.float32), 0.5, 0.6)
    picture[...] = picture * (1 - cover) + np.clip(moved[..., :3] * light, 0, 1)
