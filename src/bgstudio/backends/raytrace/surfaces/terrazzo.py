"""Terrazzo: chips of marble in cement, ground and polished."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain, shade
from bgstudio.backends.raytrace.kit.material import Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Byte, Double, Float

Colours = tuple[tuple[float, ...], ...]


def build(stage: Stage, colour: Colour | None = None, chip: float = 0.085, seed: int = 3) -> Material:
    """Terrazzo on cement of a colour (linear RGB; default: the palette's surface), chips in the palette's accents.

    ``chip`` is the largest chip by the texture's side.
    """
    n = stage.size(1024)
    base = stage.colour("surface") if colour is None else np.asarray(colour, np.float32)
    accent, second, backdrop = stage.colour("accent"), stage.colour("accent2"), stage.colour("backdrop")
    chips = [
        shade(backdrop, 0.92, 1.1),
        accent,
        shade(second, 0.9),
        np.array([0.16, 0.145, 0.13], np.float32),
        np.array([0.90, 0.88, 0.85], np.float32),
        shade(second, 0.55),
        np.array([0.50, 0.44, 0.37], np.float32),
    ]
    palette = tuple(tuple(round(float(v), 4) for v in c) for c in chips)
    pixels, rough = _pattern(n, tuple(round(float(v), 4) for v in base), palette, chip, seed)
    return Material(Texture(pixels), roughness=Texture(rough), specular=0.5)


@lru_cache(maxsize=6)
def _pattern(n: int, base: tuple[float, ...], chips: Colours, chip: float, seed: int) -> tuple[Float, Float]:
    """Reflectance (n, n, 3) and roughness (n, n)."""
    rng = np.random.default_rng(seed)
    image = np.ones((n, n, 3), np.float32) * np.asarray(base, np.float32)
    taken = np.zeros((n, n), np.uint8)
    big = chip * n
    sizes = np.concatenate([rng.uniform(0.5, 1, 120), rng.uniform(0.22, 0.5, 380), rng.uniform(0.07, 0.2, 1300)]) * big
    for size in np.sort(sizes)[::-1]:
        outline = _chip(rng, float(size)) + rng.uniform(0, n, 2)
        colour = np.asarray(chips[int(rng.integers(len(chips)))], np.float32) * rng.uniform(0.84, 1.12)
        _lay(image, taken, outline, colour)
    # chips polish better than the cement between them
    rough = np.where(taken > 128, 0.14, 0.26) + 0.03 * cloud(n, 2.4, seed + 5)
    tone = 1 + 0.022 * cloud(n, 2.4, seed + 9) + 0.016 * grain(n, 0.6, seed + 3)
    return (
        np.clip(image * tone[..., None], 0, 1).astype(np.float32),
        np.clip(rough, 0.08, 0.5).astype(np.float32),
    )


def _chip(rng: np.random.Generator, size: float) -> Double:
    """Outline (k, 2) of a broken piece about the origin, pixels."""
    corners = int(rng.integers(5, 9))
    angle = np.sort((np.arange(corners) + rng.uniform(-0.35, 0.35, corners)) * 2 * np.pi / corners)
    radius = size * rng.uniform(0.55, 1, corners) * 0.5
    x, y = radius * np.cos(angle), radius * np.sin(angle) * rng.uniform(0.5, 1)
    turn = rng.uniform(0, 2 * np.pi)
    return np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], -1)


def _lay(image: Float, taken: Byte, outline: Double, colour: Float) -> None:
    """Put a chip where none lies yet."""
    n = len(taken)
    x0, y0 = np.maximum(outline.min(0).astype(int) - 2, 0)
    x1, y1 = np.minimum(outline.max(0).astype(int) + 3, n)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    patch = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(patch, [np.round((outline - [x0, y0]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    here = taken[y0:y1, x0:x1]
    if np.any((here > 40) & (cv2.dilate(patch, np.ones((3, 3), np.uint8)) > 40)):
        return
    here |= patch
    part = patch[..., None].astype(np.float32) / 255
    image[y0:y1, x0:x1] += (colour - image[y0:y1, x0:x1]) * part
