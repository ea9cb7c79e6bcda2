"""Fine sand, drawn into low ripples by wind."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(stage: Stage, colour: Colour | None = None, ripples: float = 1.0, seed: int = 5) -> Material:
    """Sand of a colour (linear RGB; default: the palette's surface); ``ripples`` 0 is smoothed by hand."""
    n = stage.size(1024)
    tone, heights = _pattern(n, round(float(ripples), 3), seed)
    base = np.asarray(stage.colour("surface") if colour is None else colour, np.float32)
    pixels = np.clip(base * tone[..., None], 0, 1).astype(np.float32)
    return Material(Texture(pixels), matt=True, bump=Bump(heights, 0.016))


@lru_cache(maxsize=4)
def _pattern(n: int, ripples: float, seed: int) -> tuple[Float, Float]:
    """Tone around 1, and heights; float32 (n, n)."""
    y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n
    # eleven crests per tile, wandering, with a long windward and a short lee side
    phase = 11 * y + 3 * x + 0.16 * cloud(n, 4.0, seed) * 3 + 0.05 * cloud(n, 3.0, seed + 1)
    t = phase - np.floor(phase)
    crest = np.where(t < 0.68, np.sin(t / 0.68 * np.pi / 2) ** 2, np.cos((t - 0.68) / 0.32 * np.pi / 2) ** 2)
    strength = ripples * np.clip(0.7 + 0.4 * cloud(n, 3.2, seed + 2), 0.1, 1.3)
    speck = grain(n, 0.15, seed + 3)
    tone = 1 + 0.04 * speck + 0.025 * cloud(n, 2.4, seed + 4) + 0.03 * strength * (crest - 0.5)
    return tone.astype(np.float32), (crest * strength + 0.05 * speck).astype(np.float32)
