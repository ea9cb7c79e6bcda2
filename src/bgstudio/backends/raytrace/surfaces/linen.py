"""Washed linen: irregular threads crossing, seen as fine slubs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, tint
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(stage: Stage, colour: Colour | None = None, seed: int = 5) -> Material:
    """Linen of a colour (linear RGB; default: the palette's surface)."""
    tone, heights = _pattern(stage.size(1024), seed)
    base = stage.colour("surface") if colour is None else colour
    return Material(tint(base, tone), matt=True, bump=Bump(heights, 0.0035))


@lru_cache(maxsize=4)
def _pattern(n: int, seed: int) -> tuple[Float, Float]:
    """Tone around 1, and heights; float32 (n, n)."""
    weft = fractal(n, n, 0.55, seed, stretch=(1, 22))
    warp = fractal(n, n, 0.55, seed + 1, stretch=(22, 1))
    # thick places of single threads, thinned out until few remain
    slubs = np.clip(fractal(n, n, 0.9, seed + 2, stretch=(0.8, 30)) - 1.5, 0, 1.5)
    slubs = slubs + np.clip(fractal(n, n, 0.9, seed + 3, stretch=(30, 0.8)) - 1.7, 0, 1.5)
    threads = weft + warp
    tone = 1 + 0.030 * threads + 0.05 * slubs + 0.018 * cloud(n, 2.4, seed + 4)
    return tone.astype(np.float32), (0.5 * threads + 0.9 * slubs).astype(np.float32)
