"""Citrus fruit: two whole, one cut."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Bump, Material, Texture
from bgstudio.backends.raytrace.kit.mesh import merge
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.kit.wares import citrus_cut, fruit, half_fruit
from bgstudio.backends.raytrace.props.placing import centimetre, outwards
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear

KINDS = (
    # peel, flesh, radius in cm, pointed
    ("#e8892b", "#e8932f", 3.7, 0.0),
    ("#e9c52f", "#ead98a", 2.9, 0.22),
    ("#8fb03c", "#c8d68a", 2.6, 0.12),
)


def build(stage: Stage, place: int) -> None:
    """Oranges, lemons or limes beside the product; the cut half faces the camera."""
    cm, rng = centimetre(stage), stage.rng
    peel, flesh, radius, pointed = KINDS[int(rng.integers(len(KINDS)))]
    r = radius * cm
    spot = stage.spot(place, 1.3 * r)
    away = outwards(stage, spot)
    grow = 1 + pointed
    whole = merge(
        [
            fruit(spot + np.array([away * 0.1 * r, 1.2 * r, 0]), r, rng, pointed=pointed),
            fruit(spot + np.array([away * 2.4 * r * grow, 0.5 * r, 0]), 0.95 * r, rng, pointed=pointed),
        ]
    )
    pores = Bump(fractal(256, 256, 0.9, 4), 0.0012)
    skin = Material(hex_to_linear(peel), roughness=0.42, specular=0.45, bump=pores)
    cup, face = half_fruit(spot + np.array([away * 0.9 * r, -0.9 * r * grow, 0]), 0.97 * r, -0.35 * away)
    stage.add(merge([whole, cup]), skin)
    colour = tuple(float(v) for v in hex_to_linear(flesh))
    stage.add(face, Material(Texture(citrus_cut((colour[0], colour[1], colour[2]))), roughness=0.3, specular=0.45))
