"""Satin balls in the palette's accents."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import sphere
from bgstudio.backends.raytrace.stage import Stage


def build(stage: Stage, place: int) -> None:
    """A large ball, a middle one and a small one: 3 to 9 cm across, within what the frame bears."""
    rng = stage.rng
    radius = float(np.clip(rng.uniform(3.4, 4.6) * stage.cm, 0.11, 0.27))
    spot = stage.spot(place, 1.25 * radius)
    out = float(np.sign(spot[0] - stage.product.centre[0])) or 1.0
    colours = (stage.colour("accent"), stage.colour("accent2"), shade(stage.colour("backdrop"), 1.05, 0.7))
    group = ((0.0, 0.0, 1.0, 0.42), (1.05, -0.95, 0.52, 0.3), (-0.3, -1.45, 0.30, 0.5))
    for i, (x, y, size, rough) in enumerate(group):
        px, py = float(spot[0]) + out * x * radius, float(spot[1]) + y * radius
        own = radius * size
        at = (px, py, stage.ground(px, py) + own)
        colour = colours[(i + place) % 3]
        stage.add(sphere(at, own, segments=56 if i == 0 else 40), Material(colour, roughness=rough, specular=0.4))
