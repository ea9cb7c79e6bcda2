"""A few river pebbles lying together."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import light, shade
from bgstudio.backends.raytrace.kit.stones import pebble, stone_material
from bgstudio.backends.raytrace.stage import Stage

TONES = (1.0, 0.72, 1.3)
"""Tones of neighbouring stones; grouped stones of one tone look cast."""


def build(stage: Stage, place: int) -> None:
    """One large pebble with two small ones before it: 5 to 7 cm, within what the frame bears."""
    rng = stage.rng
    radius = float(np.clip(rng.uniform(2.6, 3.6) * stage.cm, 0.09, 0.24))
    spot = stage.spot(place, 1.5 * radius)
    out = float(np.sign(spot[0] - stage.product.centre[0])) or 1.0
    accent = shade(stage.colour("accent"), 1.0, 0.35)
    base = accent * np.float32(0.24 / max(light(accent), 1e-3))
    for i, (x, y, size) in enumerate(((0.0, 0.0, 1.0), (1.15, -0.75, 0.5), (-0.35, -1.1, 0.3))):
        px, py = float(spot[0]) + out * x * radius, float(spot[1]) + y * radius
        at = (px, py, stage.ground(px, py))
        mesh = pebble(at, radius * size, rng, flat=float(rng.uniform(0.5, 0.7)), segments=56 if i == 0 else 40)
        stage.add(mesh, stone_material(stage.size(384), base * np.float32(TONES[i]), place * 3 + i, veins=i == 0))
