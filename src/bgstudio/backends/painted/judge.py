"""What a model did to the product besides moving it, and whether the answer can be used."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Canvas, Laid
from bgstudio.backends.painted.drift import Drift, Tracker
from bgstudio.backends.painted.growth import find_parts
from bgstudio.backends.painted.mend import ring_around
from bgstudio.backends.painted.twins import find_twins
from bgstudio.backends.painted.weighing import LIMIT
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.types import Bool, Byte, Float

LOOK = 512
"""Longest side at which parts and twins are looked for."""

RING = 2.5
"""Pixels of a 1024 px canvas around the product that are always painted anew: the model's own soft edge."""

MENDED = 9.0
"""Pixels of a 1024 px canvas by which a thicker outline is taken out instead of being asked for again."""


@dataclass(frozen=True)
class Verdict:
    """What was found in one answer.

    Attributes:
        fault: why it cannot be used, completing "the model ..."; None where it can.
        residual: shift of the canvas's pixels left after correction.
        changed: mean difference in 8-bit levels of the product's opaque pixels.
        grown: area of grown parts by the product's.
        twins: further products like it.
        overhang: pixels of the canvas by which the model's product is larger than ours.
    """

    fault: str | None
    residual: float = 0.0
    changed: float = 0.0
    grown: float = 0.0
    twins: int = 0
    overhang: float = 0.0

    def hole(self, alpha: Float, canvas: Canvas) -> tuple[Bool, float]:
        """(what is taken out of the plate, the width of its soft edge) in the frame's pixels."""
        unit = max(canvas.width, canvas.height) / 1024 / canvas.scale
        radius = max(1.5, (RING + self.overhang) * unit)
        return ring_around(alpha, radius), max(1.0, 1.5 * unit)


def judge(answer: Byte, laid: Laid, drift: Drift, tracker: Tracker) -> Verdict:
    """Compare an answer, uint8 (h, w, 3) at the ask's size, with the product that was asked for."""
    if not drift.sure:
        return Verdict("did not keep the product where and as it was")
    straight = _warped(answer, laid, drift)
    changed = change(straight, laid)
    small, seen = _reduced(straight, laid, LOOK)
    parts = [part for part in find_parts(small, seen) if part.likely > LIMIT]
    grown = sum(part.area for part in parts)
    twins = find_twins(small, seen)
    residual, overhang = tracker.remaining(straight)
    fault = None
    if parts:
        fault = "grew a part onto the product that it does not have"
    elif twins:
        fault = "painted the product a second time"
    return Verdict(fault, residual, changed, grown, twins, min(MENDED, max(0.0, overhang)))


def straightened(answer: Byte, laid: Laid, drift: Drift, side: int) -> tuple[Float, Laid]:
    """(the answer brought under the product, float32 in 8-bit levels; the product), both of that longest side."""
    straight = _warped(answer, laid, drift)
    return _reduced(straight, laid, side)


def _warped(answer: Byte, laid: Laid, drift: Drift) -> Byte:
    height, width = laid.alpha.shape
    straight = cv2.warpAffine(
        answer, drift.matrix(), (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    return np.asarray(straight, np.uint8)


def _reduced(straight: Byte, laid: Laid, side: int) -> tuple[Float, Laid]:
    height, width = laid.alpha.shape
    factor = min(1.0, side / max(width, height))
    size = max(16, round(width * factor)), max(16, round(height * factor))
    small = cv2.resize(straight, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32), laid.resized(*size)


def change(answer: Byte, laid: Laid) -> float:
    """Mean difference, in 8-bit levels, of the product's opaque pixels."""
    opaque = laid.alpha >= OPAQUE
    if not opaque.any():
        return 0.0
    return float(np.abs(answer[opaque].astype(np.int16) - laid.rgb[opaque]).mean())
