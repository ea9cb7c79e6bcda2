"""Where the frame and the product lie in the picture that a model is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.domain.cutout import Cutout
from bgstudio.domain.painting import Sizes
from bgstudio.domain.shot import Rect, Shot
from bgstudio.pixels.colour import linear_to_bytes, quantise
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Byte, Double, Float

WIDEST = 3.0
"""Longest side by shortest of a canvas: models trained on square pictures repeat themselves in longer ones."""


@dataclass(frozen=True)
class Canvas:
    """A picture of a size that a model takes, which covers the frame at one scale: never letterboxed or stretched.

    Attributes:
        width, height: pixels of the canvas.
        scale: canvas pixels per pixel of the frame.
        left, top: where the frame's corner lies, in canvas pixels; what lies outside the frame is cut off later.
        rect: where the product's box lands, whole canvas pixels; may reach beyond its edges.
        frame: where it lands in the frame.
    """

    width: int
    height: int
    scale: float
    left: float
    top: float
    rect: Rect
    frame: Rect

    def from_frame(self) -> Double:
        """The 2 x 3 matrix from centres of frame pixels to centres of canvas pixels.

        It takes the product's box in the frame exactly onto its box in the canvas, which was rounded to whole pixels.
        """
        sx = self.rect.width / self.frame.width
        sy = self.rect.height / self.frame.height
        x = self.rect.left - 0.5 + sx * (0.5 - self.frame.left)
        y = self.rect.top - 0.5 + sy * (0.5 - self.frame.top)
        return np.array([[sx, 0, x], [0, sy, y]])


def fit_canvas(shot: Shot, sizes: Sizes) -> Canvas:
    """The canvas for a shot: as near to the frame's own pixels as the model allows.

    Where the model's sizes are fixed, the one that shows the frame largest; else the frame's aspect, rounded up to the
    model's multiples, with the frame's pixels or as near to them as its bounds allow.
    """
    width, height = _fixed(shot, sizes) if sizes.fixed else _free(shot, sizes)
    scale = min(width / shot.width, height / shot.height)
    left, top = (width - shot.width * scale) / 2, (height - shot.height * scale) / 2
    rect = shot.rect
    cols, rows = max(2, round(rect.width * scale)), max(2, round(rect.height * scale))
    x = round(left + (rect.left + rect.width / 2) * scale - cols / 2)
    bottom = round(top + rect.bottom * scale)
    return Canvas(width, height, scale, left, top, Rect(x, bottom - rows, cols, rows), rect)


def _fixed(shot: Shot, sizes: Sizes) -> tuple[int, int]:
    def shown(size: tuple[int, int]) -> tuple[float, int]:
        return round(min(size[0] / shot.width, size[1] / shot.height), 6), -size[0] * size[1]

    return max(sizes.fixed, key=shown)


def _free(shot: Shot, sizes: Sizes) -> tuple[int, int]:
    width, height = float(shot.width), float(shot.height)
    width, height = max(width, height / WIDEST), max(height, width / WIDEST)
    pixels = min(max(width * height, sizes.least), sizes.most)
    scale = math.sqrt(pixels / (width * height))
    step = sizes.multiple
    while True:
        cols = max(step, math.ceil(width * scale / step - 1e-9) * step)
        rows = max(step, math.ceil(height * scale / step - 1e-9) * step)
        if cols * rows <= sizes.most or cols * rows <= step * step:
            break
        scale *= 0.99
    if cols * rows < sizes.least:  # rounding up never falls below it, but a narrow range may lie between two multiples
        rows += step
    return cols, rows


@dataclass(frozen=True, eq=False)
class Laid:
    """The product in a canvas.

    Attributes:
        rgb: uint8 (h, w, 3), encoded sRGB, straight, 0 where there is no product.
        alpha: float32 (h, w), 0..1.
    """

    rgb: Byte
    alpha: Float

    @property
    def rgba(self) -> Byte:
        """Both as uint8 (h, w, 4)."""
        return np.dstack([self.rgb, quantise(self.alpha)])

    def resized(self, width: int, height: int) -> Laid:
        """At another size, by area where it shrinks; through premultiplied colours."""
        if (width, height) == self.alpha.shape[::-1]:
            return self
        weight = self.alpha[..., None]
        way = cv2.INTER_AREA if width < self.alpha.shape[1] else cv2.INTER_LINEAR
        alpha = np.asarray(cv2.resize(self.alpha, (width, height), interpolation=way), np.float32)
        mixed = cv2.resize(self.rgb.astype(np.float32) * weight, (width, height), interpolation=way)
        rgb = np.where(alpha[..., None] > 1e-3, mixed / np.maximum(alpha, 1e-3)[..., None], 0)
        return Laid(np.clip(rgb + 0.5, 0, 255).astype(np.uint8), alpha)


def lay(cutout: Cutout, rect: Rect, width: int, height: int) -> Laid:
    """The cut-out's box resized to ``rect`` in an empty picture; what reaches beyond it is cut off."""
    colour, alpha = resize_straight(*cutout.cropped(), rect.width, rect.height)
    rgb = np.zeros((height, width, 3), np.uint8)
    matte = np.zeros((height, width), np.float32)
    if (seen := rect.window(width, height)) is not None:
        frame, source = seen
        matte[frame] = alpha[source]
        rgb[frame] = np.where(quantise(alpha[source])[..., None] > 0, linear_to_bytes(colour[source]), 0)
    return Laid(rgb, matte)
