"""Triangle meshes and the shapes that sets are built from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bgstudio.pixels.types import Double, Float, Int

Vector = Double | Sequence[float]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles.

    Attributes:
        V: float32 (n, 3) positions.
        F: int32 (m, 3) vertex indices, counter-clockwise seen from outside.
        UV: float32 (n, 2) texture positions, or None. v = 0 is the top row of a texture.
        N: float32 (n, 3) normals; None computes smooth ones.
        flat: facetted instead of smooth.
    """

    V: Float
    F: Int
    UV: Float | None = None
    N: Float | None = None
    flat: bool = False

    def moved(self, offset: Vector, turn: Double | None = None, scale: float = 1.0) -> Mesh:
        """Scaled, then turned by a (3, 3) rotation, then moved."""
        V = self.V * scale
        N = self.N
        if turn is not None:
            V = V @ turn.T
            N = None if N is None else (N @ turn.T).astype(np.float32)
        return replace(self, V=(V + np.asarray(offset)).astype(np.float32), N=N)

    def normals(self) -> Float:
        """(n, 3) unit normals: those given, or area-weighted means of the faces around each vertex."""
        if self.N is not None:
            return self.N
        a, b, c = self.V[self.F[:, 0]], self.V[self.F[:, 1]], self.V[self.F[:, 2]]
        face = np.cross(b - a, c - a)
        n = np.zeros_like(self.V)
        for corner in range(3):
            for axis in range(3):
                n[:, axis] += np.bincount(self.F[:, corner], face[:, axis], len(self.V)).astype(np.float32)
        return (n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def make(V: Double | Float, F: npt.NDArray[Any], UV: Double | Float | None = None, *, flat: bool = False) -> Mesh:
    """A mesh from arrays of any number type."""
    uv = None if UV is None else np.ascontiguousarray(UV, np.float32)
    return Mesh(np.ascontiguousarray(V, np.float32), np.ascontiguousarray(F, np.int32), uv, flat=flat)


def merge(meshes: Sequence[Mesh]) -> Mesh:
    """Many meshes as one; UVs are kept where all have them."""
    start = np.cumsum([0] + [len(mesh.V) for mesh in meshes])
    V = np.concatenate([mesh.V for mesh in meshes])
    F = np.concatenate([mesh.F + offset for mesh, offset in zip(meshes, start[:-1], strict=True)])
    UV = [mesh.UV for mesh in meshes if mesh.UV is not None]
    return make(V, F, np.concatenate(UV) if len(UV) == len(meshes) else None, flat=all(m.flat for m in meshes))


def rotation(axis: str, angle: float) -> Double:
    """(3, 3) rotation about ``x``, ``y`` or ``z`` by radians."""
    c, s = np.cos(angle), np.sin(angle)
    return {
        "x": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def frame(direction: Vector, up: Vector = (0, 0, 1)) -> Double:
    """(3, 3) rows: sideways, along ``direction``, upwards; unit length, right-handed."""
    d = np.asarray(direction, float)
    d = d / np.linalg.norm(d)
    x = np.cross(d, np.asarray(up, float))
    length = float(np.linalg.norm(x))
    x = x / length if length > 1e-4 else np.array([1.0, 0, 0])
    return np.stack([x, d, np.cross(x, d)], 0)


def grid(P: Double | Float, UV: Double | Float | None = None) -> Mesh:
    """A (a, b, 3) lattice of vertices, with (a, b, 2) UVs, as a sheet of triangles."""
    a, b = P.shape[:2]
    i = np.arange(a * b).reshape(a, b)
    quads = np.stack([i[:-1, :-1], i[1:, :-1], i[1:, 1:], i[:-1, 1:]], -1).reshape(-1, 4)
    F = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return make(P.reshape(-1, 3), F, None if UV is None else UV.reshape(-1, 2))


def plane(
    x: tuple[float, float], y: tuple[float, float], z: float = 0.0, *, uv: float = 0.5, heights: Double | None = None
) -> Mesh:
    """A horizontal sheet facing up. ``heights`` (a, b) over x and y makes a relief; ``uv`` is texture per unit."""
    n = (2, 2) if heights is None else (heights.shape[0], heights.shape[1])
    X, Y = np.meshgrid(np.linspace(*x, n[0]), np.linspace(*y, n[1]), indexing="ij")
    Z = np.full_like(X, z) if heights is None else z + heights
    return grid(np.stack([X, Y, Z], -1), np.stack([X * uv, -Y * uv], -1))


def wall(x: tuple[float, float], z: tuple[float, float], y: float, *, uv: float = 0.3) -> Mesh:
    """An upright sheet at ``y``, facing the camera (-y)."""
    P = np.array([[[a, y, c] for c in z] for a in x], float)
    UV = np.array([[[a * uv, -c * uv] for c in z] for a in x], float)
    return grid(P, UV)


def box(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> Mesh:
    """A sharp-edged box; for what is far away or out of focus."""
    V = np.array([[a, b, c] for a in x for b in y for c in z], float)
    return make(V, np.array(_BOX), flat=True)


_BOX = [
    [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
    [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
]  # fmt: skip


def rounded_box(
    base: Vector, width: float, depth: float, height: float, *, bevel: float = 0.03, uv: float = 0.3
) -> Mesh:
    """A box with bevelled upright and top edges; ``base`` is the centre of its underside."""
    a = np.linspace(0, np.pi / 2, 5)
    ring = [
        (sx * (width / 2 - bevel), sy * (depth / 2 - bevel), t + quarter * np.pi / 2)
        for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1)))
        for t in a
    ]
    R = np.array([*ring, (ring[0][0], ring[0][1], 2 * np.pi)])
    rows = [(0.0, 1.0), (height - bevel, 1.0)] + [(height - bevel + bevel * np.sin(t), float(np.cos(t))) for t in a[1:]]
    sheets = [
        np.stack([R[:, 0] + bevel * i * np.cos(R[:, 2]), R[:, 1] + bevel * i * np.sin(R[:, 2]), np.full(len(R), z)], -1)
        for z, i in rows
    ]
    sheets.append(np.stack([R[:, 0] * 0, R[:, 1] * 0, np.full(len(R), height)], -1))
    P = np.stack(sheets) + np.asarray(base, float)
    side = (np.arange(len(P)) < 2)[:, None]
    # upright faces run along the outline, so that stone and wood do not smear where a face turns away from x
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(sheets[0][:, 0]), np.diff(sheets[0][:, 1])))])
    UV = np.stack([np.where(side, along[None], P[..., 0]), np.where(side, -P[..., 2], -P[..., 1])], -1) * uv
    return grid(P.transpose(1, 0, 2), UV.transpose(1, 0, 2))


def lathe(
    profile: Sequence[tuple[float, float]] | Double, centre: Vector = (0, 0, 0), *, segments: int = 96, uv: float = 1.0
) -> Mesh:
    """A profile [(radius, z), ...] from bottom to top, turned about the vertical through ``centre``."""
    p = np.asarray(profile, float)
    c = np.asarray(centre, float)
    t = np.linspace(0, 2 * np.pi, segments + 1)
    P = np.stack([p[:, :1] * np.cos(t), p[:, :1] * np.sin(t), np.repeat(p[:, 1:], segments + 1, 1)], -1) + c
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    UV = np.stack(np.broadcast_arrays(t[None] * p[:, 0].max(), -length[:, None]), -1) * uv
    top = (p[:, 1] >= p[:, 1].max() - 1e-4)[:, None, None]
    UV = np.where(top, P[..., :2] * uv, UV)
    return grid(P.transpose(1, 0, 2), UV.transpose(1, 0, 2))


def podium_profile(radius: float, bottom: float, top: float, *, bevel: float = 0.03) -> list[tuple[float, float]]:
    """Profile of a round podium with a bevelled top edge, for ``lathe``."""
    a = np.linspace(0, np.pi / 2, 8)
    edge = [(radius - bevel + bevel * float(np.cos(t)), top - bevel + bevel * float(np.sin(t))) for t in a]
    e = 1e-4
    return [
        (radius, bottom),
        (radius, bottom + e),
        (radius, top - bevel - e),
        *edge[1:],
        (radius - bevel - e, top),
        (radius * 0.5, top),
        (e, top),
    ]


def cyclorama(*, back: float, radius: float, floor: float = 0.0, uv: float = 0.25, height: float = 9.0) -> Mesh:
    """A seamless sweep: floor, a quarter-round of ``radius``, and a wall at y = ``back``."""
    a = np.linspace(0, np.pi / 2, 48)
    profile = np.array(
        [(y, 0.0) for y in np.linspace(-9, back - radius, 24)]
        + [(back - radius + radius * np.sin(t), radius - radius * np.cos(t)) for t in a[1:]]
        + [(back, z) for z in np.linspace(radius, height, 12)[1:]]
    )
    xs = np.linspace(-14, 14, 25)
    n = len(profile)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    P = np.stack(
        [
            np.broadcast_to(xs[:, None], (25, n)),
            np.broadcast_to(profile[:, 0], (25, n)),
            np.broadcast_to(profile[:, 1] + floor, (25, n)),
        ],
        -1,
    )
    UV = np.stack(np.broadcast_arrays(xs[:, None] * uv, -length[None] * uv), -1)
    return grid(P, UV)


def sphere(centre: Vector, radius: float, *, segments: int = 48) -> Mesh:
    """A ball."""
    a = np.linspace(0, np.pi, segments // 2 + 1)
    b = np.linspace(0, 2 * np.pi, segments + 1)
    S = np.stack(
        [np.sin(a)[:, None] * np.cos(b), np.sin(a)[:, None] * np.sin(b), -np.cos(a)[:, None] * np.ones_like(b)], -1
    )
    UV = np.stack(np.broadcast_arrays(b[None] / (2 * np.pi), 1 - a[:, None] / np.pi), -1)
    return grid((S * radius + np.asarray(centre, float)).transpose(1, 0, 2), UV.transpose(1, 0, 2))


def tube(path: Double, radius: float | Double, *, segments: int = 8) -> Mesh:
    """A pipe of ``radius`` (one, or one per point) along a path (n, 3)."""
    P = np.asarray(path, float)
    d = np.gradient(P, axis=0)
    d /= np.linalg.norm(d, axis=1, keepdims=True) + 1e-9
    x = np.cross(d, np.array([0.13, 0.31, 0.94]))
    x /= np.linalg.norm(x, axis=1, keepdims=True) + 1e-9
    y = np.cross(d, x)
    a = np.linspace(0, 2 * np.pi, segments + 1)
    r = np.broadcast_to(radius, len(P))
    Q = P[:, None] + (x[:, None] * np.cos(a)[None, :, None] + y[:, None] * np.sin(a)[None, :, None]) * r[:, None, None]
    UV = np.stack(np.broadcast_arrays(a[None] / (2 * np.pi), np.linspace(0, 1, len(P))[:, None]), -1)
    return grid(Q.transpose(1, 0, 2), UV.transpose(1, 0, 2))
