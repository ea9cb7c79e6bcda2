"""How the product rests, from its silhouette: standing on a foot, lying and seen from above, or hanging.

Only what could not stand is called lying: a watch across the frame, a torch on its edge, a dryer on its handle's tip.
A garment laid out flat or on a hanger is told by an outline that is nearly mirror-symmetric, but not as exactly as a
thing that was turned or moulded, and hollow at its sides. Everything else may stand. The thresholds were set by eye on
the silhouettes of some ninety product photos.
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Bool, Float

SIDE = 300
"""Longest side of the silhouette that is judged, in pixels."""

_RAGGED = 0.28
"""Compactness below which an outline is a plant's, not a garment's."""

_LOW = 0.12
"""Part of the height above the lowest point within which a body that stands comes down broadly."""

TOUCHING = 0.035
"""Part of the height above the lowest point that counts as touching the ground."""


def lies(alpha: Float) -> bool:
    """Whether a product of this matte (float32 (H, W), 0..1) could not stand as it is seen."""
    inside = _silhouette(alpha)
    if inside is None:
        return False
    return _tilted(inside) or _overhanging(inside) or _on_a_stalk(inside)


def hangs(alpha: Float) -> bool:
    """Whether a matte looks like a garment laid out or on a hanger."""
    inside = _silhouette(alpha)
    if inside is None or lies(alpha):
        return False
    mirrored = inside[:, ::-1]
    symmetry = float((inside & mirrored).sum() / (inside | mirrored).sum())
    points = np.argwhere(inside)[:, ::-1].astype(np.int32)
    solidity = float(inside.sum() / (cv2.contourArea(cv2.convexHull(points)) + 1))
    aspect = inside.shape[1] / inside.shape[0]
    garment = 0.8 < symmetry < 0.965 and 0.7 < solidity < 0.94 and 0.58 < aspect < 1.2
    return garment and _compactness(inside) > _RAGGED


def _compactness(inside: Bool) -> float:
    """1 for a disc, less for a longer outline around the same area; a garment's is smooth, a tree's is not."""
    outlines, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = cv2.arcLength(max(outlines, key=cv2.contourArea), True)
    return float(4 * np.pi * inside.sum() / max(length, 1.0) ** 2)


def _silhouette(alpha: Float) -> Bool | None:
    rows, cols = np.flatnonzero((alpha > 0.5).any(1)), np.flatnonzero((alpha > 0.5).any(0))
    if len(rows) < 8 or len(cols) < 8:
        return None
    crop = alpha[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    k = SIDE / max(crop.shape)
    size = (max(8, round(crop.shape[1] * k)), max(8, round(crop.shape[0] * k)))
    return np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA) > 0.5)


def _tilted(inside: Bool) -> bool:
    """A long thing whose axis is far from upright and from level."""
    y, x = np.nonzero(inside)
    values, axes = np.linalg.eigh(np.cov(np.stack([x, y]).astype(float)))
    longer = float(np.sqrt(values[1] / max(values[0], 1e-6)))
    along = axes[:, 1]
    angle = float(np.degrees(np.arctan2(abs(along[1]), abs(along[0]))))
    return longer > 2.2 and 18 < angle < 72


def _overhanging(inside: Bool) -> bool:
    """The centre of its area lies far beside a small foot."""
    h, w = inside.shape
    low = h - 1 - inside[::-1].argmax(0)
    low = np.where(inside.any(0), low, -h)
    foot = np.flatnonzero(h - 1 - low <= max(2.0, TOUCHING * h))
    centre = float((inside.sum(0) * np.arange(w)).sum() / inside.sum())
    beside = max(foot[0] - centre, centre - foot[-1], 0.0) / w
    # a tassel or a strap that hangs lower than a body that stands is no foot
    body = (h - 1 - low <= _LOW * h).mean()
    return bool(beside > 0.33 and (foot[-1] - foot[0] + 1) / w < 0.2 and body < 0.25)


def _on_a_stalk(inside: Bool) -> bool:
    """The lower third is one thin stalk that does not widen to a foot."""
    h, w = inside.shape
    spans = []
    for part in (0.7, 0.85, 0.97):
        cols = np.flatnonzero(inside[int(part * h)])
        spans.append((cols[-1] - cols[0] + 1) / w if len(cols) else 0.0)
    return max(spans) < 0.16 and inside.any(0).sum() > 0.45 * h
