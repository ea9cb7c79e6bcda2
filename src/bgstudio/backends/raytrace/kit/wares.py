"""Crockery, books and fruit: small things that dress a table. Lengths are world units."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import grain
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector, grid, lathe, merge, rotation, rounded_box, sphere
from bgstudio.pixels.types import Double, Float

Profile = list[tuple[float, float]]
"""(radius, height) from bottom to top, in units of the thing's own height."""

VASES: tuple[Profile, ...] = (
    # a bottle with a narrow neck, an egg, a straight jug
    [(0.2, 0), (0.25, 0.02), (0.31, 0.2), (0.32, 0.36), (0.26, 0.55), (0.12, 0.7), (0.09, 0.8), (0.1, 0.97), (0.11, 1)],
    [(0.16, 0), (0.2, 0.01), (0.34, 0.22), (0.38, 0.42), (0.34, 0.66), (0.22, 0.86), (0.17, 0.95), (0.18, 1)],
    [(0.22, 0), (0.25, 0.02), (0.29, 0.3), (0.28, 0.6), (0.22, 0.82), (0.2, 0.92), (0.23, 1)],
)


def smoothed(profile: Profile, points: int = 48) -> Double:
    """A profile drawn as a curve through its corners (monotone cubic), without overshoot."""
    from scipy.interpolate import PchipInterpolator  # loading it takes half a second, and few sets hold a vase

    p = np.asarray(profile, float)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(p, axis=0), axis=1))])
    t = np.linspace(0, length[-1], points)
    return np.stack([PchipInterpolator(length, p[:, i])(t) for i in (0, 1)], -1)


def vessel(profile: Profile, height: float, centre: Vector, *, wall: float = 0.03, inside: float = 0.35) -> Mesh:
    """A thrown pot with a rounded lip; its inside goes down by the part ``inside`` of its height."""
    outer = smoothed(profile) * height
    lip = wall * height
    a = np.linspace(0, np.pi, 7)[1:-1]
    top = outer[-1]
    rim = np.stack([top[0] - lip / 2 + lip / 2 * np.cos(a), top[1] + lip / 2 * np.sin(a)], -1)
    inner = outer[::-1] - np.array([lip, 0])
    inner = inner[(inner[:, 1] > height * (1 - inside)) & (inner[:, 0] > 0)]
    base = np.array([[1e-4, 0.0], [outer[0, 0] * 0.98, 0.0]])
    end = np.array([[1e-4, float(inner[-1, 1])]]) if len(inner) else np.zeros((0, 2))
    return lathe(np.concatenate([base, outer, rim, inner, end]), centre, segments=72)


def bowl(radius: float, height: float, centre: Vector) -> Mesh:
    """An open bowl on a small foot."""
    t = np.linspace(0, 1, 28)
    curve = np.stack([radius * (0.34 + 0.66 * np.sin(t * np.pi / 2) ** 0.9), height * (0.06 + 0.94 * t**1.7)], -1)
    thick = 0.045 * radius
    a = np.linspace(0, np.pi, 7)[1:-1]
    rim = np.stack([radius - thick / 2 + thick / 2 * np.cos(a), height + thick / 2 * np.sin(a)], -1)
    inner = curve[::-1] - np.array([thick, 0]) + np.array([0, thick * 0.6]) * t[:, None]
    foot = np.array([[1e-4, 0.0], [radius * 0.36, 0.0], [radius * 0.36, height * 0.05]])
    profile = np.concatenate([foot, curve, rim, inner, [[1e-4, float(inner[-1, 1])]]])
    return lathe(profile, centre, segments=72)


def book(width: float, depth: float, height: float, base: Vector, turn: float) -> tuple[Mesh, Mesh]:
    """A closed hardback lying flat, its spine towards the camera: (cover, pages)."""
    board, lip = max(0.09 * height, 0.004), 0.02 * depth
    turned, at = rotation("z", turn), np.asarray(base, float)
    bottom = rounded_box((0, 0, 0), width, depth, board, bevel=0.3 * board, uv=1.0)
    top = bottom.moved((0, 0, height - board))
    # a rounded back joins the two boards
    a = np.linspace(-np.pi / 2, np.pi / 2, 9)
    arc = np.stack([-depth / 2 - 0.16 * height * np.cos(a), height / 2 + height / 2 * np.sin(a)], -1)
    ends = np.array([-width / 2, width / 2])
    P = np.stack([np.stack([np.full(9, x), arc[:, 0], arc[:, 1]], -1) for x in ends])
    UV = np.stack(np.meshgrid([0.0, width], np.linspace(0, height, 9), indexing="ij"), -1)
    cover = merge([bottom, top, grid(P, UV)])
    block = rounded_box((0, lip / 2, board), width - 2 * lip, depth - 2 * lip, height - 2 * board, bevel=1e-3, uv=1.0)
    return cover.moved(at, turned), block.moved(at, turned)


def fruit(centre: Vector, radius: float, rng: np.random.Generator, *, pointed: float = 0.0) -> Mesh:
    """A citrus fruit resting on its side or bottom; ``pointed`` 0 is an orange, .25 a lemon."""
    ball = sphere((0, 0, 0), 1.0, segments=40)
    V = ball.V.astype(float)
    # a lemon is drawn out along its axis and ends in a nipple
    along = V[:, 2]
    V[:, 2] = along * (1 + pointed) + np.sign(along) * pointed * np.clip(np.abs(along) - 0.82, 0, 1) * 2
    V *= 1 + 0.012 * np.sin(3 * V[:, :1] + rng.uniform(0, 6)) + 0.012 * np.sin(4 * V[:, 1:2] + rng.uniform(0, 6))
    tilt = rotation("z", rng.uniform(0, 2 * np.pi)) @ rotation("x", np.pi / 2 if pointed else rng.uniform(-0.5, 0.5))
    V = (V @ tilt.T) * radius
    V[:, 2] -= V[:, 2].min()
    return replace(ball, V=(V + np.asarray(centre, float)).astype(np.float32))


def half_fruit(centre: Vector, radius: float, facing: float) -> tuple[Mesh, Mesh]:
    """Half a citrus fruit leaning back on its peel, cut side towards the camera: (peel, cut face).

    ``facing`` turns it about the upright, radians; 0 looks at the camera.
    """
    t = np.linspace(0, np.pi / 2, 18)
    cup = lathe(np.stack([radius * np.sin(t) + 1e-4, -radius * np.cos(t)], -1), segments=48)
    a, r = np.linspace(0, 2 * np.pi, 49), np.linspace(1e-3, 1, 6)
    x, y = r[:, None] * np.cos(a), r[:, None] * np.sin(a)
    face = grid(np.stack([x * radius, y * radius, np.full_like(x, 1e-3)], -1), np.stack([0.5 + x / 2, 0.5 + y / 2], -1))
    # it leans back by twenty-five degrees from upright
    turn = rotation("z", facing) @ rotation("x", np.radians(65))
    lift = -float((cup.V @ turn.T)[:, 2].min())
    at = np.asarray(centre, float) + np.array([0, 0, lift])
    return cup.moved(at, turn), face.moved(at, turn)


@lru_cache(maxsize=4)
def citrus_cut(flesh: tuple[float, float, float], n: int = 192) -> Float:
    """The cut face of a citrus fruit: float32 (n, n, 3) linear; segments, pith and rind."""
    g = np.linspace(-1, 1, n, dtype=np.float32)
    x, y = np.meshgrid(g, g)
    r, a = np.hypot(x, y), np.arctan2(y, x)
    count = 10
    phase = (a / (2 * np.pi) * count) % 1
    # distance from the nearest membrane, by arc length
    membrane = np.minimum(phase, 1 - phase) * 2 * np.pi * r / count
    segment = (
        np.clip((membrane - 0.018) / 0.02, 0, 1) * np.clip((r - 0.09) / 0.03, 0, 1) * np.clip((0.85 - r) / 0.02, 0, 1)
    )
    cells = 1 + 0.14 * np.sin(a * 67 + 9 * np.sin(r * 21)) * np.sin(r * 30) + 0.05 * grain(n, 1.0, 3)
    pulp = np.asarray(flesh, np.float32) * (cells * (0.85 + 0.3 * r))[..., None]
    pith = np.array([0.86, 0.80, 0.62], np.float32)
    rind = np.clip((r - 0.94) / 0.02, 0, 1)[..., None]
    out = pith * (1 - segment[..., None]) + pulp * segment[..., None]
    return np.clip(out * (1 - rind) + np.asarray(flesh, np.float32) * rind, 0, 1).astype(np.float32)
