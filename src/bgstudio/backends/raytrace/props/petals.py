"""Fallen petals, drifted to one side."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import mixed
from bgstudio.backends.raytrace.kit.plants import leaf_material, petals
from bgstudio.backends.raytrace.props.placing import CORNERS, centimetre, clear_of_product, half_frame
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Double


def build(stage: Stage, place: int) -> None:
    """About twenty petals in a drift beside the product, or along a diagonal when seen from above."""
    rng = stage.rng
    if stage.scene.camera.overhead:
        x, y, size = _diagonal(stage, place)
    else:
        x, y, size = _drift(stage, place)
    kept = clear_of_product(stage, x, y, 1.2 * size)
    x, y = x[kept], y[kept]
    z = np.array([stage.ground(float(a), float(b)) for a, b in zip(x, y, strict=True)])
    sizes = size * rng.uniform(0.7, 1.15, len(x))
    soft = hex_to_linear("#f6efe6")
    light = mixed(stage.colour("accent2"), soft, 0.45)
    deep = mixed(stage.colour("accent"), soft, 0.25)
    places = np.stack([x, y, z + 0.02 * size], -1) if len(x) else np.zeros((0, 3))
    if len(places):
        stage.add(petals(places, sizes, rng), leaf_material(deep, light, roughness=0.6, vein=1.03, specular=0.25))


def _drift(stage: Stage, place: int) -> tuple[Double, Double, float]:
    cm = centimetre(stage)
    spot = stage.spot(place, 4 * cm)
    spread = stage.rng.normal(size=(24, 2)) * np.array([7.5, 5.5]) * cm
    return spot[0] + spread[:, 0], spot[1] + spread[:, 1] - 3 * cm, 2.6 * cm


def _diagonal(stage: Stage, place: int) -> tuple[Double, Double, float]:
    wide, high = half_frame(stage)
    rng, short = stage.rng, min(wide, high)
    xs, ys = [], []
    for k, count in ((1, 14), (2, 7), (3, 3)):
        sx, sy = CORNERS[(place + k) % 4]
        xs.append(sx * stage.side * wide * (0.78 + rng.normal(0, 0.17, count)))
        ys.append(sy * high * (0.74 + rng.normal(0, 0.17, count)))
    return np.concatenate(xs), np.concatenate(ys), 0.13 * short
