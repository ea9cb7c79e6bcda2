"""Straight and premultiplied alpha, and where a matte ends: its box, its lower edge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bgstudio.pixels.types import Bool, Float

OPAQUE = np.float32(1 - 0.5 / 255)
"""A pixel at or above this alpha is fully opaque: in 8 bits its alpha is 255."""


def premultiply(rgb: Float, alpha: Float) -> Float:
    """Straight (H, W, 3) and alpha (H, W) to premultiplied (H, W, 3)."""
    return rgb * alpha[..., None]


def unpremultiply(rgb: Float, alpha: Float, floor: float = 1e-4) -> Float:
    """Premultiplied (H, W, 3) to straight; where alpha is under ``floor`` the colour is 0."""
    a = alpha[..., None]
    return np.where(a > floor, rgb / np.maximum(a, floor), 0).astype(np.float32)


def bounding_box(alpha: Float, threshold: float = 0.03) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom), right and bottom exclusive, of alpha above ``threshold``; None where empty."""
    mask = alpha > threshold
    rows, cols = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return None
    return int(cols[0]), int(rows[0]), int(cols[-1]) + 1, int(rows[-1]) + 1


def lowest_rows(inside: Bool) -> npt.NDArray[np.int64]:
    """(w,) of a silhouette (h, w): the lowest row of it in each column, -1 where there is none."""
    return np.where(inside.any(0), len(inside) - 1 - np.argmax(inside[::-1], axis=0), -1)
