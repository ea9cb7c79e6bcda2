"""Coloured card: matt, with the grain of its fibres."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, tint
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(stage: Stage, colour: Colour | None = None, seed: int = 6) -> Material:
    """Card of a colour (linear RGB; default: the palette's surface)."""
    n = stage.size(768)
    tone, heights = _pattern(n, seed)
    base = stage.colour("surface") if colour is None else colour
    return Material(tint(base, tone), matt=True, bump=Bump(heights, 0.0016))


@lru_cache(maxsize=4)
def _pattern(n: int, seed: int) -> tuple[Float, Float]:
    """Tone around 1, and heights; float32 (n, n)."""
    fibre = grain(n, 0.5, seed)
    tone = 1 + 0.012 * fibre + 0.008 * cloud(n, 2.2, seed + 1)
    return tone.astype(np.float32), (0.8 * grain(n, 0.8, seed + 2) + 0.4 * cloud(n, 2.0, seed + 3)).astype(np.float32)
