"""Raw concrete in low sun: wall and floor, the shadows of a window and of leaves."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.mesh import plane, wall
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import concrete


def build(stage: Stage) -> None:
    """Wall, floor, sun, what stands in the sun's way."""
    product = stage.product
    seed = stage.scene.seed
    back = float(product.centre[1]) + product.half_depth + (1.75, 1.35)[stage.variant]
    # formwork of about 50 cm, but always a few joints in the picture
    uv = 0.5 / float(np.clip(50 * stage.cm, 1.7, 2.6))
    # whatever the palette asks for, concrete is grey with a breath of colour
    tone = shade(stage.colour("backdrop"), 1.0, 0.3)
    panels = concrete.build(stage, tone, panels=2, seed=4 + seed % 3, rough=0.75)
    stage.add(wall((-12, 12), (-0.02, 9), back, uv=uv), panels)
    stage.add(plane((-12, 12), (-9, back + 0.01), uv=0.36), stage.surface("concrete"))
    target = (float(product.centre[0]), min(0.0, float(product.centre[1]) - product.half_depth) - 0.25, 0.4)
    stage.key(4.2, distance=9.0, target=target, warm=(1, 0.89, 0.75))
    stage.gobo(("leaves", "window")[stage.variant], distance=4.2, target=target)
    if stage.scene.gobo in (None, "leaves"):
        # leaves alone leave the wall evenly bright: a window behind them gives the light its edge
        stage.catalogue.gobo(stage, "window", 5.4, np.asarray(target))
    stage.accent_light(-60, 25, 7.0, 4.0, 3.5, 0.28, (0.88, 0.94, 1.0), target=(0, 0, 0.6))
    stage.fill(0.27, (0.93, 0.97, 1.05))
    stage.props()
    stage.finish = Finish(percentile=74, level=0.77, vignette=0.12, bounces=5)
