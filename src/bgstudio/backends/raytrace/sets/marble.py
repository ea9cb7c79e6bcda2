"""A polished marble counter; behind it a bright kitchen, melted away by the lens."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import mixed
from bgstudio.backends.raytrace.kit.mesh import plane, rounded_box
from bgstudio.backends.raytrace.kit.scenery import Painting
from bgstudio.backends.raytrace.kit.wares import VASES
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Float

EDGE = 0.9
"""World units from the product's back to the far edge of the counter."""


def build(stage: Stage) -> None:
    """Counter, painted kitchen, window light from the side."""
    product = stage.product
    back = float(product.centre[1]) + product.half_depth + EDGE
    stone = stage.surface("marble-dark" if stage.scene.seed % 4 == 3 else "marble-white")
    stage.add(plane((-9, 9), (-5.5, back - 0.06), 0.0, uv=0.30), stone)
    stage.add(rounded_box((0, back - 0.07, -0.3), 18.0, 0.16, 0.3, bevel=0.03, uv=0.30), stone)
    stage.light(_kitchen(stage).hung(stage.camera, back + 6.0))
    stage.depth_of_field(0.06)
    target = np.array([float(product.centre[0]), float(product.centre[1]), 0.4 * product.height])
    shaded = sunlight(stage, "none", 4.8, target=target, warm=(1.0, 0.965, 0.91), distance=6.5)
    stage.accent_light(150, 56, 7.6, 2.4, 2.0, 0.9, (0.96, 0.98, 1.04), target=(0, 0, 0.3))
    stage.accent_light(-50, 22, 7.0, 4.0, 3.0, 0.35, (1.0, 0.98, 0.96), target=(0, 0, 0.5))
    stage.fill(0.36, (0.98, 1.0, 1.03))
    stage.props(*(("citrus",) if stage.variant else ("eucalyptus",)))
    stage.finish = Finish(percentile=70 if shaded else 58, level=0.85)


def _kitchen(stage: Stage) -> Painting:
    """Tiled wall, window, shelf and worktop with crockery and a plant; painted for light from the left."""
    rng = stage.rng
    wall = shade(stage.colour("backdrop"), 1.0, 0.6)
    wood, pale = hex_to_linear("#c39a6c"), hex_to_linear("#efeae2")
    picture = Painting(wall * 0.98, wall * 0.86, rng)
    picture.clouds(3.0, 0.05, stage.scene.seed)
    left = 0.10 + rng.uniform(0, 0.08)
    sky = np.array([1.9, 2.0, 2.1])
    picture.window((left, left + 0.24), (0.14, 0.46), (2, 2), sky, hex_to_linear("#a9c48d") * 1.1, pale * 1.05)
    # the window's glow on the wall beside it
    y, x = np.mgrid[0:1:512j, 0:1:512j]
    glow = np.exp(-(((x - left - 0.12) / 0.30) ** 2) - ((y - 0.32) / 0.30) ** 2)
    picture.add(glow.astype(np.float32), np.array([0.22, 0.22, 0.20]))
    picture.blur(0.006)
    _shelves(stage, picture, wood)
    picture.rect((0, 1), (0.555, 0.575), mixed(wood, pale, 0.35))
    picture.rect((0, 1), (0.575, 1.0), mixed(stage.colour("backdrop"), hex_to_linear("#7f8a86"), 0.45))
    for at in np.arange(0.04, 1, 0.16):
        picture.rect((at, at + 0.003), (0.58, 1.0), hex_to_linear("#6c716e"), 0.5)
    _worktop(stage, picture, wood)
    picture.blur(0.008)
    picture.pixels = picture.pixels * np.float32(1.2)
    if stage.side > 0:
        picture.mirrored()
    return picture


def _wares(stage: Stage) -> list[Float]:
    cream, clay = hex_to_linear("#f1ece2"), hex_to_linear("#b88761")
    return [
        cream,
        mixed(stage.colour("accent"), cream, 0.3),
        clay,
        mixed(stage.colour("accent2"), cream, 0.35),
        cream * 0.8,
    ]


def _shelves(stage: Stage, picture: Painting, wood: Float) -> None:
    """Two boards on the off-key side, with pots."""
    rng, colours = stage.rng, _wares(stage)
    for board in (0.30, 0.435):
        picture.rect((0.60, 1.0), (board, board + 0.014), wood)
        at = 0.63 + rng.uniform(0, 0.03)
        while at < 0.97:
            height = rng.uniform(0.045, 0.09)
            profile = VASES[int(rng.integers(len(VASES)))]
            picture.vessel(at, board, height, profile, colours[int(rng.integers(len(colours)))])
            at += rng.uniform(0.045, 0.08)
    picture.rect((0.60, 1.0), (0.449, 0.475), np.zeros(3), 0.12)


def _worktop(stage: Stage, picture: Painting, wood: Float) -> None:
    """Pots, a cutting board and a plant on the worktop before the wall."""
    rng, colours = stage.rng, _wares(stage)
    picture.rect((0.83, 0.92), (0.44, 0.556), wood * 0.9)
    for at in (0.08, 0.72, 0.80):
        profile = VASES[int(rng.integers(len(VASES)))]
        at += rng.normal(0, 0.012)
        picture.vessel(at, 0.56, rng.uniform(0.07, 0.12), profile, colours[int(rng.integers(len(colours)))])
    pot = 0.43 + rng.uniform(-0.03, 0.03)
    greens = np.stack([hex_to_linear(c) for c in ("#4d6b3a", "#6f8f4e", "#93ad6a", "#5c7c48")])
    picture.foliage((pot, 0.40), (0.035, 0.05), 46, 0.045, greens)
    picture.vessel(pot, 0.56, 0.105, VASES[1], colours[0])
