"""Plain backdrops: a smooth field of colour that the product is taken off.

On paper, a wall or a table of one colour the backdrop is known, and a known backdrop says more about the contour than
any network: what clearly differs from it is product unless it is a shadow, and what equals it is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.cutout.planes import distance_inside, from_cells, largest, to_cells, total
from bgstudio.pixels.filters import blur, blur_wide, disc, smoothstep
from bgstudio.pixels.types import Float

_FIT_SIDE = 200
_ROUNDS = 8

_THIN, _REACH = 3, (4.0, 9.0)
"""Half width in cells up to which a part is thin; distance in cells over which broad additions fade out."""

_SURE = 0.8
"""What the network must say of an area that looks like the backdrop for it to stay."""

_GAP = 0.2
"""Least difference from the backdrop, 0..1, of what lies in a hole that is closed."""


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A plain backdrop.

    Attributes:
        colour: float32 (H, W, 3), encoded sRGB 0..1, the backdrop behind everything.
        noise: deviation of its pixels from that, 0..1.
    """

    colour: Float
    noise: float


def _basis(x: Float, y: Float) -> list[Float]:
    return [np.ones_like(x), x, y, x * x, x * y, y * y]


def _spread(field: Float, width: int, height: int) -> Float:
    """The field's values over a whole picture: along x and y it is a product of small matrices."""
    x = np.arange(width, dtype=np.float32) / width * 2 - 1
    y = np.arange(height, dtype=np.float32) / height * 2 - 1
    one, to_x, to_y, to_xx, to_xy, to_yy = field
    none = np.zeros_like(one)
    table = np.stack([[one, to_x, to_xx], [to_y, to_xy, none], [to_yy, none, none]])  # (power of y, power of x, 3)
    across = np.einsum("pqc,qx->pxc", table, np.stack([np.ones_like(x), x, x * x]))
    powers = np.stack([np.ones_like(y), y, y * y], 1)
    return np.asarray((powers @ across.reshape(3, -1)).reshape(height, width, 3), np.float32)


def find_backdrop(image: Float, matte: Float) -> Backdrop | None:
    """Fit a quadratic field of colour through what is surely outside; None where the backdrop is not plain.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1.

    Iteratively reweighted least squares: shadows, props and the table's edge get little weight.
    """
    h, w = matte.shape
    scale = min(1.0, _FIT_SIDE / max(h, w))
    sw, sh = max(8, int(w * scale)), max(8, int(h * scale))
    small = np.asarray(cv2.resize(image, (sw, sh), interpolation=cv2.INTER_AREA), np.float32)
    found = cv2.resize(matte, (sw, sh), interpolation=cv2.INTER_AREA) > 0.08
    outside = cv2.dilate(found.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
    if outside.mean() < 0.12:
        return None
    y, x = np.mgrid[0:sh, 0:sw].astype(np.float32)
    terms = np.stack([t[outside] for t in _basis(x / sw * 2 - 1, y / sh * 2 - 1)], 1)
    seen = small[outside]
    weight = np.ones(len(terms), np.float32)
    noise, rest, field = 0.0, weight, np.zeros((6, 3), np.float32)
    for _ in range(_ROUNDS):
        weighted = terms * weight[:, None] ** 2
        system = weighted.T.astype(np.float64) @ terms + 1e-6 * np.eye(6)
        field = np.linalg.solve(system, weighted.T.astype(np.float64) @ seen).astype(np.float32)
        rest = np.abs(terms @ field - seen).max(1)
        noise = max(1.5 / 255, 1.48 * float(np.median(rest)))
        weight = (1 / np.sqrt(1 + (rest / (2 * noise)) ** 4)).astype(np.float32)
    border = np.zeros(outside.shape, bool)
    border[:3] = border[-3:] = border[:, :3] = border[:, -3:] = True
    error = np.zeros(outside.shape, np.float32)
    error[outside] = rest
    at_border = error[border & outside]
    if noise > 0.02 or at_border.size == 0:
        return None
    if (rest < max(4 * noise, 0.03)).mean() < 0.8 or (at_border < max(5 * noise, 0.04)).mean() < 0.8:
        return None
    return Backdrop(np.clip(_spread(field, w, h), 0.001, 1).astype(np.float32), noise)


def unmix(image: Float, matte: Float, network: Float, backdrop: Backdrop, cell: float) -> Float:
    """Correct ``matte`` by what is known of the backdrop.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1, decided.
        network: float32 (H, W), 0..1, what the network said before it was decided.
        backdrop: from ``find_backdrop``.
        cell: pixels of ``image`` per pixel that the network saw.

    Adds what clearly differs from the backdrop, is no shadow and hangs on the product: thin parts anywhere, broad ones
    near the contour only. Removes what equals the backdrop: holes, halos; but not where the product's own colour is
    like the backdrop (white on white) or the network is sure.
    """
    field, noise = backdrop.colour, backdrop.noise
    distance = blur(largest(np.asarray(cv2.absdiff(image, field), np.float32)), 0.7)
    differs = smoothstep(distance, 3 * noise, 8 * noise + 0.03) * (1 - _shadow(image, field, noise))
    added = _attached(_within_reach(differs, matte, cell), matte)
    sure = ((matte > 0.9) & (differs > 0.7)).astype(np.float32)
    near_sure, near_distance = blur_wide(sure, 6 * cell), blur_wide(sure * distance, 6 * cell)
    # What the network doubts and what equals the backdrop is no evidence of a product in the backdrop's colour.
    inside = (matte > 0.5) & ((network > _SURE) | (differs > 0.5))
    near_inside = blur_wide(inside.astype(np.float32), 6 * cell)
    contrast = smoothstep(near_sure / (near_inside + 1e-3), 0.5, 0.8)
    contrast = contrast * smoothstep(near_distance / (near_sure + 1e-4), 0.08, 0.2)
    deep = cv2.erode((network > _SURE).astype(np.uint8), disc(max(1, int(2 * cell))))
    gone = (1 - smoothstep(distance, 2.5 * noise, 5 * noise + 0.02)) * contrast * (1 - deep)
    both = np.asarray(np.maximum(matte, added) * (1 - gone), np.float32)
    return _without_gaps(both, distance, noise, cell)


def _shadow(image: Float, field: Float, noise: float) -> Float:
    """How much each pixel looks like a shadow: it is darker along the backdrop's own colour, but not black."""
    dark = np.clip(total(image * field) / total(field * field), 0, 2)
    chroma = largest(np.abs(image - dark[..., None] * field))
    coloured = smoothstep(chroma, 2 * noise + 0.008, 4 * noise + 0.03)
    return np.asarray((1 - coloured) * (dark < 1) * smoothstep(dark, 0.2, 0.35), np.float32)


def _within_reach(differs: Float, matte: Float, cell: float) -> Float:
    """Take out broad areas far from what the network found: the edge of a table, another thing, a caustic."""
    broad = cv2.dilate(cv2.erode((to_cells(differs, cell) > 0.5).astype(np.float32), disc(_THIN)), disc(_THIN + 1))
    away = distance_inside(to_cells(matte, cell) <= 0.3)
    out = np.asarray(broad * smoothstep(away, *_REACH), np.float32)
    return differs * (1 - from_cells(out, matte))


def _attached(differs: Float, matte: Float) -> Float:
    """What of ``differs`` forms one piece with the product, where the product is no small part of that piece."""
    both = ((differs > 0.5) | (matte > 0.5)).astype(np.uint8)
    parts, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    core = np.bincount(labels[matte > 0.5], minlength=parts) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    keep = core > 0.25
    keep[0] = False
    return np.where(keep[labels], differs, 0).astype(np.float32)


def _without_gaps(matte: Float, distance: Float, noise: float, cell: float) -> Float:
    """Close holes that show something else than the backdrop: grey parts of a product look like shadows."""
    gaps, labels, stats, _ = cv2.connectedComponentsWithStats((matte < 0.5).astype(np.uint8), connectivity=4)
    h, w = matte.shape
    inner = (stats[:, 0] > 0) & (stats[:, 1] > 0) & (stats[:, 0] + stats[:, 2] < w) & (stats[:, 1] + stats[:, 3] < h)
    inner[0] = False
    if not inner.any():
        return matte
    other = distance > 8 * noise + _GAP
    share = np.bincount(labels[other], minlength=gaps) / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    closed = (inner & (share > 0.6))[labels].astype(np.float32)
    if not closed.any():
        return matte
    return np.maximum(matte, np.asarray(cv2.dilate(closed, disc(max(1, round(cell / 2)))), np.float32))
