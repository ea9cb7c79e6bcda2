"""Where a person should look before trusting a cut-out: findings in plain words, with a place."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.passes import Looks
from bgstudio.cutout.planes import largest
from bgstudio.domain.cutout import Box, Doubt
from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Float

LEAST_AGREEMENT = 0.85
"""IoU of the network's two looks under which they are said to disagree (measured: right cut-outs stay above)."""

UNSURE = 0.55
"""Confidence under which a pixel is a guess."""

FAINT = 9.0
"""Difference of the two sides of the outline, in 8-bit levels, under which an edge cannot be seen."""

FOOT, FADING = 0.25, 0.3
"""Part of a product's height that its foot is looked for in, and part of it that is too faint for one (measured: whole
products, on whatever they stand and with any shadow, reach .06; pans cut out with their mirror image .61)."""

_EDGES = ("left", "top", "right", "bottom")


def find_doubts(image: Float, matte: Float, looks: Looks, sure: Float, cell: float, scale: float) -> tuple[Doubt, ...]:
    """Doubts about a cut-out, worst first.

    Args:
        image: float32 (H, W, 3), the photo at working size, encoded sRGB 0..1.
        matte: float32 (H, W), 0..1.
        looks: what the network said.
        sure: float32 (H, W), confidence 0..1.
        cell: pixels of the working picture in one network cell.
        scale: working pixels per photo pixel; boxes are told in pixels of the photo.
    """
    inside = matte > 0.5
    found = [
        *_disagreement(looks, matte.shape, scale),
        *_cut_off(inside),
        *_guesses(inside, sure, cell, scale),
        *_faint_edges(_difference(image, matte), inside, scale),
        *_several(inside),
    ]
    return tuple(sorted(found, key=lambda doubt: -doubt.severity))


def _box(mask: Bool, scale: float) -> Box | None:
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    corners = (cols[0], rows[0], cols[-1] + 1, rows[-1] + 1)
    left, top, right, bottom = (round(float(c) / scale) for c in corners)
    return left, top, right, bottom


def _disagreement(looks: Looks, shape: tuple[int, ...], scale: float) -> list[Doubt]:
    if looks.second is None or looks.agreement >= LEAST_AGREEMENT:
        return []
    apart = ((looks.first > 0.5) != (looks.second > 0.5)).astype(np.uint8)
    apart = cv2.resize(apart, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    core = cv2.morphologyEx(apart, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    reason = "Two looks at the photo disagree on what belongs to the product: check the cut-out here."
    return [Doubt(reason, _box(core, scale), float(np.clip(0.55 + 1.5 * (LEAST_AGREEMENT - looks.agreement), 0, 0.85)))]


def _cut_off(inside: Bool) -> list[Doubt]:
    rims = (inside[:, 0], inside[0], inside[:, -1], inside[-1])
    touched = [name for name, rim in zip(_EDGES, rims, strict=True) if rim.mean() > 0.02]
    if not touched:
        return []
    where = " and ".join([", ".join(touched[:-1]), touched[-1]] if len(touched) > 1 else touched)
    reason = f"The product reaches the photo's edge ({where}): what lies beyond it is missing in the picture."
    return [Doubt(reason, None, 0.6 if len(touched) < 3 else 0.7)]


def _guesses(inside: Bool, sure: Float, cell: float, scale: float) -> list[Doubt]:
    """Broad unsure areas away from the contour; thin ones along it are the nature of an edge."""
    unsure = ((sure < UNSURE) & (cv2.dilate(inside.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)).astype(np.uint8)
    size = max(3, 2 * round(2.5 * cell) + 1)
    broad = cv2.morphologyEx(unsure, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
    part = float(broad.sum() / max(1, inside.sum()))
    if part < 0.012:
        return []
    reason = "Part of the product is a guess: something here may be missing, or may not belong to it."
    return [Doubt(reason, _box(broad, scale), float(np.clip(0.5 + 3 * part, 0.5, 0.85)))]


def _difference(image: Float, matte: Float) -> Float:
    """float32 (H, W): how far apart product and backdrop are around each place, in 8-bit levels."""
    sigma = max(1.5, 0.004 * max(matte.shape))

    def near(weight: Float) -> Float:
        size = (round(matte.shape[1] / sigma * 1.5), round(matte.shape[0] / sigma * 1.5))
        # The means vary slowly: a small picture gives the same at a fraction of the time.
        small = [
            np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA), np.float32)
            for p in (image * weight[..., None], weight)
        ]
        mean = blur(small[0], 1.5) / np.maximum(blur(small[1], 1.5), 1e-3)[..., None]
        return np.asarray(cv2.resize(mean, matte.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)

    return 255 * largest(np.abs(near((matte > 0.9).astype(np.float32)) - near((matte < 0.1).astype(np.float32))))


def _faint_edges(difference: Float, inside: Bool, scale: float) -> list[Doubt]:
    """Parts of the outline where product and backdrop look alike: white on white, black on black."""
    outline = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    faint = outline & (difference < FAINT)
    part = float(faint.sum() / max(1, outline.sum()))
    if part < 0.3:
        return _faint_foot(difference, inside, scale)
    reason = f"Along {part:.0%} of its edge the product looks like its backdrop: the edge there may be off."
    return [Doubt(reason, _box(faint, scale), float(np.clip(0.35 + 0.4 * part, 0, 0.7)))]


def _faint_foot(difference: Float, inside: Bool, scale: float) -> list[Doubt]:
    """A lower end alone that fades into the ground: a mirror image in a glossy table, a shadow."""
    rows = np.flatnonzero(inside.any(1))
    if len(rows) == 0:
        return []
    lowest = lowest_rows(inside)
    cols = np.flatnonzero(lowest > rows[-1] - FOOT * len(rows))
    foot = np.zeros_like(inside)
    foot[lowest[cols], cols] = difference[lowest[cols], cols] < FAINT
    part = float(foot.sum() / len(cols))
    if part < FADING:
        return []
    reason = "The lower end fades into the ground: it may be the product's reflection or shadow in the photo."
    return [Doubt(reason, _box(foot, scale), float(np.clip(0.45 + 0.3 * part, 0, 0.7)))]


def _several(inside: Bool) -> list[Doubt]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    areas = np.sort(stats[1:count, cv2.CC_STAT_AREA])[::-1]
    things = int((areas > 0.08 * areas[0]).sum()) if len(areas) else 0
    if things < 2:
        return []
    return [Doubt(f"{things} separate things were cut out together: crop the photo if only one is meant.", None, 0.3)]
