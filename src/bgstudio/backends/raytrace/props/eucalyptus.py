"""Sprigs of eucalyptus lying about, their tips leading out of the frame."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import Mesh, merge
from bgstudio.backends.raytrace.kit.plants import leaf_material, sprig
from bgstudio.backends.raytrace.props.placing import CORNERS, centimetre, half_frame, outwards
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear


def build(stage: Stage, place: int) -> None:
    """Three crossing sprigs beside the product; from above, sprigs reaching in from two corners."""
    pairs = _from_corners(stage, place) if stage.scene.camera.overhead else _beside(stage, place)
    blades = [blade for blade, _ in pairs]
    stems = [stem for _, stem in pairs]
    green = leaf_material(hex_to_linear("#5d7567"), hex_to_linear("#9db3a0"), roughness=0.55, vein=1.2)
    stage.add(merge(blades), green)
    stage.add(merge(stems), Material(hex_to_linear("#8a6a52"), matt=True))


def _beside(stage: Stage, place: int) -> list[tuple[Mesh, Mesh]]:
    cm, rng = centimetre(stage), stage.rng
    spot = stage.spot(place, 2.0 * cm)
    away = outwards(stage, spot)
    out = []
    for turn, length, start in ((-0.62, 17.0, 0.0), (0.30, 14.0, 1.6), (-0.12, 12.0, 0.6)):
        heading = (away, turn + rng.normal(0, 0.08), 0.12)
        base = spot + np.array([0.0, start * cm, 0.45 * cm])
        out.append(_lying(sprig(base, heading, length * cm, 2.5 * cm, rng, pairs=10, lift=0.75), float(spot[2])))
    return out


def _from_corners(stage: Stage, place: int) -> list[tuple[Mesh, Mesh]]:
    wide, high = half_frame(stage)
    rng, short = stage.rng, min(wide, high)
    out = []
    for k in range(2):
        sx, sy = CORNERS[(place + k) % 4]
        sx *= stage.side
        for start, heading, length in (
            ((1.04, 0.50), (-0.62, 0.62), 0.95),
            ((0.62, 1.10), (0.05, -1.0), 0.62),
            ((1.10, 0.88), (-0.95, -0.10), 0.72),
        ):
            x, y = sx * start[0] * wide, sy * start[1] * high
            toward = (sx * heading[0] + rng.normal(0, 0.1), sy * heading[1] + rng.normal(0, 0.1), 0.02)
            reach = length * short * rng.uniform(0.85, 1.1)
            base = (x, y, stage.ground(x, y) + 0.05)
            leaves = sprig(base, toward, reach, 0.15 * short, rng, pairs=9, lift=0.4)
            out.append(_lying(leaves, stage.ground(x + toward[0] * reach / 2, y + toward[1] * reach / 2)))
    return out


def _lying(pair: tuple[Mesh, Mesh], ground: float) -> tuple[Mesh, Mesh]:
    """Leaves that would cut into the ground rest on it instead."""
    for mesh in pair:
        mesh.V[:, 2] = np.maximum(mesh.V[:, 2], ground + 0.003)
    return pair
