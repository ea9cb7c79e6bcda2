"""A terrace in southern sun: stucco, a parapet or a shuttered wall, branches and their shadows."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain, light, shade
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, SunSky, tint
from bgstudio.backends.raytrace.kit.mesh import Mesh, box, merge, plane, rotation, rounded_box, tube, wall
from bgstudio.backends.raytrace.kit.plants import Blade, leaf_material, leaves, petals, twig
from bgstudio.backends.raytrace.stage import Finish, Stage


def build(stage: Stage) -> None:
    """Ledge, wall or parapet, daylight, a branch hanging in from the far side."""
    product = stage.product
    y = float(product.centre[1])
    edge = y + product.half_depth + 0.95
    ledge = _stucco(stage, stage.colour("surface"), 1)
    stage.add(
        rounded_box((0, edge - 5.0, -0.8), 30, 10.0, 0.8, bevel=0.05, uv=0.42),
        ledge if stage.scene.surface is None else stage.surface("plaster"),
    )
    back = edge + (1.5, 0.9)[stage.variant]
    if stage.variant == 0:
        _shuttered_wall(stage, back)
    else:
        _parapet(stage, back)
    hang = y + 0.95 + product.half_depth
    # it grows in from the edge of the frame, however wide that is
    _branch(stage, np.array([-stage.side * max(1.5, stage.camera.k * (7.5 + hang) - 0.05), hang, 1.95]))
    target = np.array([0.1 * stage.side, y + 0.5, 0.8])
    sun = stage.key_position(1.0, (0, 0, 0))
    stage.lamp = target + 60.0 * sun
    warmth = stage.warmed((1.0, 1.0, 1.0))
    stage.light(
        SunSky(
            sun,
            turbidity=3.0 + 1.5 * float(warmth[0] - warmth[2]),
            sun=1.25 * 2.0**stage.scene.key.ratio,
            sky=0.75 * stage.scene.fill,
        )
    )
    stage.gobo("leaves", distance=3.4, target=target)
    stage.props()
    stage.depth_of_field((0.06, 0.085)[stage.variant])
    stage.finish = Finish(percentile=58, level=0.91, below=0.55, vignette=0.06, bounces=4)


def _stucco(stage: Stage, colour: Colour, number: int) -> Material:
    n = stage.size(768)
    trowel = cloud(n, 2.2, number)
    fine = grain(n, 0.9, number + 2)
    tone = 1 + 0.030 * trowel + 0.022 * fine - 0.045 * np.clip(cloud(n, 3.0, number + 3), 0, 2)
    return Material(tint(colour, tone.astype(np.float32)), matt=True, bump=Bump(0.7 * trowel + 0.3 * fine, 0.0042))


def _shuttered_wall(stage: Stage, back: float) -> None:
    stage.add(wall((-14, 14), (-1, 10), back, uv=0.3), _stucco(stage, shade(stage.colour("backdrop"), 1.12), 11))
    paint = Material(shade(stage.colour("accent"), 0.9), roughness=0.5, specular=0.3)
    side = stage.side
    width, low, high = 0.66, 0.95, 3.6
    for k in range(2):
        near = 0.62 + k * (width + 0.025)
        x0, x1 = sorted((side * near, side * (near + width)))
        frame = [
            box((x0, x0 + 0.07), (back - 0.08, back - 0.01), (low, high)),
            box((x1 - 0.07, x1), (back - 0.08, back - 0.01), (low, high)),
            box((x0, x1), (back - 0.08, back - 0.01), (low, low + 0.09)),
            box((x0, x1), (back - 0.04, back - 0.005), (low, high)),
        ]
        slat = box((-width / 2 + 0.07, width / 2 - 0.07), (-0.045, 0.045), (-0.008, 0.008))
        count = int((high - low - 0.1) / 0.085)
        tilt = rotation("x", -0.6)
        slats = [slat.moved(((x0 + x1) / 2, back - 0.06, low + 0.13 + 0.085 * q), tilt) for q in range(count)]
        stage.add(merge(frame + slats), paint)


def _parapet(stage: Stage, back: float) -> None:
    """A whitewashed wall at half height, the open sky above it."""
    tall = float(np.clip(0.62 * stage.product.height, 0.42, 0.78))
    pale = stage.colour("backdrop")
    white = shade(pale, 0.80 / max(light(pale), 0.1), 0.25)
    stage.add(rounded_box((0, back + 0.3, -0.8), 34, 0.6, 0.8 + tall, bevel=0.06, uv=0.3), _stucco(stage, white, 11))
    # the model sky is black below its horizon: the sea lies there
    stage.add(plane((-3000, 3000), (back + 2, 5000), -9.0), Material((0.03, 0.085, 0.13), roughness=0.3, specular=0.5))


def _branch(stage: Stage, root: np.ndarray) -> None:
    """Olive or bougainvillea: twigs with slim leaves, the second with its petals."""
    rng, side = stage.rng, stage.side
    wood, P, D, U, S = [], [], [], [], []
    tips = []
    for _ in range(9):
        heading = (side * rng.uniform(0.4, 1.0), rng.normal(0, 0.2), rng.uniform(-0.75, 0.15))
        start = root + rng.normal(size=3) * [0.12, 0.12, 0.12]
        path = twig(start, heading, float(rng.uniform(0.6, 1.15)), rng, bend=0.6, droop=0.15, points=13)
        wood.append(tube(path, np.linspace(0.016, 0.005, len(path)), segments=5))
        tangents = np.gradient(path, axis=0)
        tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
        for i in range(2, len(path)):
            for sign in (-1, 1):
                P.append(path[i])
                across = rotation("y", 1.2 * sign) @ tangents[i]
                D.append(0.7 * tangents[i] + across + rng.normal(0, 0.2, 3))
                U.append(np.array([0, -0.6, 0.8]) + rng.normal(0, 0.3, 3))
                S.append(0.22 * rng.uniform(0.8, 1.15))
        tips.append(path[5:] + rng.normal(0, 0.04, path[5:].shape))
    blade = Blade(width=0.14, fold=0.2, curl=0.3, segments=7)
    foliage: Mesh = leaves(np.array(P), np.array(D), np.array(U), np.array(S), rng, blade)
    green = stage.colour("accent2") if stage.variant == 1 else np.array([0.10, 0.17, 0.05], np.float32)
    green = green * np.float32(0.19 / max(light(green), 1e-3))
    stage.add(foliage, leaf_material(green * 0.6, green * 1.35, roughness=0.5))
    stage.add(merge(wood), Material((0.16, 0.11, 0.07), matt=True))
    if stage.variant == 0:
        places = np.concatenate(tips)
        bloom = petals(places, np.full(len(places), 0.13) * rng.uniform(0.8, 1.2, len(places)), rng)
        pink = shade(stage.colour("accent2"), 1.0, 1.2)
        stage.add(bloom, leaf_material(pink * 1.1, pink * 1.7, roughness=0.6, vein=1.05))
