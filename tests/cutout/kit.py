"""Drawn photos with known alphas, and a network that knows a colour."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from bgstudio.domain.picture import Picture
from bgstudio.pixels.colour import bytes_to_linear, quantise, to_encoded, to_linear
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Byte, Float

RED = (0.75, 0.12, 0.1)
PAPER = (0.9, 0.9, 0.88)


def grid(height: int, width: int) -> tuple[Float, Float]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return y, x


def disc_mask(height: int, width: int, cy: float, cx: float, radius: float) -> Bool:
    y, x = grid(height, width)
    return np.asarray(np.hypot(y - cy, x - cx) < radius)


def mug(height: int = 480, width: int = 640) -> Float:
    """A body with a handle that can be seen through; alpha float32 softened by a pixel."""
    y, x = grid(height, width)
    body = (x > 0.3 * width) & (x < 0.6 * width) & (y > 0.3 * height) & (y < 0.8 * height)
    ring = np.hypot(x - 0.6 * width, y - 0.52 * height)
    handle = (ring < 0.17 * height) & (ring > 0.11 * height) & (x > 0.55 * width)
    return np.clip(blur((body | handle).astype(np.float32), 0.8), 0, 1)


def photo(
    alpha: Float,
    product: tuple[float, float, float] = RED,
    backdrop: tuple[float, float, float] = PAPER,
    noise: float = 0.004,
    seed: int = 0,
) -> Byte:
    """A product of one encoded colour before a backdrop of another, mixed in linear light, with sensor noise."""
    rng = np.random.default_rng(seed)
    a = alpha[..., None]
    mixed = to_encoded(a * to_linear(product) + (1 - a) * to_linear(backdrop))
    return quantise(np.clip(mixed + rng.normal(0, noise, mixed.shape).astype(np.float32), 0, 1))


def picture(rgb: Byte, alpha: Float | None = None) -> Picture:
    return Picture(bytes_to_linear(rgb), alpha)


@dataclass
class RedNetwork:
    """Finds what is red, as coarsely as a real network: it sees ``side`` pixels of whatever it is shown.

    ``blind`` names the looks (counted from 0) that see nothing of the left half; ``sure`` is how much redder than green
    something must be for no doubt about it.
    """

    side: int = 80
    blind: tuple[int, ...] = ()
    sure: float = 0.4
    called: str = "red"
    seen: list[tuple[int, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.called

    def __call__(self, rgb: Byte) -> Float:
        h, w = rgb.shape[:2]
        small = cv2.resize(rgb, (self.side, self.side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        found = np.clip((small[..., 0] - small[..., 1] - 0.2) / (self.sure - 0.2), 0, 1)
        if len(self.seen) in self.blind:
            found[:, : self.side // 2] = 0
        self.seen.append((h, w))
        matte = cv2.resize(blur(np.asarray(found, np.float32), 0.7), (w, h), interpolation=cv2.INTER_CUBIC)
        return np.clip(np.asarray(matte, np.float32), 0, 1)


@dataclass
class Constant:
    """A network that says the same of every pixel."""

    value: float
    name: str = "constant"

    def __call__(self, rgb: Byte) -> Float:
        return np.full(rgb.shape[:2], self.value, np.float32)
