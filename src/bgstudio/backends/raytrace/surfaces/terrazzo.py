"""Terrazzo: chips of marble in cement, ground and polished."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain, shade
from bgstudio.backends.raytrace.kit.material import Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Byte, Double, Float


def build(stage: Stage, colour: Colour | None = None, chip: float = 0.085, seed: int = 3) -> Material:
    """Terrazzo on cement of a colour (linear RGB; default: the palette's surface), chips in the palette's accents.

    ``chip`` is the largest chip by the texture's side.
    """
    n = stage.size(768)
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
    which, part, tone, rough = _chips(n, len(chips), chip, seed)
    paints = np.array(chips, np.float32)
    ground = np.asarray(base, np.float32)
    pixels = ground + (paints[which] * tone[..., None] - ground) * part[..., None]
    pixels = pixels * (1 + 0.022 * cloud(n, 2.4, seed + 9) + 0.016 * grain(n, 0.6, seed + 3))[..., None]
    return Material(Texture(np.clip(pixels, 0, 1).astype(np.float32)), roughness=Texture(rough), specular=0.5)


@lru_cache(maxsize=4)
def _chips(n: int, colours: int, chip: float, seed: int) -> tuple[Byte, Float, Float, Float]:
    """Which of the colours, how much of it, its tone, and the roughness; (n, n) each."""
    rng = np.random.default_rng(seed)
    which, part, tone = np.zeros((n, n), np.uint8), np.zeros((n, n), np.uint8), np.ones((n, n), np.float32)
    big = chip * n
    sizes = np.concatenate([rng.uniform(0.5, 1, 110), rng.uniform(0.22, 0.5, 300), rng.uniform(0.08, 0.2, 650)]) * big
    for size in np.sort(sizes)[::-1]:
        outline = _chip(rng, float(size)) + rng.uniform(0, n, 2)
        _lay(which, part, tone, outline, int(rng.integers(colours)), float(rng.uniform(0.84, 1.12)))
    # chips polish better than the cement between them
    rough = np.where(part > 128, 0.14, 0.26) + 0.03 * cloud(n, 2.4, seed + 5)
    return which, part.astype(np.float32) / np.float32(255), tone, np.clip(rough, 0.08, 0.5).astype(np.float32)


def _chip(rng: np.random.Generator, size: float) -> Double:
    """Outline (k, 2) of a broken piece about the origin, pixels."""
    corners = int(rng.integers(5, 9))
    angle = np.sort((np.arange(corners) + rng.uniform(-0.35, 0.35, corners)) * 2 * np.pi / corners)
    radius = size * rng.uniform(0.55, 1, corners) * 0.5
    x, y = radius * np.cos(angle), radius * np.sin(angle) * rng.uniform(0.5, 1)
    turn = rng.uniform(0, 2 * np.pi)
    return np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], -1)


def _lay(which: Byte, part: Byte, tone: Float, outline: Double, colour: int, shade: float) -> None:
    """Put a chip where none lies yet."""
    n = len(part)
    x0, y0 = np.maximum(outline.min(0).astype(int) - 2, 0)
    x1, y1 = np.minimum(outline.max(0).astype(int) + 3, n)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    patch = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(patch, [np.round((outline - [x0, y0]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    here = part[y0:y1, x0:x1]
    inside = patch > 0
    if np.any(here[inside] > 40):
        return
    np.maximum(here, patch, out=here)
    which[y0:y1, x0:x1][inside] = colour
    tone[y0:y1, x0:x1][inside] = shade
