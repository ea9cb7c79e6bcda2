"""A second product like the first, elsewhere in the picture.

Edge orientations of the product, at several sizes and turned around, are correlated with those of the picture outside
the product (as in ``drift``); where they fit, the colours must fit as well, in whatever light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.structure import orientation, product_orientation
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Double, Float

Spectrum = npt.NDArray[np.complexfloating[Any, Any]]

SIDE = 192
"""Longest side at which is looked."""

ZOOMS = tuple(float(zoom) for zoom in np.exp(np.linspace(np.log(0.5), np.log(1.12), 9)))

VISIBLE = 0.45
"""Part of a twin's edges that must be in view: the rest may be hidden by the product or the frame."""

FITS = 0.34
"""Likeness of edges, -1..1, from which on the colours are looked at."""

ALIKE = 26.0
"""Difference in 8-bit levels, light apart, up to which a pixel is the twin's."""

SMALLEST = 14.0
"""Pixels of a twin's shorter side below which anything looks like it."""

LIGHTS = (0.68, 1.4)
"""Range of light in which a twin may stand, by that on the product."""

LEAST = 0.18
"""Part of its pixels that must have the product's colours."""

SAME = 0.67
"""Measure of edges and colours together from which on it is a twin."""

APART = 0.3
"""Nearest that a twin's middle may be to the product's, by the product's box."""


@dataclass(frozen=True)
class Twin:
    """Where a second product may be: its middle in pixels of the picture looked at, size, and how surely 0..1."""

    x: float
    y: float
    zoom: float
    likely: float


def find_twins(picture: Float, laid: Laid) -> int:
    """How many products like the first stand elsewhere in the picture.

    Args:
        picture: float32 (h, w, 3), encoded in 8-bit levels, brought under the product.
        laid: the product at that size.
    """
    return sum(twin.likely >= SAME for twin in likely_twins(picture, laid))


def likely_twins(picture: Float, laid: Laid) -> list[Twin]:
    """Places that may show a second product, likeliest first; at most four."""
    height, width = laid.alpha.shape
    factor = min(1.0, SIDE / max(height, width))
    size = max(16, round(width * factor)), max(16, round(height * factor))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
    product = laid.resized(*size)
    rows, columns = np.flatnonzero((product.alpha > 0.5).any(1)), np.flatnonzero((product.alpha > 0.5).any(0))
    if len(rows) < 8 or len(columns) < 5:
        return []
    middle = np.array([(columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2])
    half = np.array([len(columns) / 2, len(rows) / 2])
    taken = product.alpha > 0.03
    # the product's image in a glossy ground is no second one
    bottom = int(rows[-1]) + 1
    room = min(bottom, size[1] - bottom)
    taken[bottom : bottom + room] |= taken[bottom - room : bottom][::-1]
    free = cv2.dilate(taken.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    seen = _Seen(small, free, product, middle, half)
    return seen.search()


@dataclass(frozen=True, eq=False)
class _Seen:
    picture: Float
    free: Bool
    product: Laid
    middle: Double
    half: Double

    def search(self) -> list[Twin]:
        height, width = self.free.shape
        shape = (fft.next_fast_len(2 * height), fft.next_fast_len(2 * width))
        field = np.where(self.free, orientation(blur(self.picture, 0.8)), 0).astype(np.complex64)
        soft = (cv2.GaussianBlur(field.real, (0, 0), 1.0) + 1j * cv2.GaussianBlur(field.imag, (0, 0), 1.0)) * 1.6
        seen = fft.fft2(soft.astype(np.complex64), shape)
        room = fft.fft2(self.free.astype(np.float32), shape)
        found: list[Twin] = []
        for flip in (1.0, -1.0):
            if flip < 0 and self._symmetric():
                break
            for zoom in ZOOMS:
                if 2 * float(self.half.min()) * zoom < SMALLEST:
                    continue
                found += self._at(zoom, flip, seen, room, shape)
        found.sort(key=lambda twin: -twin.likely)
        kept: list[Twin] = []
        for twin in found:
            reach = 0.6 * float(self.half.max()) * 2 * twin.zoom
            if all(np.hypot(twin.x - other.x, twin.y - other.y) > reach for other in kept):
                kept.append(twin)
        return kept[:4]

    def _template(self, zoom: float, flip: float) -> Laid:
        """The product scaled and perhaps turned around, its middle in the picture's middle."""
        height, width = self.free.shape
        x, y = self.middle
        matrix = np.array([[flip * zoom, 0, width / 2 - flip * zoom * x], [0, zoom, height / 2 - zoom * y]])
        weight = self.product.alpha[..., None]
        layer = np.dstack([self.product.rgb.astype(np.float32) * weight, self.product.alpha])
        moved = cv2.warpAffine(layer, matrix, (width, height), flags=cv2.INTER_AREA)
        rgb = moved[..., :3] / np.maximum(moved[..., 3:], 1e-3)
        return Laid(np.clip(rgb, 0, 255).astype(np.uint8), np.asarray(moved[..., 3], np.float32))

    def _symmetric(self) -> bool:
        one, other = product_orientation(self._template(1, 1)), product_orientation(self._template(1, -1))
        likeness = float((np.conj(one) * other).real.sum()) / max(1e-3, float((np.abs(one) ** 2).sum()))
        return likeness > 0.7

    def _at(self, zoom: float, flip: float, seen: Spectrum, room: Spectrum, shape: tuple[int, int]) -> list[Twin]:
        height, width = self.free.shape
        laid = self._template(zoom, flip)
        edges = product_orientation(laid)
        total = float(np.abs(edges).sum())
        if total < 10:
            return []
        match = fft.ifft2(seen * np.conj(fft.fft2(edges, shape))).real
        view = fft.ifft2(room * np.conj(fft.fft2(np.abs(edges), shape))).real / total
        score = match / np.maximum(view * total, 1e-3)
        dy = np.fft.fftfreq(shape[0], 1 / shape[0])[:, None]
        dx = np.fft.fftfreq(shape[1], 1 / shape[1])[None]
        x, y = width / 2 + dx, height / 2 + dy
        apart = np.maximum(np.abs(x - self.middle[0]) / self.half[0], np.abs(y - self.middle[1]) / self.half[1])
        # what lies straight under the product is its image in the ground
        under = (np.abs(x - self.middle[0]) < 0.35 * self.half[0]) & (y > self.middle[1] + 0.5 * self.half[1])
        score = np.where((view > VISIBLE) & (apart > 2 * APART) & ~under, score, -1)
        out = []
        for _ in range(2):
            row, column = np.unravel_index(int(score.argmax()), score.shape)
            fits = float(score[row, column])
            if fits < FITS:
                break
            shift = float(dx[0, column]), float(dy[row, 0])
            same = self._colours(laid, shift)
            out.append(Twin(width / 2 + shift[0], height / 2 + shift[1], zoom, _together(fits, same)))
            near = (np.abs(dx - shift[0]) < 5) & (np.abs(dy - shift[1]) < 5)
            score = np.where(near, -1, score)
        return out

    def _colours(self, laid: Laid, shift: tuple[float, float]) -> float:
        """Part of the pixels of a twin in view that have its colours."""
        height, width = self.free.shape
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        there = cv2.warpAffine(np.dstack([laid.rgb.astype(np.float32), laid.alpha]), matrix, (width, height))
        inside = (there[..., 3] > 0.95) & self.free
        if inside.sum() < 20:
            return 0.0
        asked, seen = there[..., :3][inside], self.picture[inside]
        gain = float((asked * seen).sum() / max(float((asked * asked).sum()), 25.0))
        if not LIGHTS[0] < gain < LIGHTS[1]:
            return 0.0
        same = float((np.abs(seen - gain * asked).max(-1) < ALIKE).mean())
        # where the surroundings have its colours as well, it is the surroundings that were found
        wide = cv2.dilate((there[..., 3] > 0.05).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        ring = wide & (there[..., 3] < 0.02) & self.free
        if ring.sum() < 12:
            return same
        usual = gain * np.median(asked, 0)
        around = float((np.abs(self.picture[ring] - usual).max(-1) < ALIKE).mean())
        return same - 0.6 * max(0.0, around - 0.3)


def _together(fits: float, same: float) -> float:
    """Edges count twice as much as colours: a prop in the product's colours is common, one of its form is not."""
    return float(np.clip((fits + 0.5 * same) / 1.3, 0, 1)) if same > LEAST else 0.0
