"""A podium of two steps before an arched niche, in sun that falls through a window."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import mixed
from bgstudio.backends.raytrace.kit.mesh import lathe, plane, podium_profile, wall
from bgstudio.backends.raytrace.kit.openings import arched_wall
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import plaster

STEP = 0.33
"""World units from the product's foot to the floor."""


def build(stage: Stage) -> None:
    """Podium, wall with niche, floor, sun through a gobo."""
    product, rng = stage.product, stage.rng
    centre = product.centre
    foot = float(np.hypot(product.half_width, product.half_depth))
    # what only touches the ground in its middle must not overhang the podium either
    radius = max(0.6, 0.96 * foot + 0.16, 0.92 * product.reach + 0.08)
    stage.floor = -STEP
    face = float(centre[1]) + max(1.3, radius + 0.42)
    _podium(stage, radius, face)
    _room(stage, max(0.98, product.reach + 0.42), face)
    target = np.array([float(centre[0]), float(centre[1]), 0.42 * product.height])
    shaded = sunlight(stage, "window", 4.6, target=target, warm=(1.0, 0.93, 0.83), distance=9.0, hang=3.3)
    stage.accent_light(-50, 26, 7.0, 4.0, 3.4, 0.35, (1.0, 0.96, 0.92), target=(0, 0.4, 0.6))
    stage.fill(0.40, (1.0, 0.985, 0.97))
    stage.depth_of_field(0.03)
    stage.props(*(("eucalyptus",) if rng.random() < 0.5 else ()))
    stage.finish = Finish(percentile=80 if shaded else 62, level=0.86)


def _podium(stage: Stage, radius: float, face: float) -> None:
    """Two round steps, the lower one wide and off-centre towards the side away from the light."""
    centre = stage.product.centre
    top = stage.surface("plaster", colour=stage.colour("surface"))
    low = plaster.build(stage, mixed(stage.colour("surface"), stage.colour("backdrop"), 0.55), seed=4)
    lower = 0.13
    base = (float(centre[0]), float(centre[1]), 0.0)
    stage.add(lathe(podium_profile(radius, -STEP + lower, 0.0, bevel=0.022), base, uv=0.45), top)
    wide = radius + 0.42
    shift = -stage.side * 0.24
    back = min(float(centre[1]) + 0.08, face - wide - 0.02)
    below = (float(centre[0]) + shift, back, 0.0)
    stage.add(lathe(podium_profile(wide, -STEP, -STEP + lower, bevel=0.022), below, uv=0.45), low)

    def relief(x: float, y: float) -> float:
        return -STEP + (lower if np.hypot(x - below[0], y - below[1]) < wide else 0.0)

    stage.relief = relief


def _room(stage: Stage, half_width: float, face: float) -> None:
    """Floor, wall and niche; every other seed steps the niche twice."""
    x = float(stage.product.centre[0])
    # light bounces to and fro between the walls and takes up their colour each time
    backdrop = shade(stage.colour("backdrop"), 1.0, 0.72)
    walls = plaster.build(stage, backdrop, amount=0.02, seed=11)
    inside = plaster.build(stage, mixed(backdrop, stage.colour("accent"), 0.30), amount=0.02, seed=7)
    spring, depth = 1.5, 0.34 if stage.variant else 0.5
    stage.add(arched_wall(face, half_width, spring, depth, floor=-STEP, x=x), walls)
    back = face + depth
    if stage.variant:
        stage.add(arched_wall(back, half_width - 0.24, spring, depth, floor=-STEP, x=x, extent=(3.0, 5.0)), walls)
        back += depth
    stage.add(wall((x - half_width - 0.6, x + half_width + 0.6), (-STEP - 0.1, 4.5), back - 0.01), inside)
    floor = plaster.build(stage, mixed(backdrop, stage.colour("surface"), 0.5), amount=0.02, seed=23)
    stage.add(plane((-14, 14), (-9, back + 0.1), -STEP, uv=0.3), floor)
