"""Smooth plaster with a hand's unevenness; the quiet surface of most studio sets."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Colour, Material, tint
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.stage import Stage


def build(stage: Stage, colour: Colour | None = None, amount: float = 0.03, seed: int = 9) -> Material:
    """Plaster of a colour (linear RGB; default: the palette's surface), its tone varying by ``amount``."""
    n = stage.size(768)
    uneven = 0.6 * fractal(n, n, 2.6, seed) + 0.4 * fractal(n, n, 1.6, seed + 1)
    hollow = np.abs(fractal(n, n, 3, seed + 2))
    base = stage.colour("surface") if colour is None else colour
    return Material(
        tint(base, (1 + amount * uneven - 0.3 * amount * hollow).astype(np.float32)),
        roughness=0.8,
        specular=0.2,
        matt=True,
    )
