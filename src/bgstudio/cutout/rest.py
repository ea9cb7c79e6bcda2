"""How the product rests, from its silhouette: standing on a foot, lying and seen from above, or hanging.

Only what could not stand is called lying: a watch across the frame, a torch on its edge, a dryer on its handle's tip.
A garment laid out flat or on a hanger is told by one of three outlines: nearly mirror-symmetric, but not as exactly as
a thing that was turned or moulded, and hollow at its sides; sleeves on both sides that end free of the body; or the
waist of a dress above a broad hem. Everything else may stand. The thresholds were set by eye on the silhouettes of some
ninety product photos, ten of them garments: those are told, and nothing else is.
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Bool, Float

SIDE = 300
"""Longest side of the silhouette that is judged, in pixels."""

_RAGGED = 0.28
"""Compactness below which an outline is a plant's, not a garment's."""

_SLEEVE = 0.06
"""Part of the height over which a sleeve is seen apart from the body beside it."""

_LOWER = 0.38
"""Part of the height below which most of a sleeve hangs apart; handles and spouts sit higher."""

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
    if _compactness(inside) <= _RAGGED or not 0.7 < solidity < 0.94:
        return False
    laid = 0.8 < symmetry < 0.965 and 0.58 < aspect < 1.2
    dress = 0.8 < symmetry < 0.965 and 0.3 < aspect <= 0.58 and _waisted(inside)
    body = _largest(inside)
    sleeved = 0.6 < symmetry <= 0.965 and 0.58 < aspect < 1.4 and _sleeve(body) and _sleeve(body[:, ::-1])
    return laid or dress or sleeved


def _largest(inside: Bool) -> Bool:
    """The largest piece alone: what lies beside a pot is no sleeve of it."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def _runs(row: Bool, least: float) -> list[tuple[int, int]]:
    """(start, end) of the pieces of a row that are at least so many pixels wide."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2) if b - a >= least]


def _sleeve(inside: Bool) -> bool:
    """Whether at the left a narrow piece hangs apart from a broad body low down, as no handle or spout does."""
    h, w = inside.shape
    apart = []
    for y in range(int(0.2 * h), int(0.97 * h)):
        runs = _runs(inside[y], 0.02 * w)
        if len(runs) < 2:
            continue
        (left, right), beside = runs[0], runs[1:]
        body = max(b - a for a, b in beside)
        narrow = right - left < 0.6 * body and body > 0.25 * w and left < 0.3 * w
        if narrow and beside[0][0] - right >= 0.015 * w:
            apart.append(y)
    return len(apart) > _SLEEVE * h and float(np.median(apart)) > _LOWER * h


def _waisted(inside: Bool) -> bool:
    """Whether a tall outline narrows below its shoulders and ends in a broad hem; a neck or a stem is narrower."""
    h, w = inside.shape
    wide = np.array([np.ptp(np.flatnonzero(row)) + 1 if row.any() else 0 for row in inside], float) / w
    wide = np.convolve(np.pad(wide, 3, "edge"), np.ones(7) / 7, "valid")
    waist = int(0.12 * h) + int(wide[int(0.12 * h) : int(0.55 * h)].argmin())
    hem = float(wide[int(0.9 * h) : int(0.96 * h)].mean())
    narrow = float(wide[waist])
    return 0.35 < narrow < 0.85 * float(wide[:waist].max()) and narrow < 0.8 * float(wide[waist:].max()) and hem > 0.6


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
    small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA) > 0.5)
    rows, cols = np.flatnonzero(small.any(1)), np.flatnonzero(small.any(0))
    if len(rows) < 8 or len(cols) < 8:  # threads and dust fade away when they are made smaller
        return None
    return small[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]


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
