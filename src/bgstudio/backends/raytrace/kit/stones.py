"""Stones: worn pebbles and broken rocks, and the skin they share."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector, grid, rotation
from bgstudio.pixels.types import Double, Float


def _directions(segments: int) -> tuple[Double, Double]:
    """Unit vectors (m, n, 3) from the south to the north pole, and UVs that are even around the north pole."""
    a = np.linspace(np.pi, 0, segments // 2)[:, None]
    b = np.linspace(0, 2 * np.pi, segments + 1)[None]
    D = np.stack([np.sin(a) * np.cos(b), np.sin(a) * np.sin(b), np.cos(a) * np.ones_like(b)], -1)
    # equal-area from above: no seam and no pinch where it is seen, all the stretch on the underside
    r = np.sin(a / 2) * 0.5
    return D, np.stack([r * np.cos(b), r * np.sin(b)], -1)


def pebble(centre: Vector, radius: float, rng: np.random.Generator, *, flat: float = 0.55, segments: int = 56) -> Mesh:
    """A stone rounded by water, resting on (x, y, z) ``centre``; ``flat`` is its height by its width."""
    D, UV = _directions(segments)
    R = np.ones(D.shape[:2])
    for reach in (1.4, 1.9, 2.6, 3.3, 4.4):
        v = rng.normal(size=3)
        v /= np.linalg.norm(v)
        R += 0.17 / reach * np.sin(D @ v * reach + rng.uniform(0, 6)) * rng.uniform(0.5, 1)
    # boxier than an ellipsoid: pebbles have a flat belly and a shoulder
    e = np.sign(D) * np.abs(D) ** 0.88
    P = e * R[..., None] * radius * np.array([1, rng.uniform(0.68, 0.92), flat])
    return _resting(P, UV, centre, rng)


def rock(centre: Vector, radius: float, rng: np.random.Generator, *, flat: float = 0.7, segments: int = 72) -> Mesh:
    """A broken stone with worn edges: a ball cut by planes, the cuts softened."""
    D, UV = _directions(segments)
    N = rng.normal(size=(16, 3))
    N /= np.linalg.norm(N, axis=1, keepdims=True)
    near = rng.uniform(0.72, 1.0, 16)
    # soft minimum over the distances to the planes along each direction
    reach = near / np.maximum(D @ N.T, 1e-3)
    R = -np.log(np.exp(-22 * np.minimum(reach, 1.25)).sum(-1) + np.exp(-22 * 1.05)) / 22
    for scale in (5.0, 9.0, 15.0):
        v = rng.normal(size=3)
        v /= np.linalg.norm(v)
        R += 0.05 / scale * np.sin(D @ v * scale + rng.uniform(0, 6))
    P = D * R[..., None] * radius * np.array([1, rng.uniform(0.75, 1), flat])
    return _resting(P, UV, centre, rng)


def _resting(P: Double, UV: Double, centre: Vector, rng: np.random.Generator) -> Mesh:
    tilt = rotation("z", rng.uniform(0, 6.3)) @ rotation("x", rng.normal(0, 0.06))
    P = P @ tilt.T
    # a little sunk in, so that it touches along a patch and not at a point
    P[..., 2] -= P[..., 2].min() * 0.94
    return grid((P + np.asarray(centre, float)).transpose(1, 0, 2), (UV + rng.uniform(0, 1, 2)).transpose(1, 0, 2))


@lru_cache(maxsize=8)
def _skin(n: int, seed: int, veins: bool) -> tuple[Float, Float]:
    """Tone around 1 and heights (n, n) of a river stone: mottled, speckled, some with a pale vein."""
    mottle, fine = cloud(n, 2.2, seed), grain(n, 0.9, seed + 1)
    speck = cv2.GaussianBlur((grain(n, 0.0, seed + 2) > 2.3).astype(np.float32), (0, 0), 0.9)
    tone = 1 + 0.11 * mottle + 0.04 * fine + 0.28 * speck
    heights = 0.5 * cloud(n, 1.9, seed + 3) + 0.18 * fine - 0.6 * speck
    if veins:
        line = np.exp(-((np.abs(cloud(n, 3.0, seed + 4)) / 0.045) ** 2)) * np.clip(0.6 + cloud(n, 2.6, seed + 5), 0, 1)
        tone = tone + 0.5 * line
    return np.clip(tone, 0.3, 2).astype(np.float32), heights.astype(np.float32)


def stone_material(
    n: int, colour: Colour, seed: int, *, rough: float = 0.5, wet: bool = False, veins: bool = False
) -> Material:
    """The skin of stones of a linear ``colour``; ``n`` texture pixels, ``wet`` darkens and glosses."""
    tone, heights = _skin(n, seed % 5, veins)
    c = np.asarray(colour, np.float32) * np.float32(0.62 if wet else 1.0)
    warm = 0.05 * cloud(n, 2.4, seed % 5 + 30)
    tinted = np.stack([tone * (1 + warm), tone, tone * (1 - warm)], -1)
    return Material(
        Texture(np.clip(c * tinted, 0, 1).astype(np.float32)),
        roughness=0.22 if wet else rough,
        specular=0.5,
        bump=Bump(heights, 0.0045),
    )
