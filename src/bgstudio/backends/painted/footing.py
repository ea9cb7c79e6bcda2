"""Where the product stands, what shadow it throws from its relief, and what a mirror under it shows.

All pictures here are seen by an orthographic camera that looks down by the scene's pitch: near enough for a shadow,
and it needs no more than the silhouette.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.domain.scene import Scene
from bgstudio.pixels.cushion import cushion
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Double, Float, Int

ROWS = 128
"""Rows of the product's relief: a shadow shows no more."""

RELIEF = 56
"""Longest side at which the relief is solved: it is smooth."""

LOWEST = 0.12
"""Part of the product's height above its lowest point within which a column may touch the ground."""

SLACK = 0.015
"""Part of the product's height by which a touching column may be above the ground line."""

FLATTEST = math.radians(6)
"""Least angle at which the ground is looked at: a level camera sees it as a line, and no set is that flat."""

BANDS = (0.0, 0.03, 0.08, 0.16, 0.28, 0.45, 0.7, 1.01)
"""Heights, by the product's, between which one blur serves for the penumbra."""

CAST, OCCLUSION = 0.66, (0.68, 0.42)
"""Darkening in the full shadow; under the foot, near to it and around it."""


@dataclass(frozen=True, eq=False)
class Footing:
    """Where a product touches the ground in a picture.

    Attributes:
        line: float64 (n, 2) pixel positions (x, y), left to right, of the ground line under the touching part.
        low: float64 (w,) y of the ground line under every column, continued level beyond its ends.
        touching: bool (w,) columns in which the product touches.
        tall: height of the product in pixels.
    """

    line: Double
    low: Double
    touching: Bool
    tall: float


def footing(alpha: Float) -> Footing | None:
    """The ground line: the lower convex hull of the silhouette's lowest parts; None where there is no foot in view.

    Args:
        alpha: float32 (h, w), the product's.
    """
    solid = alpha > 0.5
    columns = np.flatnonzero(solid.any(0))
    if len(columns) < 3:
        return None
    rows = np.flatnonzero(solid.any(1))
    height, width = alpha.shape
    tall = float(rows[-1] - rows[0] + 1)
    if rows[-1] >= height - 2 or tall < 6:
        return None
    low = height - solid[::-1, columns].argmax(0).astype(np.float64)
    near = low > low.max() - LOWEST * tall - 1
    x, y = columns[near].astype(np.float64), low[near]
    hull = _lower_hull(x, y)
    line = np.interp(np.arange(width), hull[:, 0], hull[:, 1])
    touching = np.zeros(width, bool)
    on = np.abs(np.interp(x, hull[:, 0], hull[:, 1]) - y) <= SLACK * tall + 1
    touching[columns[near][on]] = True
    ends = np.flatnonzero(touching)
    if len(ends) < 2:
        return None
    spots = np.unique(np.linspace(ends[0], ends[-1], 33).round().astype(int))
    return Footing(np.column_stack([spots, line[spots]]), line, touching, tall)


def _lower_hull(x: Double, y: Double) -> Double:
    """Points of the hull that is lowest in the picture (Andrew's monotone chain), (n, 2), left to right."""
    kept: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        while len(kept) >= 2:
            (ax, ay), (bx, by) = kept[-2], kept[-1]
            if (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax) < 0:
                break
            kept.pop()
        kept.append(point)
    return np.array(kept, np.float64).reshape(-1, 2)


def cast_shadow(alpha: Float, scene: Scene) -> Float:
    """The product's shadow on the ground by the scene's key light: float32 (h, w), 0 (none) .. about 0.85.

    The silhouette is blown up to a relief; every piece of it throws its shadow along the key light onto the ground
    plane, blurred by its height above the ground and the size of the lamp (percentage-closer soft shadows, Fernando,
    2005, with a few heights for all). Under the foot comes the occlusion of the sky. It lies behind the product, too.
    """
    height, width = alpha.shape
    full = footing(alpha)
    if full is None or scene.camera.overhead:
        return _dropped(alpha, scene) if scene.camera.overhead else np.zeros_like(alpha)
    factor = min(1.0, ROWS / full.tall, 1024 / max(width, height))
    size = max(8, round(width * factor)), max(8, round(height * factor))
    small = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    stand = footing(small)
    if stand is None:
        return np.zeros_like(alpha)
    out = _on_ground(small, stand, scene)
    return np.clip(cv2.resize(out, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)


def _on_ground(alpha: Float, stand: Footing, scene: Scene) -> Float:
    key = scene.key
    down = max(FLATTEST, math.radians(scene.camera.pitch))
    run = 1 / math.tan(math.radians(max(16.0, key.elevation)))
    side = -1.0 if key.side == "left" else 1.0
    across, away = -side * math.sin(math.radians(key.azimuth)) * run, math.cos(math.radians(key.azimuth)) * run
    rows, columns = np.nonzero(alpha > 0.5)
    thick = _half_thickness(alpha, stand)
    z = np.maximum(stand.low[columns] - rows - 1, 0) / math.cos(down)
    middle = thick[1]
    half = thick[0][rows, columns]
    spread = abs(away) * math.sin(down) + 0.5  # rows of the relief must not leave stripes between them
    x = np.clip((columns + across * z).round(), 0, alpha.shape[1] - 1).astype(np.int32)
    centre = stand.low[columns] - (middle + away * z) * math.sin(down)
    reach = half * math.sin(down) + spread
    cast = np.zeros_like(alpha)
    foot = np.zeros_like(alpha)
    for low, high in pairwise(BANDS):
        lap = 0.5 * (high - low)  # neighbours overlap, or their blurred ends would leave stripes
        band = (z >= (low - lap) * stand.tall) & (z < (high + lap) * stand.tall)
        if not band.any():
            continue
        mask = _filled(x[band], centre[band] - reach[band], centre[band] + reach[band], alpha.shape)
        level = (low + high) / 2
        sigma = 0.7 + level * stand.tall * (0.02 + 0.22 * key.softness)
        soft = blur(mask, sigma) * np.float32(math.exp(-0.9 * level))
        cast = np.maximum(cast, soft)
        if low == 0:
            foot = mask
    strength = CAST * min(1.25, max(0.6, 1 + 0.2 * scene.key.ratio)) * (1 - 0.25 * key.softness)
    near, around = blur(foot, 0.7 + 0.014 * stand.tall), blur(foot, 1.0 + 0.06 * stand.tall)
    dark = 1 - np.clip(OCCLUSION[0] * near + OCCLUSION[1] * around, 0, 0.9)
    return np.asarray(1 - (1 - strength * cast) * dark, np.float32)


def _half_thickness(alpha: Float, stand: Footing) -> tuple[Double, float]:
    """((h, w) half thickness of the relief in pixels, that of its foot); flat at the bottom, not round."""
    relief = _relief(alpha)
    top = stand.low.max() - stand.tall
    ring = relief[int(top + 0.7 * stand.tall) : int(top + 0.95 * stand.tall) + 1]
    width = float(np.ptp(np.flatnonzero(stand.touching))) + 1
    foot = min(float(ring.max(initial=1.0)), 0.5 * max(width, 0.2 * stand.tall))
    rows = np.arange(alpha.shape[0])[:, None]
    flat = np.clip((rows - (stand.low[None] - 0.12 * stand.tall)) / (0.12 * stand.tall), 0, 1)
    return np.maximum(relief, 0.7 * foot * flat), foot


def _relief(alpha: Float) -> Double:
    """Half thickness of the silhouette blown up, (h, w) in pixels; solved on a small copy of the product's box."""
    rows, columns = np.flatnonzero((alpha > 0.5).any(1)), np.flatnonzero((alpha > 0.5).any(0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = alpha[box].shape
    factor = min(1.0, RELIEF / max(height, width))
    size = max(2, round(width * factor)), max(2, round(height * factor))
    small = cushion(cv2.resize(alpha[box], size, interpolation=cv2.INTER_AREA) > 0.5) / factor
    out = np.zeros(alpha.shape)
    out[box] = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return out


def _filled(x: Int, top: Double, bottom: Double, shape: tuple[int, ...]) -> Float:
    """Columns filled from ``top`` to ``bottom``: 1 where any is, float32 (h, w)."""
    height, width = shape
    a = np.clip(np.floor(top), 0, height).astype(np.int64)
    b = np.clip(np.ceil(bottom) + 1, 0, height).astype(np.int64)
    flat = np.zeros((height + 1) * width, np.int64)
    flat += np.bincount(a * width + x, minlength=len(flat))
    flat -= np.bincount(b * width + x, minlength=len(flat))
    return (flat.reshape(height + 1, width).cumsum(0)[:-1] > 0).astype(np.float32)


def _dropped(alpha: Float, scene: Scene) -> Float:
    """The shadow of a product that lies flat, seen from above."""
    rows = np.flatnonzero((alpha > 0.5).any(1))
    if len(rows) == 0:
        return np.zeros_like(alpha)
    size = math.sqrt(float((alpha > 0.5).sum()))
    key = scene.key
    thick = 0.05 * size / math.tan(math.radians(max(20.0, key.elevation)))
    side = 1.0 if key.side == "left" else -1.0
    shift = side * thick * math.sin(math.radians(key.azimuth)), -thick * math.cos(math.radians(key.azimuth))
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    moved = cv2.warpAffine(alpha, move, alpha.shape[::-1], flags=cv2.INTER_LINEAR)
    cast = blur(np.asarray(moved, np.float32), 0.8 + (0.006 + 0.03 * key.softness) * size)
    near = blur(alpha, 0.8 + 0.008 * size)
    return np.asarray(1 - (1 - 0.5 * cast) * (1 - 0.5 * near), np.float32)


def turned_over(picture: Float, stand: Footing) -> Float:
    """A picture (h, w) or (h, w, c) turned over at the ground line, column by column; 0 where nothing comes to lie."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    source = 2 * stand.low[None].astype(np.float32) - 1 - y
    return np.asarray(cv2.remap(picture, x, source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)


def mirror_image(laid: Laid, stand: Footing) -> tuple[Float, Float]:
    """What a mirror under the product shows: (encoded colours 0..1 (h, w, 3), how much of it 0..1 (h, w)).

    Turned over at the ground line, column by column; it fades and blurs with its distance, as on anything but a
    perfect mirror. Nothing of it is above the ground line.
    """
    y = np.arange(len(laid.alpha), dtype=np.float32)[:, None]
    line = stand.low[None].astype(np.float32)
    weight = laid.alpha[..., None]
    turned = turned_over(np.dstack([laid.rgb.astype(np.float32) / 255 * weight, laid.alpha]), stand)
    sharp = blur(turned, max(0.6, 0.003 * stand.tall))
    soft = blur(turned, max(1.0, 0.016 * stand.tall))
    far = np.clip((y - line) / (0.5 * stand.tall), 0, 1)[..., None]
    mixed = sharp * (1 - far) + soft * far
    cover = mixed[..., 3] * (y >= line - 0.5) * np.exp(-np.maximum(y - line, 0) / (0.4 * stand.tall))
    colour = mixed[..., :3] / np.maximum(mixed[..., 3:], 1e-3)
    return np.clip(colour, 0, 1).astype(np.float32), np.clip(cover, 0, 1).astype(np.float32)
