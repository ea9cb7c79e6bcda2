"""A quiet room: large products stand on its wooden floor, small ones on a sideboard."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.cloth import curtain
from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import Material, mixed
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid, lathe, merge, plane, podium_profile, rounded_box, wall
from bgstudio.backends.raytrace.kit.plants import leaf_material, plant
from bgstudio.backends.raytrace.kit.wares import VASES, vessel
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import linen, plaster
from bgstudio.backends.raytrace.surfaces.wood import PLANKS
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Double

LARGE_CM = 50.0
"""Taller products stand on the floor."""

RUG = 0.014
"""World units: thickness of the rug."""


def build(stage: Stage) -> None:
    """Floor or sideboard, wall, picture, plant, sun through a window."""
    product = stage.product
    tall = product.height / stage.cm
    deep = float(product.mesh.V[:, 1].max())
    if tall > LARGE_CM:
        face = deep + float(np.clip(70 * stage.cm, 0.8, 1.5))
        _on_the_floor(stage, face)
    else:
        face = deep + 0.85
        _on_a_sideboard(stage, face)
    target = np.array([float(product.centre[0]), float(product.centre[1]), 0.45 * product.height])
    shaded = sunlight(stage, "window", 4.0, target=target, warm=(1.0, 0.92, 0.80), distance=8.5, hang=3.2)
    stage.accent_light(-50, 26, 7.0, 4.0, 3.4, 0.4, (0.97, 0.98, 1.0), target=(0, 0.3, 0.6))
    stage.fill(0.50, (1.0, 0.985, 0.96))
    stage.depth_of_field(0.03)
    stage.props(*(() if tall > LARGE_CM else ("books",)))
    stage.finish = Finish(percentile=77 if shaded else 62, level=0.85, vignette=0.10)


def _on_the_floor(stage: Stage, face: float) -> None:
    cm, product = stage.cm, stage.product
    floor = -RUG if stage.variant else 0.0
    stage.floor = floor
    uv = float(np.clip(1 / (PLANKS * 13.0 * cm), 0.3, 1.4))
    stage.add(plane((-16, 16), (-6, face + 0.1), floor, uv=uv), stage.surface("oak"))
    _walls(stage, face, floor)
    board = rounded_box((0, face - 0.9 * cm, floor), 30.0, 1.8 * cm, 9 * cm, bevel=0.5 * cm)
    stage.add(board, Material(hex_to_linear("#efeae2"), matt=True))
    if stage.variant:
        radius = max(product.reach, float(np.hypot(product.half_width, product.half_depth))) + 0.42
        rug = lathe(podium_profile(radius, floor, 0.0, bevel=0.4 * RUG), (*product.centre[:2], 0.0), uv=0.9)
        stage.add(
            rug, linen.build(stage, colour=mixed(stage.colour("accent2"), hex_to_linear("#efe8dc"), 0.72), seed=8)
        )
    side = -stage.side
    _plant(stage, product.reach + 32 * cm, face, floor)
    # the picture hangs as high as the frame shows, on the side that the plant leaves free
    top = _seen_height(stage, face)
    middle = min(135 * cm + floor, top - 0.52 * 58 * cm)
    _picture(stage, -side * (product.reach + 34 * cm), middle, 42 * cm, 54 * cm, face)
    if not stage.variant:
        edge = product.reach + 74 * cm
        span = (edge, edge + 3.0) if stage.side > 0 else (-edge - 3.0, -edge)
        pale = mixed(stage.colour("backdrop"), hex_to_linear("#f2ede4"), 0.7)
        hanging = curtain(span, (floor + 0.01, 6.0), face - 14 * cm, stage.rng, pleat=13 * cm, depth=3 * cm)
        stage.add(hanging, linen.build(stage, colour=pale))


def _on_a_sideboard(stage: Stage, face: float) -> None:
    product = stage.product
    wood = stage.surface("walnut" if stage.variant else "oak", across=True) if _wooden(stage) else stage.surface("oak")
    stage.add(plane((-9, 9), (-5.5, face), 0.0, uv=0.34), wood)
    _walls(stage, face, -0.01)
    side = -stage.side
    # a picture leans against the wall, half hidden and cut by the frame
    _picture(stage, -side * (product.reach + 0.55), 0.70, 0.95, 1.36, face - 0.05)
    # leaves are kept on the off-key side, so the vase stands there too, before the picture
    spot = np.array([float(product.centre[0]) + side * (product.reach + 0.95), face - 0.42, 0.0])
    clay = mixed(stage.colour("accent2"), hex_to_linear("#e9e2d6"), 0.6)
    stage.add(vessel(VASES[int(stage.rng.integers(3))], 0.72, spot), Material(clay, roughness=0.55, specular=0.35))
    leaves = plant(spot + np.array([0, 0, 0.62]), 0.85, stage.rng, count=22, width=0.075, spread=0.7, curl=0.8)
    stage.add(_kept(stage, leaves, face), _green())


def _seen_height(stage: Stage, y: float) -> float:
    """Height of the frame's upper edge at depth ``y``, less a margin."""
    camera = stage.camera
    ray = camera.ray(camera.width / 2, 0.07 * camera.height)
    return float(camera.origin[2] + ray[2] / max(float(ray[1]), 0.05) * (y - camera.origin[1]))


def _wooden(stage: Stage) -> bool:
    return stage.scene.surface in (None, "oak", "walnut")


def _walls(stage: Stage, face: float, floor: float) -> None:
    paint = plaster.build(stage, shade(stage.colour("backdrop"), 1.0, 0.85), amount=0.018, seed=17)
    stage.add(wall((-16.0, 16.0), (floor - 0.02, 11.0), face, uv=0.25), paint)


def _plant(stage: Stage, away: float, face: float, floor: float) -> None:
    """A plant in a pot on the off-key side, as tall as a child."""
    cm = stage.cm
    at = np.array([float(stage.product.centre[0]) - stage.side * away, face - 34 * cm, floor])
    pot = vessel([(0.33, 0), (0.38, 0.03), (0.46, 0.5), (0.48, 1.0)], 34 * cm, at, inside=0.12)
    stage.add(
        pot, Material(mixed(stage.colour("accent2"), hex_to_linear("#e9e2d6"), 0.55), roughness=0.6, specular=0.3)
    )
    leaves = plant(at + np.array([0, 0, 28 * cm]), 74 * cm, stage.rng, count=44, width=0.062, spread=0.75, curl=1.0)
    stage.add(_kept(stage, leaves, face), _green())


def _green() -> Material:
    return leaf_material(hex_to_linear("#3f5a37"), hex_to_linear("#7f9a5f"), roughness=0.45, vein=1.2)


def _kept(stage: Stage, mesh: Mesh, face: float) -> Mesh:
    """Leaves that would grow into the wall, or towards the product, bend along them."""
    mesh.V[:, 1] = np.minimum(mesh.V[:, 1], face - 0.01)
    product = stage.product
    reach = max(product.reach, product.half_width) + 0.08
    x = (mesh.V[:, 0] - float(product.centre[0])) * -stage.side
    mesh.V[:, 0] = float(product.centre[0]) - stage.side * np.maximum(x, reach)
    return mesh


def _picture(stage: Stage, x: float, z: float, width: float, height: float, face: float) -> None:
    """A framed abstract picture on the wall: a disc and a hill in the palette's colours."""
    centre = float(stage.product.centre[0]) + x
    rim, depth = 0.045 * width, 0.035 * width

    def plate(w: float, h: float, y: float, x0: float = 0.0, z0: float = 0.0) -> Mesh:
        return wall((centre + x0 - w / 2, centre + x0 + w / 2), (z + z0 - h / 2, z + z0 + h / 2), y, uv=1.0)

    bars: list[Mesh] = []
    for sx in (-1, 1):
        at = (centre + sx * (width + rim) / 2, face - depth / 2, z - height / 2 - rim)
        bars.append(rounded_box(at, rim, depth, height + 2 * rim, bevel=0.15 * rim))
        at = (centre, face - depth / 2, z + sx * (height + rim) / 2 - rim / 2)
        bars.append(rounded_box(at, width, depth, rim, bevel=0.15 * rim))
    frame = hex_to_linear("#b58e63") if stage.variant == 0 else hex_to_linear("#2f2a26")
    stage.add(merge(bars), Material(frame, roughness=0.5, specular=0.3))
    stage.add(plate(width, height, face - 0.3 * depth), Material(hex_to_linear("#f3efe7"), matt=True))
    ink = _disc(centre - 0.08 * width, z + 0.10 * height, 0.2 * width, face - 0.3 * depth - 0.004)
    stage.add(ink, Material(mixed(stage.colour("accent"), hex_to_linear("#f3efe7"), 0.15), matt=True))
    hill = plate(0.62 * width, 0.18 * height, face - 0.3 * depth - 0.002, 0.0, -0.2 * height)
    stage.add(hill, Material(mixed(stage.colour("accent2"), hex_to_linear("#f3efe7"), 0.3), matt=True))


def _disc(x: float, z: float, radius: float, y: float) -> Mesh:
    t, r = np.linspace(0, 2 * np.pi, 49), np.array([1e-3, 1.0])
    P: Double = np.stack(
        np.broadcast_arrays(x + radius * r[:, None] * np.cos(t), y, z + radius * r[:, None] * np.sin(t)), -1
    )
    return grid(P)
