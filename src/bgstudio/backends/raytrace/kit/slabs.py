"""Stones with a level top for a product to stand on."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import soft_step
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid
from bgstudio.pixels.types import Double, Float


def river_slab(
    x: float, y: float, wide: float, deep: float, bottom: float, level: tuple[float, float], rng: np.random.Generator
) -> Mesh:
    """A flat river stone: level at z = 0 under the product, rounded towards the water.

    Args:
        x, y: its middle.
        wide, deep: half its size along x and y, world units.
        bottom: z of its underside, below 0.
        level: half size of the patch that must stay level.
        rng: of its outline.
    """
    t = np.linspace(0, 2 * np.pi, 145)[None]
    s = np.concatenate([np.linspace(0.0, 0.86, 26), 1 - 0.14 * np.cos(np.linspace(0.12, np.pi / 2, 18))])[:, None]
    phase = rng.uniform(0, 6.3, 4)
    outline = 1 + 0.055 * np.sin(2 * t + phase[0]) + 0.035 * np.sin(3 * t + phase[1]) + 0.02 * np.sin(5 * t + phase[2])
    # between an ellipse and a rounded rectangle, as flat stones are
    boxy = 1 / (np.abs(np.cos(t)) ** 2.5 + np.abs(np.sin(t)) ** 2.5) ** (1 / 2.5)
    X = x + wide * s * outline * boxy * np.cos(t)
    Y = y + deep * s * outline * boxy * np.sin(t)
    # distance from the level patch, 1 at the rim
    inside = np.hypot((X - x) / level[0], (Y - y) / level[1])
    sag = 0.16 * -bottom * soft_step(inside, 1.0, 2.2) * s**2
    shoulder = -bottom * (1 - np.sqrt(np.clip(1 - np.clip((s - 0.72) / 0.28, 0, 1) ** 2.4, 0, 1)))
    swell = 0.008 * np.sin(3.1 * X + phase[3]) * np.sin(2.7 * Y + phase[0]) * soft_step(inside, 1.0, 1.8)
    Z = -np.maximum(sag, 0) - shoulder + swell * (1 - s) - 0.0015
    UV = np.stack([X, -Y], -1) * 0.45 + np.stack([Z * np.cos(t), Z * np.sin(t)], -1) * 0.45
    return grid(np.stack([X, Y, Z], -1), UV)


def split_slab(
    x: float,
    y: float,
    wide: float,
    deep: float,
    height: float,
    relief: Float,
    level: tuple[float, float],
    rng: np.random.Generator,
) -> Mesh:
    """A slab broken out of layered rock: level at z = 0 under the product, its rim jagged, its sides in layers.

    Args:
        x, y: its middle; ``wide`` and ``deep`` half its size.
        height: of the slab; its underside is at -height.
        relief: heights (n, n) around 0 of the split face.
        level: half size of the patch that must stay level.
        rng: of its outline.
    """
    across, along = 200, 130
    U, W = np.meshgrid(np.linspace(-1, 1, across), np.linspace(-1, 1, along), indexing="ij")
    rim = np.maximum(np.abs(U), np.abs(W))
    angle = np.arctan2(W, U)
    jag = np.ones_like(U)
    for k in (3, 5, 8, 13, 21, 34):
        jag += 0.055 / k**0.6 * np.sin(k * angle + rng.uniform(0, 6.3)) * rng.uniform(0.5, 1)
    corner = 1 - 0.10 * soft_step(np.minimum(np.abs(U), np.abs(W)) / np.maximum(rim, 1e-6), 0.6, 1.0)
    X, Y = x + U * wide * jag * corner, y + W * deep * jag * corner
    inside = np.hypot((X - x) / level[0], (Y - y) / level[1])
    n = len(relief)
    i, j = (np.round((U + 1) * 0.5 * (n - 1)).astype(int), np.round((W + 1) * 0.5 * (n - 1)).astype(int))
    rough = relief[i, j] - relief[n // 2, n // 2]
    Z = np.minimum(0.0, 0.016 * rough) * soft_step(inside, 1.0, 1.9) - 0.0015
    # the outer tenth of the lattice is the side: it goes down in irregular ledges and steps outwards a little
    down = np.clip((rim - 0.90) / 0.10, 0, 1)
    layers = 5
    ledge = (np.floor(down * layers) + soft_step(down * layers - np.floor(down * layers), 0.0, 0.55)) / layers
    Z = Z - height * 1.05 * ledge
    push = 1 - 0.055 * (1 - down) * (down > 0) + 0.02 * np.sin(9 * angle + 3 * np.floor(down * layers)) * (down > 0)
    X, Y = x + (X - x) * push, y + (Y - y) * push
    UV = np.stack([X + 0.8 * Z * np.sign(U) * (np.abs(U) >= np.abs(W)), -Y + 0.8 * Z], -1) * 0.42
    return grid(np.stack([X, Y, Z], -1), UV)


def ring_waves(X: Double, Y: Double, x: float, y: float, length: float, around: float) -> Double:
    """Ripples of height about 1 that spread from a stone of radius ``around``, dying out over a few lengths."""
    r = np.hypot(X - x, Y - y)
    away = np.clip(r - around, 0, None)
    return np.asarray(np.sin(2 * np.pi * away / length) * np.exp(-away / (2.4 * length)) * (r > around * 0.6), float)
