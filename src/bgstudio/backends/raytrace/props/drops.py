"""Beads of water on the surface around the product."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid, merge
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Double


def bead(x: float, y: float, z: float, radius: float, phases: Double) -> Mesh:
    """A flat drop with a wandering rim; ``phases`` (2,) shape it."""
    a = np.linspace(np.pi / 2, 0, 7)[:, None]
    b = np.linspace(0, 2 * np.pi, 17)[None]
    rim = radius * (1 + 0.13 * np.sin(2 * b + phases[0]) + 0.07 * np.sin(3 * b + phases[1]))
    across = np.sin(a) ** 0.75 * rim
    # gravity flattens the large ones
    height = radius * 0.55 / (1 + 6 * radius)
    P = np.stack([x + across * np.cos(b), y + across * np.sin(b), z + height * np.cos(a) * np.ones_like(b)], -1)
    return grid(P.transpose(1, 0, 2))


def build(stage: Stage, place: int) -> None:
    """Some sixty drops, most of them tiny, in loose swarms; never under the product."""
    rng, product = stage.rng, stage.product
    centre = product.centre
    # opaque and of the surface's colour: on what is dark or wet it cannot be told from clear water, and costs nothing
    water = Material(stage.colour("surface") * 0.8, roughness=0.03, specular=0.6)
    swarms = rng.uniform((-1.35, -1.1), (1.35, 0.9), (7, 2))
    radii = np.minimum(0.034, 0.0055 * (1 + rng.pareto(1.9, 260)))
    placed: list[tuple[float, float, float]] = []
    parts = []
    for radius in np.sort(radii)[::-1]:
        x, y = swarms[int(rng.integers(len(swarms)))] + rng.normal(0, 0.24, 2)
        x, y = float(x) + float(centre[0]), float(y) + float(centre[1])
        phases = rng.uniform(0, 6.3, 2)
        beside = abs(x - centre[0]) > product.reach + 0.05
        before = y < centre[1] - product.half_depth - 0.12
        apart = all(np.hypot(x - u, y - v) > (radius + r) * 1.15 for u, v, r in placed)
        if not (beside or before) or not apart or len(placed) >= 64 >> min(place, 2):
            continue
        placed.append((x, y, float(radius)))
        parts.append(bead(x, y, stage.ground(x, y) - 0.001, float(radius), phases))
    if parts:
        stage.add(merge(parts), water)
