"""Cloth as height fields: creases on a table, pleats of a curtain. World units."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import soft_step
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid
from bgstudio.pixels.types import Double, Float


def creases(X: Double, Y: Double, rng: np.random.Generator, *, count: int, height: float, width: float) -> Float:
    """Long soft folds of a cloth that was laid down by hand: heights >= 0 over a lattice.

    Each is a ridge along a gently winding line; it swells, fades out at its ends, and falls off more steeply on one
    side.

    Args:
        X, Y: the lattice.
        rng: chance.
        count: of folds.
        height, width: of the largest.
    """
    X, Y = X.astype(np.float32), Y.astype(np.float32)
    span = max(float(np.ptp(X)), float(np.ptp(Y)))
    main = rng.uniform(0, np.pi)
    out: Float = np.zeros_like(X)
    for _ in range(count):
        angle = main + rng.normal(0, 0.35)
        x0, y0 = rng.uniform(X.min(), X.max()), rng.uniform(Y.min(), Y.max())
        along = (X - x0) * np.cos(angle) + (Y - y0) * np.sin(angle)
        across = -(X - x0) * np.sin(angle) + (Y - y0) * np.cos(angle)
        wind = 0.16 * np.sin(along * rng.uniform(0.7, 1.3) + rng.uniform(0, 6)) + 0.05 * np.sin(along * 2.7)
        w = width * rng.uniform(0.55, 1.0)
        d = (across - wind) / w
        profile = np.exp(-((d / np.where(d > 0, 0.75, 1.35)) ** 2))
        reach = span * rng.uniform(0.14, 0.30)
        swell = np.exp(-((along / reach) ** 4)) * (0.75 + 0.25 * np.sin(along * 1.9 + rng.uniform(0, 6)))
        fold = np.asarray(height * rng.uniform(0.4, 1.0) * profile * swell, np.float32)
        # where folds meet, the lower one shows through
        out = np.maximum(out, fold) + np.float32(0.25) * np.minimum(out, fold)
    return out


def smoothed_under(
    H: Double | Float, X: Double, Y: Double, centre: Double, half_width: float, half_depth: float, *, room: float = 0.55
) -> Double:
    """Heights pressed flat under a product and nowhere rising before its foot: cloth must not hide the contact."""
    d = np.hypot(np.maximum(np.abs(X - centre[0]) - half_width, 0), np.maximum(np.abs(Y - centre[1]) - half_depth, 0))
    H = H * soft_step(d, 0.05, room)
    before = np.maximum(centre[1] - half_depth - Y, 0)
    beside = soft_step(np.abs(X - centre[0]), half_width + 0.15, half_width + 0.9)
    low = np.minimum(H, 0.04 * before)
    return np.asarray(np.where(before > 0, H * beside + low * (1 - beside), H), float)


def curtain(
    x: tuple[float, float],
    z: tuple[float, float],
    y: float,
    rng: np.random.Generator,
    *,
    pleat: float = 0.34,
    depth: float = 0.07,
    uv: float = 0.6,
) -> Mesh:
    """A hanging cloth in irregular pleats; its nearest parts reach to ``y``.

    Args:
        x, z: extent.
        y: its front.
        rng: chance.
        pleat, depth: width and depth of a pleat.
        uv: texture per world unit.
    """
    columns = int((x[1] - x[0]) / pleat * 18)
    xs, zs = np.linspace(*x, columns), np.linspace(*z, 14)
    X, Z = np.meshgrid(xs, zs, indexing="ij")
    wander = np.cumsum(rng.normal(0, 1, columns)) * 0.025
    wander = np.convolve(wander, np.ones(25) / 25, "same")[:, None]
    lean = 0.35 * np.sin(0.55 * Z + X * 0.4 + rng.uniform(0, 6))
    phase = 2 * np.pi * X / pleat + 1.6 * np.sin(X * 0.9 + rng.uniform(0, 6)) + 6 * wander + lean
    swell = 0.65 + 0.35 * np.sin(X * 1.7 + rng.uniform(0, 6) + 0.15 * Z)
    wave = np.sin(phase) + 0.28 * np.sin(2.0 * phase + 0.8) + 0.12 * np.sin(3.1 * phase + 2.0)
    Y = y + depth * (1.35 - wave * swell)
    return grid(np.stack([X, Y, Z], -1), np.stack([X * uv, -Z * uv], -1))
