"""Fir branches lying on the ground."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import Mesh, merge
from bgstudio.backends.raytrace.kit.plants import fir, leaf_material
from bgstudio.backends.raytrace.stage import Stage

NEEDLES = ((0.012, 0.042, 0.018), (0.045, 0.115, 0.045))
"""Linear RGB of the oldest and the youngest needles."""


def needles() -> Material:
    """What fir needles are made of."""
    return leaf_material(*NEEDLES, roughness=0.42, vein=1.0)


def build(stage: Stage, place: int) -> None:
    """Three branches that come in from the frame's edge: 20 to 28 cm long, within what the frame bears."""
    rng = stage.rng
    length = float(np.clip(24 * stage.cm, 0.75, 1.25))
    needle = float(np.clip(2.2 * stage.cm, 0.08, 0.12))
    spot = stage.spot(place, 0.1)
    out = float(np.sign(spot[0] - stage.product.centre[0])) or 1.0
    green: list[Mesh] = []
    wood: list[Mesh] = []
    for k in range(3):
        # tips lie near the product, stalks outside the picture
        x, y = float(spot[0]) + out * (0.12 + 0.16 * k), float(spot[1]) + 0.30 - 0.30 * k
        start = np.array([x, y, stage.ground(x, y) + 0.55 * needle])
        direction = (out * 0.85, (0.55, 0.05, -0.45)[k], 0.12 + 0.08 * float(rng.uniform()))
        leaves, stem = fir(start, direction, length * float(rng.uniform(0.8, 1)), rng, needle=needle, count=360)
        green.append(leaves)
        wood.append(stem)
    stage.add(merge(green), needles())
    stage.add(merge(wood), Material(shade((0.12, 0.07, 0.04), 1.0), roughness=0.8, specular=0.2))
