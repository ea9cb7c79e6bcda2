"""Looking twice: the whole frame, then closer at what was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.domain.cutout import Box
from bgstudio.domain.ports import MatteModel
from bgstudio.pixels.types import Byte, Float

_ZOOM_BELOW = 0.72
"""Part of the frame under which a product is worth a closer look; above, the mirrored frame is looked at instead."""


@dataclass(frozen=True, eq=False)
class Looks:
    """What the network said, once or twice.

    Attributes:
        matte: float32 (H, W) 0..1, both looks joined.
        first: float32 (H, W) 0..1, the whole frame alone.
        second: float32 (H, W) 0..1, the second look, filled up with the first where it did not reach; None in previews.
        agreement: intersection over union of the two at one half; 1 where there was one look only.
        zoomed: whether the second look was closer.
    """

    matte: Float
    first: Float
    second: Float | None = None
    agreement: float = 1.0
    zoomed: bool = False


def product_box(matte: Float, threshold: float = 0.3, margin: float = 0.12) -> Box | None:
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


def look_twice(model: MatteModel, rgb: Byte) -> Looks:
    """A look at the whole frame, and one at the box of what it found; the mirrored frame where the box is the frame.

    Args:
        model: the network. Its ``unsqueezed``, where it has one, is used for the closer look.
        rgb: encoded sRGB uint8 (H, W, 3).
    """
    h, w = rgb.shape[:2]
    first = model(rgb)
    box = product_box(first)
    if box is None:
        return Looks(first, first)
    left, top, right, bottom = box
    zoomed = (right - left) * (bottom - top) < _ZOOM_BELOW * h * w
    if zoomed:
        closer = getattr(model, "unsqueezed", model)
        near = closer(np.ascontiguousarray(rgb[top:bottom, left:right]))
        ramp = _ramp(box, w, h)
        second = first.copy()
        second[top:bottom, left:right] = ramp * near + (1 - ramp) * first[top:bottom, left:right]
    else:
        second = np.ascontiguousarray(model(np.ascontiguousarray(rgb[:, ::-1]))[:, ::-1])
    return Looks(join(first, second), first, second, overlap(first, second), zoomed)


def overlap(a: Float, b: Float) -> float:
    """Intersection over union of two mattes at one half; 1 where both are empty."""
    one, two = a > 0.5, b > 0.5
    either = int(np.count_nonzero(one | two))
    return int(np.count_nonzero(one & two)) / either if either else 1.0


def join(first: Float, second: Float) -> Float:
    """The two looks as one matte: the second one counts near the first one's contour and where that is unsure."""
    return np.asarray((first + second) / 2, np.float32)


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
