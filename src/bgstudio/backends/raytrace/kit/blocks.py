"""Building blocks of abstract sets: arches, half discs, cylinders, steps."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector, grid, lathe, merge, podium_profile, rotation, rounded_box
from bgstudio.pixels.types import Double


def _extruded(outline: Double, depth: float, bevel: float) -> Mesh:
    """An outline (n, 2) in x and z, clockwise seen from the front, made ``depth`` thick along y with bevelled rims.

    The front stands at y = 0, the back at y = ``depth``. Front and back are fans about the outline's axis, so the
    outline must be star-shaped about its mean or a ring that comes back along its inside.
    """
    d = np.gradient(outline, axis=0)
    d /= np.linalg.norm(d, axis=1, keepdims=True) + 1e-9
    inwards = np.stack([d[:, 1], -d[:, 0]], -1)
    centre = outline.mean(0)
    inwards *= np.sign(((centre - outline) * inwards).sum(1, keepdims=True).sum()) or 1.0
    rows = []
    for t in np.linspace(0, np.pi / 2, 4):
        ring = outline + inwards * bevel * (1 - np.sin(t))
        rows.append((ring, bevel * (1 - np.cos(t))))
    rows = [(np.broadcast_to(centre, outline.shape), 0.0), *rows]
    rows += [(ring, depth - y) for ring, y in reversed(rows)]
    P = np.stack([np.stack([r[:, 0], np.full(len(r), y), r[:, 1]], -1) for r, y in rows])
    UV = np.stack([P[..., 0] * 0.4, -(P[..., 2] + P[..., 1]) * 0.4], -1)
    return grid(P, UV)


def arch(
    base: Vector, radius: float, thickness: float, depth: float, *, leg: float = 0.3, bevel: float = 0.018
) -> Mesh:
    """A gate: two legs and a half ring. ``base`` is the middle of its front edge on the floor.

    Args:
        radius: outer half width; ``thickness`` of legs and ring, ``leg`` height below the ring.
    """
    t = np.linspace(0, np.pi, 49)
    spine_r = radius - thickness / 2
    spine = np.concatenate(
        [[[spine_r, 0.0]], np.stack([spine_r * np.cos(t), leg + spine_r * np.sin(t)], -1), [[-spine_r, 0.0]]]
    )
    normal = np.concatenate([[[1.0, 0.0]], np.stack([np.cos(t), np.sin(t)], -1), [[-1.0, 0.0]]])
    half, b = thickness / 2, bevel
    a = np.linspace(0, np.pi / 2, 4)
    # a rounded rectangle (across the thickness, along the depth), swept along the spine
    corners = ((half - b, b, -np.pi / 2), (half - b, depth - b, 0), (-half + b, depth - b, np.pi / 2))
    ring = [(x + b * np.cos(s + q), y + b * np.sin(s + q)) for x, y, s in corners for q in a]
    ring += [(-half + b + b * np.cos(np.pi + q), b + b * np.sin(np.pi + q)) for q in a]
    section = np.array([*ring, ring[0]])
    xz = spine[:, None] + normal[:, None] * section[None, :, :1]
    P = np.stack([xz[..., 0], np.broadcast_to(section[None, :, 1], xz.shape[:2]), xz[..., 1]], -1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(spine, axis=0), axis=1))])
    around = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(section, axis=0), axis=1))])
    UV = np.stack(np.broadcast_arrays(along[:, None] * 0.4, around[None] * 0.4), -1)
    return grid((P + np.asarray(base, float))[::-1], UV[::-1])


def half_disc(base: Vector, radius: float, depth: float, *, bevel: float = 0.018) -> Mesh:
    """A half moon standing on its straight side; ``base`` is the middle of its front edge."""
    t = np.linspace(0, np.pi, 64)
    outline = np.stack([radius * np.cos(t), radius * np.sin(t)], -1)
    return _extruded(outline, depth, bevel).moved(np.asarray(base, float))


def disc(centre: Vector, radius: float, depth: float, *, bevel: float = 0.012) -> Mesh:
    """A round plate standing upright, its front facing the camera; ``centre`` is the middle of the front."""
    t = np.linspace(0, 2 * np.pi, 97)
    outline = np.stack([radius * np.cos(t), radius * np.sin(t)], -1)
    return _extruded(outline, depth, bevel).moved(np.asarray(centre, float))


def cylinder(base: Vector, radius: float, height: float, *, bevel: float = 0.02) -> Mesh:
    """A column with a bevelled top edge."""
    return lathe(podium_profile(radius, 0.0, height, bevel=min(bevel, height / 3)), base, segments=64, uv=0.4)


def steps(base: Vector, width: float, depth: float, height: float, count: int, *, bevel: float = 0.015) -> Mesh:
    """A stair rising away from the camera; ``base`` is the middle of its footprint."""
    x, y, z = (float(v) for v in base)
    parts = []
    for i in range(count):
        run = depth * (1 - i / count)
        parts.append(
            rounded_box((x, y + (depth - run) / 2, z), width, run, height * (i + 1) / count, bevel=bevel, uv=0.4)
        )
    return merge(parts)


def block(base: Vector, width: float, depth: float, height: float, turn: float = 0.0, *, bevel: float = 0.018) -> Mesh:
    """A bevelled box turned about the upright through the middle of its footprint, radians."""
    own = rounded_box((0, 0, 0), width, depth, height, bevel=min(bevel, width / 4, depth / 4, height / 3), uv=0.4)
    return own.moved(np.asarray(base, float), rotation("z", turn))
