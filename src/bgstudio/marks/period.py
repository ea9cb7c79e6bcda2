"""The size of a watermark's tile in a picture that somebody has made larger or smaller, whatever the factor.

The mark repeats itself and the picture mostly does not: in the picture's autocorrelation the tiles stand out as a
lattice of peaks (Kutter, 1998), whose spacing is the tile's side times the factor.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy import fft  # scipy's takes a quarter of a second to load, and every decoder loads it

from bgstudio.pixels.types import Float

SHORTEST, LONGEST = 40.0, 300.0
"""Tiles in pixels that are looked for: pictures at about a third of their size up to more than twice."""

STANDS_OUT = 9.0
"""Deviations from which a lattice is worth a look. Marked pictures reach 25 to 110, small ones 10; others 14 at most,
and a look at nothing costs little."""

_STEP = 0.25
_LATTICE = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2), (2, 1), (1, 2), (2, -1), (1, -2), (2, 2), (2, -2), (3, 0),
            (0, 3))  # fmt: skip
_SOME = 3  # every third frequency tells what is usual
_FAR = 0.7  # part of a side up to which the overlap is large enough


def period(even: Float) -> float | None:
    """Side of the tile in pixels, to a thousandth or so; None where no lattice stands out.

    Args:
        even: float32 (H, W), fine light evened out by its local contrast.
    """
    height, width = even.shape
    most = min(LONGEST, 0.45 * min(height, width))
    if most <= SHORTEST:
        return None
    near = _autocorrelation(even)
    spread = float(near[20 : height // 2, 20 : width // 2].std())
    sides = np.arange(SHORTEST, most, _STEP)
    total, count = np.zeros(len(sides)), np.zeros(len(sides))
    for down, across in _LATTICE:
        rows, columns = np.rint(down * sides).astype(int), np.rint(across * sides).astype(int)
        inside = (rows < _FAR * height) & (np.abs(columns) < _FAR * width)
        total += np.where(inside, near[np.where(inside, rows, 0), np.where(inside, columns, 0)], 0)
        count += inside
    scores = total / np.sqrt(np.maximum(count, 1)) / max(spread, 1e-9)
    best = int(np.argmax(scores))
    return _refined(near, float(sides[best]), height, width) if scores[best] >= STANDS_OUT else None


def _autocorrelation(even: Float) -> Float:
    """Of the flattened spectrum; [y, x] is the likeness at that shift, negative ones from the end.

    As much empty ground beside the picture keeps its shifts from wrapping around. Less of it would do for those that
    are looked at and save a third of the time, but costs one in four white packshots at .78 of their size.
    """
    shape = [cv2.getOptimalDFTSize(2 * side) for side in even.shape]
    size = np.abs(fft.rfft2(even, s=shape))
    middle = float(np.median(size[::_SOME, ::_SOME]))
    return np.asarray(fft.irfft2(np.log1p(size / max(middle, 1e-9)), s=shape), np.float32)


def _refined(near: Float, side: float, height: int, width: int) -> float:
    """The side, measured at the farthest peaks that stand out along both axes, where an error is smallest."""
    for axis, length in enumerate((height, width)):
        line = near[:, 0] if axis == 0 else near[0]
        for times in range(2, int(_FAR * length / side) + 1):
            middle, reach = round(times * side), 2
            around = line[middle - reach : middle + reach + 1]
            top = middle - reach + int(np.argmax(around))
            before, at, behind = (float(line[place]) for place in (top - 1, top, top + 1))
            bend = before - 2 * at + behind
            if bend < 0:
                side = (top + 0.5 * (before - behind) / bend) / times
    return side
