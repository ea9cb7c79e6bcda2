"""Looking twice: the whole frame, then closer at what was found, and one matte out of the two.

The network sees 320 by 320 pixels of whatever it is shown. A second look at the product's surroundings gives a finer
contour, and two looks that disagree tell where neither is to be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from bgstudio.cutout.planes import distance_inside, from_cells, to_cells
from bgstudio.domain.cutout import Box
from bgstudio.domain.ports import MatteModel
from bgstudio.pixels.filters import blur, disc, smoothstep
from bgstudio.pixels.types import Byte, Float

ZOOM_BELOW = 0.72
"""Part of the frame under which a product is worth a closer look; above, a mirrored look is taken instead."""

_CLOSER_MARGIN, _MIRRORED_MARGIN = 0.25, 0.12
"""Surroundings left around the product, in parts of its longer side; without them the network loses the thread."""

_CLOSER_WEIGHT, _MIRRORED_WEIGHT = 0.75, 0.5
"""How much the second look counts: a closer one more than the first, a mirrored one the same."""

_SURE, _SURE_DEPTH = 0.9, 6.0
"""Matte, and depth in cells, from which the first look's inside stands whatever the second one says."""


_OPINION_DEPTH = 3.0
"""Depth in cells from which a network's sure inside stands against another network's opinion."""

_AGREEING, _MIRRORED_AGREEING = (0.5, 0.7), (0.75, 0.85)
"""Intersection over union below which the looks contradict each other, and above which they agree. A mirrored look
shows nothing that the first one could not see: it has to agree more than a closer one, and so has another network."""

_NEAR, _TORN = (1.5, 3.0), (0.7, 0.9)
"""Cells from the contour, and decision |2 m - 1|, between which a contradicting second look stops to count."""


@dataclass(frozen=True, eq=False)
class Looks:
    """What the network said, once or twice.

    Attributes:
        matte: float32 (H, W) 0..1, both looks joined.
        first: float32 (H, W) 0..1, the whole frame alone.
        second: float32 (H, W) 0..1, the second look, filled up with the first where it did not reach; None where there
            was one look only.
        agreement: intersection over union of the two at one half; 1 where there was one look only.
        zoomed: whether the second look was closer.
    """

    matte: Float
    first: Float
    second: Float | None = None
    agreement: float = 1.0
    zoomed: bool = False


def product_box(matte: Float, margin: float, threshold: float = 0.3) -> Box | None:
    """(left, top, right, bottom) around what ``matte`` shows, with a margin and without stray pixels; None if empty."""
    h, w = matte.shape
    ys, xs = np.nonzero(matte > threshold)
    if len(ys) < 20:
        return None
    (top, bottom), (left, right) = np.percentile(ys, [0.5, 99.5]), np.percentile(xs, [0.5, 99.5])
    pad = margin * max(bottom - top, right - left) + 4
    return max(0, int(left - pad)), max(0, int(top - pad)), min(w, int(right + pad) + 1), min(h, int(bottom + pad) + 1)


def look_once(model: MatteModel, rgb: Byte) -> Looks:
    """One look at the whole frame; ``rgb`` is encoded sRGB uint8 (H, W, 3)."""
    matte = model(rgb)
    return Looks(matte, matte)


def look_twice(model: MatteModel, rgb: Byte, cell: float) -> Looks:
    """A look at the whole frame, and one at what was found there: closer, or mirrored where it fills the frame.

    Args:
        model: the network.
        rgb: encoded sRGB uint8 (H, W, 3).
        cell: pixels of ``rgb`` per pixel that the network sees of the whole frame.
    """
    h, w = rgb.shape[:2]
    first = model(rgb)
    near = product_box(first, _MIRRORED_MARGIN)
    if near is None:
        return Looks(first, first)
    zoomed = (near[2] - near[0]) * (near[3] - near[1]) < ZOOM_BELOW * h * w
    box = near if not zoomed else product_box(first, _CLOSER_MARGIN) or near
    left, top, right, bottom = box
    turn = 1 if zoomed else -1
    seen = model(np.ascontiguousarray(rgb[top:bottom, left:right][:, ::turn]))[:, ::turn]
    ramp = _ramp(box, w, h)
    second = first.copy()
    second[top:bottom, left:right] = ramp * seen + (1 - ramp) * first[top:bottom, left:right]
    return Looks(join(first, second, cell, zoomed), first, second, overlap(first, second), zoomed)


def ask_another(looks: Looks, model: MatteModel, rgb: Byte, cell: float) -> Looks:
    """``looks`` with the opinion of another network: the mean of both where they see the same product.

    The other one has finer edges, but at times it loses white parts before white or takes a part for the whole. Where
    the two do not agree it does not count, and what the first one is sure of stays.
    """
    other = model(rgb)
    agreement = overlap(looks.matte, other)
    low, high = _MIRRORED_AGREEING
    weight = np.float32(0.5 * np.clip((agreement - low) / (high - low), 0, 1))
    both = (1 - weight) * looks.matte + weight * other
    both = np.maximum(both, _sure_inside(looks.matte, cell, _OPINION_DEPTH)).astype(np.float32)
    return replace(looks, matte=both, second=other, agreement=min(looks.agreement, agreement))


def pasted(looks: Looks, part: Box, width: int, height: int) -> Looks:
    """Looks at a part of a picture as looks at all of it, with nothing found outside."""
    left, top, right, bottom = part
    if part == (0, 0, width, height):
        return looks

    def paste(plane: Float) -> Float:
        out = np.zeros((height, width), np.float32)
        out[top:bottom, left:right] = plane
        return out

    second = None if looks.second is None else paste(looks.second)
    return replace(looks, matte=paste(looks.matte), first=paste(looks.first), second=second)


def overlap(a: Float, b: Float) -> float:
    """Intersection over union of two mattes at one half; 1 where both are empty."""
    one, two = a > 0.5, b > 0.5
    either = int(np.count_nonzero(one | two))
    return int(np.count_nonzero(one & two)) / either if either else 1.0


def join(first: Float, second: Float, cell: float, zoomed: bool) -> Float:
    """The two looks as one matte, float32 (H, W) 0..1: a weighted mean, but never below the first one's sure inside.

    Without that rule a second look that loses a part (a sweater's body, a white bowl) would make it translucent. Where
    the two contradict each other altogether, the second one counts only near the first one's contour and where that
    is torn: it saw less of the surroundings, so it is the one that may have taken a part for the whole.
    """
    weight = np.full_like(first, _CLOSER_WEIGHT if zoomed else _MIRRORED_WEIGHT)
    low, high = _AGREEING if zoomed else _MIRRORED_AGREEING
    trusted = np.float32(np.clip((overlap(first, second) - low) / (high - low), 0, 1))
    if trusted < 1:
        close = 1 - smoothstep(contour_distance(first) / np.float32(cell), *_NEAR)
        torn = blur(1 - smoothstep(np.abs(2 * first - 1), *_TORN), cell)
        weight = weight * (trusted + (1 - trusted) * np.maximum(close, torn))
    mean = (1 - weight) * first + weight * second
    return np.asarray(np.maximum(mean, _sure_inside(first, cell, _SURE_DEPTH)), np.float32)


def _sure_inside(matte: Float, cell: float, depth: float) -> Float:
    """``matte`` where it is sure and ``depth`` cells away from where it is not; 0 elsewhere."""
    grid = max(1.0, cell)
    sure = cv2.erode((to_cells(matte, grid) > _SURE).astype(np.float32), disc(round(depth * cell / grid)))
    return from_cells(blur(np.asarray(sure, np.float32), 1.0), matte) * matte


def contour_distance(matte: Float) -> Float:
    """Distance of every pixel to the contour at one half, in pixels, float32 (H, W); the frame's size without one."""
    found = matte > 0.5
    return distance_inside(found) + distance_inside(~found)


def decide(matte: Float, cell: float) -> Float:
    """Raise the contrast of a matte: twofold at the contour, eightfold from five cells away.

    A network's contour is soft because it saw a small picture; a broad grey area is indecision. A product that is
    half there helps nobody, so away from the contour a pixel is product or it is not.
    """
    away = contour_distance(matte) / np.float32(cell)
    gain = 2 + 6 * smoothstep(away, 1.5, 5)
    return np.clip((matte - 0.5) * gain + 0.5, 0, 1).astype(np.float32)


def _ramp(box: Box, width: int, height: int, part: float = 0.06) -> Float:
    """Weight of the closer look: falls to 0 at the sides of the box that are not the frame's own."""
    left, top, right, bottom = box
    h, w = bottom - top, right - left
    reach = max(2, int(part * max(h, w)))
    y = np.minimum(1, (np.arange(h, dtype=np.float32) + 1) / reach)
    x = np.minimum(1, (np.arange(w, dtype=np.float32) + 1) / reach)
    one_y, one_x = np.ones(h, np.float32), np.ones(w, np.float32)
    down = (y if top > 0 else one_y) * (y[::-1] if bottom < height else one_y)
    across = (x if left > 0 else one_x) * (x[::-1] if right < width else one_x)
    return np.asarray(down[:, None] * across[None], np.float32)
