"""Dried grass in a small dark vase."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import Mesh, lathe, merge, tube
from bgstudio.backends.raytrace.kit.plants import Blade, leaf_material, leaves, twig
from bgstudio.backends.raytrace.stage import Stage

VASE = ((1e-4, 0.0), (0.30, 0.0), (0.40, 0.18), (0.44, 0.42), (0.36, 0.66), (0.17, 0.86), (0.14, 0.97), (0.165, 1.0),
        (0.13, 0.985), (0.12, 0.9), (1e-4, 0.85))  # fmt: skip
"""Profile (radius, height) by the vase's height."""


def build(stage: Stage, place: int) -> None:
    """The vase is 12 to 15 cm high, the grass twice that; both within what the frame bears."""
    rng = stage.rng
    height = float(np.clip(13 * stage.cm, 0.32, 0.62))
    spot = stage.spot(place, 0.5 * height)
    clay = Material((0.045, 0.042, 0.04), roughness=0.55, specular=0.35)
    profile = [(r * height, z * height) for r, z in VASE]
    stage.add(lathe(profile, spot, segments=56), clay)
    ears, stems = _sheaf(spot + np.array([0, 0, 0.88 * height]), 1.5 * height, rng)
    straw = leaf_material((0.42, 0.29, 0.15), (0.66, 0.51, 0.31), roughness=0.8, vein=1.1, specular=0.15)
    stage.add(ears, straw)
    stage.add(stems, Material((0.46, 0.34, 0.19), roughness=0.8, specular=0.15))


def _sheaf(mouth: np.ndarray, length: float, rng: np.random.Generator) -> tuple[Mesh, Mesh]:
    """Ears and stalks of some fifteen grasses that lean apart."""
    P, D, U, S, stalks = [], [], [], [], []
    for _ in range(15):
        lean = np.array([rng.normal(0, 0.24), rng.normal(0, 0.2), 1.0])
        path = twig(mouth, lean, length * float(rng.uniform(0.65, 1.05)), rng, bend=0.5, droop=0.06)
        stalks.append(tube(path, np.linspace(0.008, 0.003, len(path)), segments=5))
        tangents = np.gradient(path, axis=0)
        for i in range(7, len(path)):
            P += [path[i]] * 3
            D += [tangents[i] / np.linalg.norm(tangents[i]) + rng.normal(0, 0.42, 3) for _ in range(3)]
            U += [rng.normal(size=3) for _ in range(3)]
            S += [length * 0.11 * (1.1 - 0.5 * i / len(path))] * 3
    blade = Blade(width=0.13, fold=0.3, curl=0.3, segments=6)
    return leaves(np.array(P), np.array(D), np.array(U), np.array(S), rng, blade), merge(stalks)
