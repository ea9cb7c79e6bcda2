"""A stoneware bowl, at times with fruit in it."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material, mixed
from bgstudio.backends.raytrace.kit.mesh import merge
from bgstudio.backends.raytrace.kit.wares import bowl, fruit
from bgstudio.backends.raytrace.props.placing import centimetre
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear

FRUIT = ("#d98a3d", "#c9b13a", "#a9583f")
"""Apricots, lemons, plums."""


def build(stage: Stage, place: int) -> None:
    """A bowl of 15 cm across; half of them hold fruit."""
    cm, rng = centimetre(stage), stage.rng
    radius, height = rng.uniform(6.8, 8.0) * cm, rng.uniform(6.0, 7.2) * cm
    spot = stage.spot(place, radius)
    glaze = mixed(stage.colour("accent"), hex_to_linear("#ece6da"), float(rng.choice([0.3, 0.8])))
    stage.add(bowl(radius, height, spot), Material(glaze, roughness=0.4, specular=0.45))
    if rng.random() < 0.5:
        return
    colour = hex_to_linear(FRUIT[int(rng.integers(len(FRUIT)))])
    pile = []
    for k in range(4):
        turn = k * 2 * np.pi / 3 + rng.uniform(0, 0.6)
        ring = 0.45 * radius if k < 3 else 0.0
        lift = (0.42 if k < 3 else 0.86) * height
        at = spot + np.array([ring * np.cos(turn), ring * np.sin(turn), lift])
        pile.append(fruit(at, rng.uniform(2.5, 2.9) * cm, rng))
    stage.add(merge(pile), Material(colour, roughness=0.45, specular=0.4))
