"""A terrazzo slab among pastel blocks, an arch and balls."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.blocks import arch, block, cylinder, half_disc, steps
from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import Colour, Material
from bgstudio.backends.raytrace.kit.mesh import cyclorama, rounded_box, sphere
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import plaster


def build(stage: Stage) -> None:
    """Slab, sweep, architecture behind, light."""
    product = stage.product
    centre = product.centre
    height = float(np.clip(4.5 * stage.cm, 0.16, 0.27))
    wide = max(1.15, 2 * max(product.half_width, 0.85 * product.reach) + 0.42)
    deep = max(0.95, 2 * product.half_depth + 0.5)
    stage.floor, stage.clear = -height, wide / 2
    ahead = float(centre[1]) + 0.06
    stage.add(
        rounded_box((float(centre[0]), ahead, -height), wide, deep, height, bevel=0.022, uv=0.45),
        stage.surface("terrazzo"),
    )
    behind = ahead + deep / 2
    # walls that see each other deepen their colour: painted a little greyer, they come out as asked
    own = plaster.build(stage, shade(stage.colour("backdrop"), 1.04, 0.78), amount=0.006, seed=stage.scene.seed % 4)
    stage.add(cyclorama(back=behind + 1.65, radius=0.12, floor=-height), own)
    (_arcade if stage.variant == 0 else _amphitheatre)(stage, float(centre[0]), wide / 2, behind)
    stage.key(2.9, distance=6.5, target=(0, 0.3, 0.3), warm=(1, 0.95, 0.88))
    stage.accent_light(-60, 22, 7.0, 4.0, 3.5, 0.35, (0.96, 0.98, 1.0), target=(0, 0, 0.6))
    stage.gobo("none", distance=3.5, target=(0.0, 0.5, 0.5))
    stage.fill(0.33)
    stage.props("spheres")
    stage.finish = Finish(percentile=55, level=0.80, vignette=0.06, bounces=5)


def _paint(colour: Colour, rough: float = 0.65) -> Material:
    return Material(colour, roughness=rough, specular=0.3)


def _arcade(stage: Stage, x: float, half: float, behind: float) -> None:
    """A gate towards the key, a tall block and a column with a ball on the other side."""
    side, floor = stage.side, stage.floor
    first, second, pale = stage.colour("accent"), stage.colour("accent2"), shade(stage.colour("backdrop"), 1.04, 0.6)
    size = float(stage.rng.uniform(0.94, 1.06))
    gate = (x + side * (half + 0.22), behind + 0.55, floor)
    stage.add(arch(gate, 0.56 * size, 0.21, 0.36, leg=0.42 * size), _paint(second))
    far = (x - side * (half + 0.02), behind + 0.85, floor)
    stage.add(block(far, 0.62, 0.5, 1.12 * size), _paint(first))
    stand = (x - side * (half + 0.52), behind + 0.42, floor)
    top = 0.5 * size
    stage.add(cylinder(stand, 0.31, top), _paint(second))
    stage.add(sphere((stand[0], stand[1], floor + top + 0.17), 0.17), _paint(pale, 0.35))


def _amphitheatre(stage: Stage, x: float, half: float, behind: float) -> None:
    """A half moon behind the product, stairs towards the key, a column opposite."""
    side, floor = stage.side, stage.floor
    first, second, pale = stage.colour("accent"), stage.colour("accent2"), shade(stage.colour("backdrop"), 1.04, 0.6)
    size = float(stage.rng.uniform(0.94, 1.06))
    moon = (x - side * 0.34, behind + 0.75, floor)
    stage.add(half_disc(moon, max(1.0, half + 0.18) * size, 0.3), _paint(first))
    stage.add(steps((x + side * (half + 0.42), behind + 0.2, floor), 0.62, 0.75, 0.62 * size, 3), _paint(second))
    stand = (x - side * (half + 0.5), behind + 0.3, floor)
    top = 0.66 * size
    stage.add(cylinder(stand, 0.24, top), _paint(pale))
    stage.add(sphere((stand[0], stand[1], floor + top + 0.2), 0.2), _paint(second, 0.35))
