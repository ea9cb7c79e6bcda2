"""Painted wooden blocks: a prism, a cylinder, a cube."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.blocks import block, cylinder
from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.stage import Stage


def build(stage: Stage, place: int) -> None:
    """A small group, the tallest behind: 5 to 14 cm high, within what the frame bears."""
    rng = stage.rng
    unit = float(np.clip(rng.uniform(5.5, 7.0) * stage.cm, 0.17, 0.36))
    spot = stage.spot(place, 0.85 * unit)
    out = float(np.sign(spot[0] - stage.product.centre[0])) or 1.0
    first, second = stage.colour("accent"), stage.colour("accent2")
    third = shade(stage.colour("backdrop"), 0.96, 1.25)

    def at(x: float, y: float) -> tuple[float, float, float]:
        px, py = float(spot[0]) + out * x * unit, float(spot[1]) + y * unit
        return px, py, stage.ground(px, py)

    def paint(colour: np.ndarray) -> Material:
        return Material(colour, roughness=0.6, specular=0.3)

    tall = unit * float(rng.uniform(1.5, 2.0))
    stage.add(block(at(0.25, 0.55), unit * 0.8, unit * 0.8, tall, float(rng.normal(0, 0.15))), paint(first))
    stage.add(cylinder(at(-0.15, -0.55), unit * 0.36, unit * 0.8), paint(second))
    stage.add(block(at(1.0, -0.75), unit * 0.5, unit * 0.5, unit * 0.5, float(rng.uniform(0.2, 0.7))), paint(third))
