"""Figures outside the product's own pixels."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.colour import luminance
from bgstudio.pixels.types import Bool, Float

DARKENED = 0.03
"""Part of the plate's light that must be missing for a place to be in shadow."""

VISIBLE = 0.08
"""Darkening from which on a contact shadow is seen."""

REACH = 14 / 512
"""How far below the foot its contact shadow is looked for, as a part of the frame."""


def outside(alpha: Float) -> Bool:
    """Everything but the product and the pixels next to it."""
    return np.asarray(cv2.dilate((alpha > 0.004).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)


def darkening(picture: Float, plate: Float) -> Float:
    """Missing part of the plate's luminance, (H, W), after a light blur."""
    a, b = (cv2.GaussianBlur(luminance(x), (0, 0), 1.0) for x in (picture, plate))
    return np.asarray(1 - a / np.maximum(b, 1e-5), np.float32)


def contact_gap(truth: Float, ours: Float, alpha: Float) -> float:
    """Pixels, at 512 px, from the foot to where ours is first 80 % as dark as the truth; mean over the foot.

    Only as far as the true contact shadow is to be seen.
    """
    solid = alpha > 0.5
    h = solid.shape[0]
    reach = max(4, round(REACH * h))
    cols = np.flatnonzero(solid.any(0))
    low = lowest_rows(solid)[cols]
    tall = float(np.ptp(np.flatnonzero(solid.any(1))))
    gaps = []
    for col, row in zip(cols, low, strict=True):
        if row < low.max() - 0.12 * tall:
            continue
        t, o = truth[row + 2 : row + 2 + reach, col], ours[row + 2 : row + 2 + reach, col]
        if len(t) == 0 or t[0] < VISIBLE:
            continue
        reached = np.flatnonzero((o >= 0.8 * t) | (t < VISIBLE))
        gaps.append(int(reached[0]) if len(reached) else len(t))
    return float(np.mean(gaps)) * 512 / h if gaps else float("nan")


def measure(
    linear: tuple[Float, Float, Float], display: tuple[Float, Float, Float], alpha: Float, mirror: bool
) -> dict[str, float]:
    """Compare two pictures over a plate.

    Args:
        linear, display: the true picture, ours and the empty plate, in linear light and display-encoded 0..1.
        alpha: of the product.
        mirror: the ground shows a reflection.

    Returns:
        shadow: root mean square error in 8-bit levels where the truth is in shadow; ber: balanced error rate of the
        shadow's mask; gap: see ``contact_gap``; reflection: error where the truth differs from the plate below the
        product's middle.
    """
    true, ours, plate = linear
    t, o, p = display
    free = outside(alpha)
    dark_true, dark_ours = darkening(true, plate), darkening(ours, plate)
    T, D = (dark_true > DARKENED) & free, (dark_ours > DARKENED) & free
    squared = ((t - o) ** 2).mean(-1)
    missed = (T & ~D).sum() / max(1, T.sum())
    invented = (~T & D & free).sum() / max(1, (free & ~T).sum())
    out = {
        "shadow": 255 * float(np.sqrt(squared[T].mean())) if T.sum() > 30 else float("nan"),
        "ber": float(missed + invented) / 2,
        "gap": contact_gap(dark_true, dark_ours, alpha),
    }
    if mirror:
        rows = np.flatnonzero((alpha > 0.5).any(1))
        below = (np.arange(len(alpha)) > rows.min() + 0.55 * np.ptp(rows))[:, None] & free
        changed = np.abs(cv2.GaussianBlur(t - p, (0, 0), 1.0)).max(-1) > 4 / 255
        seen = changed & below
        out["reflection"] = 255 * float(np.sqrt(squared[seen].mean())) if seen.sum() > 30 else float("nan")
    return out
