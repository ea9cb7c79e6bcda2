"""Backgrounds, props, shadows and reflections, drawn by a handful of random numbers: what stands in for a model's art.

All pictures are float32 (h, w, 3), encoded sRGB, 0..1, and are changed in place or given back new as the names say.
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.filters import blur, blur_wide, smoothstep
from bgstudio.pixels.types import Bool, Float

GROUNDS = ("sweep", "table", "stone", "wood", "tiles", "bokeh")


def noise(rng: np.random.Generator, height: int, width: int, cell: float, *, stretch: float = 1.0) -> Float:
    """Smooth noise of about unit deviation with details of ``cell`` pixels, ``stretch`` times as wide as high."""
    rows, columns = max(2, round(height / cell)), max(2, round(width / (cell * stretch)))
    small = rng.standard_normal((rows + 1, columns + 1)).astype(np.float32)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def background(
    rng: np.random.Generator, height: int, width: int, ground: float, wall: Float, floor: Float, kind: str = ""
) -> Float:
    """An empty set: a wall above, a ground below.

    Args:
        rng: what it looks like.
        height, width: pixels.
        ground: y at which the product stands, in pixels.
        wall, floor: encoded colours (3,).
        kind: one of ``GROUNDS``; empty for any.
    """
    kind = kind or str(rng.choice(GROUNDS))
    unit = max(height, width) / 512
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    edge = ground - rng.uniform(0.05, 0.25) * height
    soft = (0.12 if kind in ("sweep", "bokeh") else 0.004) * height
    part = smoothstep(y, edge - soft, edge + soft)[..., None]
    above = np.repeat(wall[None, None], height, 0).repeat(width, 1).astype(np.float32)
    below = np.repeat(floor[None, None], height, 0).repeat(width, 1).astype(np.float32)
    if kind == "table":
        above = above * (1 + 0.03 * noise(rng, height, width, 9 * unit)[..., None])
        below = below * (1 + 0.05 * noise(rng, height, width, 3 * unit, stretch=4)[..., None])
    elif kind == "stone":
        for cell, much in ((60, 0.10), (15, 0.07), (4, 0.06), (1.5, 0.04)):
            below = below + much * noise(rng, height, width, cell * unit)[..., None]
            above = above + 0.4 * much * noise(rng, height, width, cell * unit)[..., None]
    elif kind == "wood":
        grain: Float = noise(rng, height, width, 5 * unit, stretch=30) + np.float32(0.5) * noise(
            rng, height, width, 1.5 * unit, stretch=40
        )
        below = below * (1 + np.float32(0.10) * grain[..., None])
        plank = ((y + 7 * unit) % (46 * unit)) < 1.5 * unit
        below = below * np.where(plank, np.float32(0.6), np.float32(1))[..., None]
    elif kind == "tiles":
        cell = rng.uniform(30, 70) * unit
        grout = ((x % cell) < 2 * unit) | ((y % cell) < 2 * unit)
        tone = noise(rng, height, width, cell)[..., None]
        above = np.where(grout[..., None], above * 0.78, above * (1 + 0.05 * tone))
        below = below * (1 + 0.04 * noise(rng, height, width, 5 * unit)[..., None])
    picture = above * (1 - part) + below * part
    if kind == "bokeh":
        picture = _bokeh(rng, picture, edge, unit)
    side = rng.choice([-1, 1])
    light = 1 + side * rng.uniform(0.05, 0.3) * (x / width - 0.5) - rng.uniform(0, 0.2) * (y / height - 0.5)
    return np.clip(picture * light[..., None], 0.01, 1).astype(np.float32)


def _bokeh(rng: np.random.Generator, picture: Float, edge: float, unit: float) -> Float:
    layer = np.zeros_like(picture)
    for _ in range(int(rng.integers(8, 24))):
        colour = rng.uniform(0.1, 0.9, 3) * rng.uniform(0.1, 0.5)
        at = int(rng.uniform(0, picture.shape[1])), int(rng.uniform(0, max(2, edge)))
        disc = np.zeros_like(picture)
        cv2.circle(disc, at, int(rng.uniform(8, 30) * unit), colour.tolist(), -1, cv2.LINE_AA)
        layer = np.maximum(layer, disc)
    return np.clip(picture + blur(layer, 2.5 * unit), 0, 1)


def add_prop(rng: np.random.Generator, picture: Float, at: tuple[float, float], size: float, colour: Float) -> None:
    """A thing on the ground at ``at`` (its foot), with its own shading and shadow; in place."""
    height, width = picture.shape[:2]
    cx, base = at
    canvas = np.zeros((height, width), np.float32)
    shape = rng.choice(["ball", "box", "vase", "leaf", "slab"])
    tall = size
    if shape == "ball":
        tall = size * 0.8
        cv2.circle(canvas, (int(cx), int(base - tall / 2)), int(tall / 2), 1.0, -1, cv2.LINE_AA)
    elif shape in ("box", "slab"):
        wide = size * (rng.uniform(0.4, 0.8) if shape == "box" else rng.uniform(1.4, 2.2))
        tall = size * (1.0 if shape == "box" else 0.25)
        cv2.rectangle(canvas, (int(cx - wide / 2), int(base - tall)), (int(cx + wide / 2), int(base)), 1.0, -1)
    elif shape == "vase":
        steps = np.linspace(0, 1, 24)
        half = size * (0.14 + 0.16 * np.sin(np.pi * (0.15 + 0.8 * steps)) ** 2)
        left = np.column_stack([cx - half, base - size * steps])
        right = np.column_stack([cx + half, base - size * steps])[::-1]
        cv2.fillPoly(canvas, [np.vstack([left, right]).astype(np.int32)], 1.0, cv2.LINE_AA)
    else:
        for _ in range(int(rng.integers(3, 8))):
            angle = rng.uniform(-70, 70)
            length = size * rng.uniform(0.4, 0.7)
            tip = np.radians(angle - 90)
            middle = (int(cx + np.cos(tip) * length / 2), int(base + np.sin(tip) * length / 2))
            axes = (int(length / 2), max(1, int(length / 9)))
            cv2.ellipse(canvas, middle, axes, angle - 90, 0, 360, 1.0, -1, cv2.LINE_AA)
    _shade_ground(picture, cx, base, size)
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None]
    slope = (
        1 + 0.35 * (cx - columns) / max(size, 1) * rng.choice([-1, 1]) + 0.15 * (base - size / 2 - rows) / max(size, 1)
    )
    shaded = np.clip(colour[None, None] * np.clip(slope, 0.35, 1.4)[..., None], 0, 1)
    cover = blur(canvas, 0.7)[..., None]
    picture[...] = picture * (1 - cover) + shaded.astype(np.float32) * cover


def _shade_ground(picture: Float, cx: float, base: float, size: float) -> None:
    height, width = picture.shape[:2]
    y = np.arange(height, dtype=np.float32)[:, None]
    x = np.arange(width, dtype=np.float32)[None]
    blob = np.exp(-(((x - cx) / (0.5 * size + 1)) ** 2) - ((y - base) / (0.07 * size + 1)) ** 2)
    picture *= (1 - 0.5 * blob)[..., None]


def throw_shadow(rng: np.random.Generator, picture: Float, alpha: Float, depth: float, softness: float) -> None:
    """The product's shadow: dark where it touches, cast to one side over the ground; in place.

    Args:
        rng: to which side it falls and how far.
        picture: the set.
        alpha: float32 (h, w), the product.
        depth: 0..1, how dark.
        softness: 0 hard .. 1 soft.
    """
    box = _box(alpha > 0.5)
    if box is None:
        return
    _, top, _, bottom = box
    tall = bottom - top
    lean, squash = rng.choice([-1, 1]) * rng.uniform(0.2, 1.1), rng.uniform(0.12, 0.4) * rng.choice([1, 1, -0.5])
    # a point h above the foot is thrown to (x + lean h, foot - squash h)
    matrix = np.array([[1, -lean, lean * bottom], [0, squash, bottom - squash * bottom]])
    cast = cv2.warpAffine(alpha, matrix, alpha.shape[::-1], flags=cv2.INTER_LINEAR)
    near = blur(np.asarray(cast, np.float32), 0.6 + 0.01 * tall * (0.3 + 2 * softness))
    far = blur_wide(np.asarray(cast, np.float32), 1 + 0.05 * tall * (0.1 + 2 * softness))
    y = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    away = np.clip(np.abs(bottom - y) / (0.35 * tall), 0, 1)
    picture *= (1 - depth * 0.7 * (near * (1 - away) + far * away))[..., None]
    foot = alpha.copy()
    foot[: int(bottom - 0.06 * tall)] = 0
    contact = np.maximum(blur(foot, 0.8 + 0.012 * tall), 0.6 * blur(foot, 1 + 0.04 * tall))
    picture *= (1 - depth * np.clip(contact, 0, 1))[..., None]


def add_mirror(rng: np.random.Generator, picture: Float, rgb: Float, alpha: Float, strength: float) -> None:
    """The product's image in a glossy ground, turned over at its lowest row; in place."""
    box = _box(alpha > 0.5)
    if box is None or strength <= 0:
        return
    bottom, tall = box[3], box[3] - box[1]
    height = alpha.shape[0]
    room = min(height - bottom, bottom)
    turned = np.zeros((height, alpha.shape[1], 4), np.float32)
    layer = np.dstack([rgb * alpha[..., None], alpha])
    turned[bottom : bottom + room] = layer[bottom - room : bottom][::-1]
    turned = blur(turned, 0.5 + rng.uniform(0, 0.012) * tall)
    y = np.arange(height, dtype=np.float32)[:, None]
    fade = np.exp(-np.maximum(y - bottom, 0) / (rng.uniform(0.25, 0.9) * tall)) * (y >= bottom)
    weight = (strength * fade)[..., None]
    picture[...] = picture * (1 - turned[..., 3:] * weight) + turned[..., :3] * weight


def _box(mask: Bool) -> tuple[int, int, int, int] | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
