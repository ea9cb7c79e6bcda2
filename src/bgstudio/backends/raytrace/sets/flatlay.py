"""Seen from straight above: the product lies on linen or on stone, leaves and petals reach in from the rim."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.cloth import creases
from bgstudio.backends.raytrace.kit.fields import shade, soft_step
from bgstudio.backends.raytrace.kit.mesh import plane
from bgstudio.backends.raytrace.props.placing import half_frame
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage

MARGIN = 1.12
"""The ground reaches this far beyond the frame; light comes in over its edge."""


def build(stage: Stage) -> None:
    """Ground, window light from above the product's head, props."""
    _ground(stage)
    target = np.array([float(stage.product.centre[0]), float(stage.product.centre[1]), 0.0])
    shaded = sunlight(stage, "leaves", 3.6, target=target, warm=(1.0, 0.95, 0.87), distance=7.0)
    stage.fill(0.36, (0.98, 0.99, 1.0))
    stage.props("eucalyptus", "petals")
    stage.finish = Finish(percentile=80 if shaded else 60, level=0.85)


def _ground(stage: Stage) -> None:
    """Linen in soft folds on even seeds, a smooth mineral ground on odd ones, or what the scene asks for."""
    wide, high = (MARGIN * side + 0.5 for side in half_frame(stage))
    x, y = (-wide, wide), (-high, high)
    name = stage.scene.surface or ("plaster" if stage.variant else "linen")
    material = stage.surface(name, colour=shade(stage.colour("backdrop"), 1.0, 0.8))
    if name != "linen":
        stage.add(plane(x, y, -0.002, uv=0.42), material)
        return
    xs, ys = np.linspace(*x, 260), np.linspace(*y, 260)
    gx, gy = np.meshgrid(xs, ys, indexing="ij")
    product = stage.product
    folds = creases(gx, gy, stage.rng, count=10, height=0.10, width=0.18)
    away = np.hypot(
        np.maximum(np.abs(gx - product.centre[0]) - max(product.reach, product.half_width), 0),
        np.maximum(np.abs(gy - product.centre[1]) - product.height / 2, 0),
    )
    H = folds * soft_step(away, 0.06, 0.5) - 0.002
    stage.add(plane(x, y, 0.0, uv=0.62, heights=H), material)

    def relief(px: float, py: float) -> float:
        i, j = int(np.searchsorted(xs, px)), int(np.searchsorted(ys, py))
        return max(0.0, float(H[max(0, i - 9) : i + 10, max(0, j - 9) : j + 10].max(initial=0.0)))

    stage.relief = relief
