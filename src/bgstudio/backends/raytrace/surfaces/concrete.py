"""Raw concrete: clouds, pores, streaks; with formwork joints and tie holes where it is a wall."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, tint
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float

JOINT = 0.0045
"""Width of a formwork joint by the texture's side."""


def build(stage: Stage, colour: Colour | None = None, panels: int = 0, seed: int = 4, rough: float = 0.62) -> Material:
    """Concrete of a colour (linear RGB; default: the palette's surface).

    ``panels`` formwork panels per side of the texture; 0 for floors and tables.
    """
    n = stage.size(1024)
    tone, heights = _pattern(n, panels, seed)
    base = stage.colour("surface") if colour is None else colour
    return Material(tint(base, tone), roughness=rough, specular=0.35, bump=Bump(heights, 0.010))


@lru_cache(maxsize=8)
def _pattern(n: int, panels: int, seed: int) -> tuple[Float, Float]:
    """Tone around 1, and heights; float32 (n, n)."""
    streaks = fractal(128, 256, 2.2, seed + 2, stretch=(0.35, 3))
    streaks = np.asarray(cv2.resize(streaks, (n, n), interpolation=cv2.INTER_CUBIC), np.float32)
    tone = 1 + 0.085 * cloud(n, 2.7, seed) + 0.035 * cloud(n, 1.7, seed + 1, 512) + 0.028 * grain(n, 0.7, seed + 5)
    tone = tone + 0.03 * streaks
    heights = 0.35 * cloud(n, 2.3, seed + 3) + 0.12 * grain(n, 0.9, seed + 6)
    pores = _pores(n, seed)
    tone, heights = tone * (1 - 0.5 * pores), heights - 1.5 * pores
    if panels:
        joints, sides = _formwork(n, panels, seed)
        tone, heights = tone * sides * (1 - 0.55 * joints), heights - 2.6 * joints
    return tone.astype(np.float32), heights.astype(np.float32)


def _pores(n: int, seed: int) -> Float:
    """Air bubbles that the form left open: many small, few large, 0..1."""
    rng = np.random.default_rng(seed)
    out = np.zeros((n, n), np.float32)
    at = rng.integers(0, n, (620, 2))
    radius = np.minimum(5.5, 0.7 + rng.pareto(2.2, 620)) * n / 1024
    depth = rng.uniform(0.3, 1, 620)
    for (x, y), r, d in zip(at, radius, depth, strict=True):
        # sub-pixel radii: fixed-point coordinates with four fractional bits
        cv2.circle(out, (int(x) * 16, int(y) * 16), max(8, round(r * 16)), float(d), -1, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.6), np.float32)


def _formwork(n: int, panels: int, seed: int) -> tuple[Float, Float]:
    """Joints and tie holes (0..1), and the tone of each panel around 1."""
    rng = np.random.default_rng(seed + 17)
    joints, sides = np.zeros((n, n), np.float32), np.ones((n, n), np.float32)
    step, wide = n // panels, max(1, round(JOINT * n))
    for i in range(panels):
        joints[:, i * step : i * step + wide] = 1
        joints[i * step : i * step + wide] = 1
        for j in range(panels):
            sides[j * step : (j + 1) * step, i * step : (i + 1) * step] *= 1 + float(rng.normal(0, 0.04))
            for a in (0.22, 0.78):
                for b in (0.25, 0.75):
                    at = (round((i + a) * step), round((j + b) * step))
                    cv2.circle(joints, at, max(1, round(step * 0.02)), 0.95, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(joints, (0, 0), 0.9 * n / 1024 + 0.3), np.float32), sides
