"""Walls with an opening in them."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.mesh import Mesh, grid
from bgstudio.pixels.types import Double


def arched_wall(
    y: float,
    half_width: float,
    spring: float,
    depth: float,
    *,
    floor: float = 0.0,
    x: float = 0.0,
    extent: tuple[float, float] = (14.0, 10.0),
    bevel: float = 0.035,
    uv: float = 0.25,
) -> Mesh:
    """An upright wall at ``y`` facing the camera, with a round arch and its reveal.

    Args:
        y: of the wall's face.
        half_width: of the opening, also the radius of its arch.
        spring: height above the floor where the arch begins.
        depth: of the reveal, away from the camera.
        floor: height of the floor.
        x: middle of the opening.
        extent: half width and height of the wall.
        bevel: radius of the opening's rounded edge.
        uv: texture per world unit.
    """
    t = np.linspace(0, np.pi, 56)
    arc = np.stack([half_width * np.cos(t), spring + half_width * np.sin(t)], 1)
    # the straight legs get vertices too: a single long face would blur the shading normals
    leg = np.linspace(-0.01, spring, 8)[:-1]
    inner = np.concatenate(
        [
            np.stack([np.full(7, half_width), leg], 1),
            arc,
            np.stack([np.full(7, -half_width), leg[::-1]], 1),
        ]
    )
    outer = _projected(inner, 0.5 * spring, extent)
    outwards = _outwards(inner)
    rows = [_upright(outer, y)]
    for angle in np.linspace(0, np.pi / 2, 6):
        ring = inner + outwards * bevel * (1 - np.sin(angle))
        rows.append(_upright(ring, y + bevel * (1 - np.cos(angle))))
    rows.append(_upright(inner, y + bevel + 0.02))
    rows.append(_upright(inner, y + depth))
    P = np.stack(rows)
    UV = np.stack([P[..., 0] * uv, -P[..., 2] * uv - (P[..., 1] - y) * uv], -1)
    P[..., 0] += x
    P[..., 2] += floor
    return grid(P, UV)


def _upright(ring: Double, y: float) -> Double:
    return np.stack([ring[:, 0], np.full(len(ring), y), ring[:, 1]], 1)


def _projected(ring: Double, middle: float, extent: tuple[float, float]) -> Double:
    """Points of the wall's rim, one for each of the opening's, seen from its middle."""
    wide, high = extent
    out = np.empty_like(ring)
    for i, (x, z) in enumerate(ring):
        if z <= middle:
            out[i] = np.copysign(wide, x), z
            continue
        dz = z - middle
        reach = min(wide / abs(x) if abs(x) > 1e-6 else np.inf, (high - middle) / dz)
        out[i] = x * reach, middle + dz * reach
    return out


def _outwards(ring: Double) -> Double:
    """Unit normals of the opening's outline, pointing into the wall."""
    along = np.gradient(ring, axis=0)
    normal = np.stack([along[:, 1], -along[:, 0]], 1)
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True), float)
