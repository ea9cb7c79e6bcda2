"""Looking twice: the whole frame, then closer at what was found, and one matte out of the two.

The network sees 320 by 320 pixels of whatever it is shown. A second look at the product's surroundings gives a finer
contour, and two looks that disagree tell where neither is to be trusted. Where they leave a whole part open, such as a
glass's foot, a third look goes there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from bgstudio.cutout.planes import distance_inside, from_cells, to_cells
from bgstudio.domain.cutout import Box
from bgstudio.domain.ports import MatteModel
from bgstudio.pixels.filters import blur, blur_wide, disc, smoothstep
from bgstudio.pixels.types import Bool, Byte, Float

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

_OPEN, _BROAD, _WORTH = (0.15, 0.85), 2, 0.01
"""Bounds of the matte between which the looks left it open; half width in cells from which an open area is broader than
a soft contour; part of what was found that such areas must exceed to be worth a look."""

_PART = 0.7
"""Side of the closest look in parts of the product's surroundings: closer, the network more often takes a part for the
whole; from further away it finds less."""

_SETTLED, _ALIKE = 0.7, (0.8, 0.9)
"""Decision |2 m - 1| from which an area was settled before; overlap with that under which the closest look saw another
product, and above which the same."""

_BESIDE, _LIFT = 4, 0.75
"""Cells beside an open area that belong to it, and how much the closest look counts there."""

_RIM = 2.0
"""Distance in cells from a side of the frame at which something reaches it."""


@dataclass(frozen=True, eq=False)
class Looks:
    """What the networks said.

    Attributes:
        matte: float32 (H, W) 0..1, all looks joined.
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


def look_closest(looks: Looks, model: MatteModel, rgb: Byte, cell: float) -> Looks:
    """``looks`` after one more, at the part of the product that they left open; themselves where there is none.

    Args:
        looks: what was said of ``rgb``.
        model: the network; a small one is good enough for a part that is seen closely.
        rgb: encoded sRGB uint8 (H, W, 3).
        cell: pixels of ``rgb`` per pixel that the network sees of the whole frame.

    A stem or a foot of glass, a chair's legs or a straw are found from close by. But whoever looks so closely sees few
    of the surroundings, and takes a part for the whole: that something is not found there says nothing. So the matte is
    only ever raised, only in and beside open areas, only by a look that sees what was settled before as it was
    settled, and not where something comes in from the frame's side: that is an arm or a table.
    """
    cells, box = to_cells(looks.matte, max(1.0, cell)), product_box(looks.matte, _CLOSER_MARGIN)
    open_areas, found = _open_areas(cells), np.count_nonzero(cells > 0.5)
    if box is None or np.count_nonzero(open_areas) <= _WORTH * found:
        return looks
    h, w = rgb.shape[:2]
    left, top, right, bottom = part = _part_around(open_areas, box, w, h)
    seen = looks.matte.copy()
    seen[top:bottom, left:right] = model(np.ascontiguousarray(rgb[top:bottom, left:right]))
    ramp = np.zeros_like(looks.matte)
    ramp[top:bottom, left:right] = _ramp(part, w, h)
    settled = (np.abs(2 * looks.matte - 1) > _SETTLED) & (ramp >= 1)
    low, high = _ALIKE
    trusted = np.clip((_soft_overlap(looks.matte[settled], seen[settled]) - low) / (high - low), 0, 1)
    beside = blur(np.asarray(cv2.dilate(open_areas.astype(np.float32), disc(_BESIDE)), np.float32), 1.0)
    weight = np.float32(_LIFT * trusted) * from_cells(beside, looks.matte) * ramp
    weight[_coming_in((seen > 0.5) & (looks.matte < 0.5), cell)] = 0
    return replace(looks, matte=looks.matte + weight * np.maximum(seen - looks.matte, 0))


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


def _soft_overlap(a: Float, b: Float) -> float:
    """Sum of the lesser over sum of the greater of two mattes of one shape; 1 where both are empty."""
    either = float(np.maximum(a, b).sum())
    return float(np.minimum(a, b).sum()) / either if either else 1.0


def _open_areas(cells: Float) -> Bool:
    """Where a matte on the grid of cells, (h, w), is undecided over a broad area; soft contours are narrower."""
    low, high = _OPEN
    undecided = ((cells > low) & (cells < high)).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(undecided, cv2.MORPH_OPEN, disc(_BROAD)) > 0)


def _coming_in(added: Bool, cell: float) -> Bool:
    """The pieces of ``added``, bool (H, W), that reach a side of the frame."""
    pieces, labels = cv2.connectedComponents(added.astype(np.uint8), connectivity=8)
    rim = max(1, round(_RIM * cell))
    reaching = np.zeros(pieces, bool)
    for side in (labels[:rim], labels[-rim:], labels[:, :rim], labels[:, -rim:]):
        reaching[np.unique(side)] = True
    reaching[0] = False
    return np.asarray(reaching[labels])


def _part_around(open_areas: Bool, box: Box, width: int, height: int) -> Box:
    """The square part of a picture of this size that shows most of what is open, smaller than ``box`` by ``_PART``."""
    h, w = open_areas.shape
    left, top, right, bottom = box
    side = _PART * ((right - left) * (bottom - top)) ** 0.5
    # Weights that fall off from the middle: what is open shall have surroundings on all sides.
    around = blur_wide(open_areas.astype(np.float32), side / 4 * w / width)
    _, _, _, (x, y) = cv2.minMaxLoc(around)
    across, down = min(width, round(side)), min(height, round(side))
    start_x = min(max(0, round((x + 0.5) * width / w - across / 2)), width - across)
    start_y = min(max(0, round((y + 0.5) * height / h - down / 2)), height - down)
    return start_x, start_y, start_x + across, start_y + down


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
