"""Where props go, at what scale, and how they keep clear of the product."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.camera import DISTANCE
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Double

CORNERS = ((-1, 1), (1, -1), (-1, -1), (1, 1))
"""Corners of an overhead frame, (sideways, upwards); sideways is times the key's side: the off-key top comes first."""


def centimetre(stage: Stage, smallest: float = 8.0, largest: float = 60.0) -> float:
    """World units per centimetre for props: as if the product were between ``smallest`` and ``largest`` tall."""
    tall = stage.product.height / stage.cm
    return stage.product.height / float(np.clip(tall, smallest, largest))


def outwards(stage: Stage, spot: Double) -> int:
    """-1 or +1: the direction along x that leads away from the product."""
    return 1 if spot[0] >= stage.product.centre[0] else -1


def half_frame(stage: Stage) -> tuple[float, float]:
    """Half width and half height of what an overhead camera sees of the ground, world units."""
    wide = stage.camera.k * DISTANCE
    return wide, wide * stage.camera.height / stage.camera.width


def clear_of_product(stage: Stage, x: Double, y: Double, margin: float) -> Double:
    """True where places (n,) lie outside the product's outline on the ground, grown by ``margin``."""
    product = stage.product
    half_y = product.height / 2 if stage.scene.camera.overhead else product.half_depth
    dx = np.abs(np.asarray(x) - product.centre[0]) - max(product.half_width, product.reach)
    dy = np.abs(np.asarray(y) - product.centre[1]) - half_y
    return np.asarray((dx > margin) | (dy > margin))
