"""A hand-plastered wall in raking light, for what hangs: garments, bags, pictures."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, shade, soft_step
from bgstudio.backends.raytrace.kit.material import Bump
from bgstudio.backends.raytrace.kit.mesh import wall
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.pixels.types import Float

GAP = 0.03
"""World units between the back of what hangs and the wall."""

FLOOR = -4.0
"""Far below the frame: nothing stands in this set."""


def build(stage: Stage) -> None:
    """Wall, sun through a gobo, soft fill."""
    product = stage.product
    behind = float(product.mesh.V[:, 1].max()) + GAP
    stage.floor = FLOOR
    plaster = stage.surface("plaster", colour=shade(stage.colour("backdrop"), 1.0, 0.85))
    if stage.scene.surface in (None, "plaster"):
        plaster = plaster.with_(
            bump=Bump(_trowel(stage.size(768), stage.scene.seed % 3), 0.0032 - 0.0014 * stage.variant)
        )
    stage.add(wall((-12.0, 12.0), (-10.0, 12.0), behind, uv=0.26), plaster)
    target = np.array([float(product.centre[0]), behind, 0.55 * product.height])
    shaded = sunlight(stage, "leaves", 3.8, target=target, warm=(1.0, 0.93, 0.83), distance=8.5, hang=2.6)
    stage.accent_light(-48, 24, 7.0, 4.0, 3.4, 0.4, (0.96, 0.98, 1.0), target=(0, 0.3, 0.8))
    stage.fill(0.42, (0.99, 0.995, 1.0))
    stage.props()
    stage.finish = Finish(percentile=80 if shaded else 62, level=0.84)


def _trowel(n: int, seed: int) -> Float:
    """Strokes of a trowel: patches drawn in two directions over gentle hollows; float32 (n, n)."""
    one = fractal(n, n, 1.9, 60 + seed, stretch=(5, 1.2))
    other = fractal(n, n, 1.9, 70 + seed, stretch=(1.2, 5))
    share = soft_step(cloud(n, 2.6, 80 + seed), -0.4, 0.4)
    strokes = one * share + other * (1 - share)
    return (0.5 * cloud(n, 2.9, 90 + seed) + 0.15 * strokes).astype(np.float32)
