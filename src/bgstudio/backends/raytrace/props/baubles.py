"""Glass baubles, silvered inside, with their caps."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import lathe, sphere
from bgstudio.backends.raytrace.stage import Stage

GROUP = ((0.0, 0.0, 1.0, 0.17), (1.25, 0.85, 1.2, 0.32), (0.75, -1.35, 0.62, 0.13))
"""x (away from the product), y, size by the first one's radius, and roughness."""


def build(stage: Stage, place: int) -> None:
    """Three baubles in the palette's accents: 4 to 7 cm across, within what the frame bears."""
    rng = stage.rng
    radius = float(np.clip(2.9 * stage.cm, 0.11, 0.2))
    spot = stage.spot(place, radius)
    out = float(np.sign(spot[0] - stage.product.centre[0])) or 1.0
    gold = Material(stage.colour("accent2"), roughness=0.28, metallic=1.0)
    for i, (x, y, size, rough) in enumerate(GROUP):
        own = radius * size
        px, py = float(spot[0]) + out * x * radius, float(spot[1]) + y * radius
        z = stage.ground(px, py)
        colour = stage.colour("accent" if (i + place) % 2 == 0 else "accent2")
        stage.add(sphere((px, py, z + own), own), Material(colour, roughness=rough, metallic=1.0))
        lean = rng.normal(0, 0.22, 2) * own
        top = (px + float(lean[0]), py + float(lean[1]), z + 2 * own - 0.06 * own)
        cap = [(own * 0.17, -own * 0.05), (own * 0.17, own * 0.17), (1e-4, own * 0.17)]
        stage.add(lathe(cap, top, segments=24), gold)
