"""Smooth plaster with a hand's unevenness; the quiet surface of most studio sets."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.material import Colour, Material, tint
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(stage: Stage, colour: Colour | None = None, amount: float = 0.03, seed: int = 9) -> Material:
    """Plaster of a colour (linear RGB; default: the palette's surface), its tone varying by ``amount``."""
    n = stage.size(768)
    uneven, hollow = _pattern(n, seed)
    base = stage.colour("surface") if colour is None else colour
    return Material(
        tint(base, (1 + amount * uneven - 0.3 * amount * hollow).astype(np.float32)),
        roughness=0.8,
        specular=0.2,
        matt=True,
    )


@lru_cache(maxsize=12)
def _pattern(n: int, seed: int) -> tuple[Float, Float]:
    """Unevenness around 0 and hollows above 0; float32 (n, n)."""
    uneven = 0.6 * fractal(n, n, 2.6, seed) + 0.4 * fractal(n, n, 1.6, seed + 1)
    return uneven.astype(np.float32), np.abs(fractal(n, n, 3, seed + 2))
