"""Seamless studio: a paper sweep in one colour, one soft key, a clean shadow."""

from __future__ import annotations

from bgstudio.backends.raytrace.kit.mesh import cyclorama
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import plaster


def build(stage: Stage) -> None:
    """Sweep, key, fill and a rim."""
    back = float(stage.product.centre[1]) + 2.6 + 0.5 * stage.product.half_depth
    own = plaster.build(stage, stage.colour("backdrop"), amount=0.012, seed=stage.scene.seed)
    material = own if stage.scene.surface is None else stage.surface("plaster", colour=stage.colour("surface"))
    stage.add(cyclorama(back=back, radius=1.7), material)
    stage.key(1.7, distance=6.5)
    stage.accent_light(-60, 22, 7.0, 4.0, 3.5, 0.35, (0.95, 0.97, 1.0), target=(0, 0, 0.6))
    stage.accent_light(150, 38, 6.0, 2.4, 1.0, 0.5, (1.0, 0.98, 0.95))
    stage.gobo("none", distance=4.0, target=(0.0, 0.6, 0.5))
    stage.fill(0.42)
    stage.props()
    stage.finish = Finish(percentile=60, level=0.82)
