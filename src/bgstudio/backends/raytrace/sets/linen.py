"""Washed linen on a table, a linen curtain behind, daylight from a window."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.cloth import creases, curtain, smoothed_under
from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.mesh import plane
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import linen

X, ROOM = (-5.2, 5.2), 1.35


def build(stage: Stage) -> None:
    """Cloth with soft folds, curtain or sweep of the same cloth, one soft key."""
    product = stage.product
    back = float(product.centre[1]) + product.half_depth + ROOM
    _cloth(stage, back)
    tone = shade(stage.colour("backdrop"), 1.0, 0.85)
    pleat = 0.42 if stage.variant else 0.30
    hanging = curtain((-5.6, 5.6), (-0.3, 8.0), back, stage.rng, pleat=pleat, depth=0.13 * pleat)
    stage.add(hanging, linen.build(stage, colour=tone))
    target = np.array([float(product.centre[0]), float(product.centre[1]), 0.4 * product.height])
    shaded = sunlight(stage, "none", 3.6, target=target, warm=(1.0, 0.95, 0.88), distance=7.0, hang=2.8)
    stage.accent_light(-50, 24, 7.0, 4.0, 3.2, 0.35, (0.97, 0.98, 1.0), target=(0, 0, 0.5))
    stage.fill(0.52, (0.985, 0.99, 1.0))
    stage.depth_of_field(0.05)
    stage.props(*(("eucalyptus",) if stage.variant else ()))
    stage.finish = Finish(percentile=76 if shaded else 60, level=0.88)


def _cloth(stage: Stage, back: float) -> None:
    """The table: folded where it is linen, flat where the scene wants another surface."""
    material = stage.surface("linen", colour=stage.colour("surface"))
    if stage.scene.surface not in (None, "linen"):
        stage.add(plane(X, (-5.5, back + 0.5), 0.0, uv=0.4), material)
        return
    y = (-4.4, back + 0.3)
    xs, ys = np.linspace(*X, 250), np.linspace(*y, 150)
    gx, gy = np.meshgrid(xs, ys, indexing="ij")
    product = stage.product
    folds = creases(gx, gy, stage.rng, count=22, height=0.13, width=0.24)
    H = smoothed_under(folds, gx, gy, product.centre, max(product.half_width, 0.9 * product.reach), product.half_depth)
    stage.add(plane(X, y, 0.0, uv=0.66, heights=H), material)

    def relief(x: float, y: float) -> float:
        # the highest cloth within a hand's breadth: things lie on folds, not in them
        i, j = int(np.searchsorted(xs, x)), int(np.searchsorted(ys, y))
        return float(H[max(0, i - 3) : i + 4, max(0, j - 3) : j + 4].max(initial=0.0))

    stage.relief = relief
