"""The plate under and around the product: what the model painted of the product itself is taken out."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Float


def pulled_and_pushed(picture: Float, known: Float) -> Float:
    """A picture whose unknown part is continued smoothly from the known one; the known part stays.

    Pull-push over a pyramid (Gortler and others, "The Lumigraph", 1996; Grossman and Dally, 1998): averages of what is
    known, level by level smaller, fill the holes of the level above.

    Args:
        picture: float32 (h, w, c).
        known: float32 (h, w), 0..1.
    """
    height, width = known.shape
    if min(height, width) <= 2 or float(known.min()) > 0.999:
        return picture
    size = max(1, (width + 1) // 2), max(1, (height + 1) // 2)
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    below = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
    below = below / np.maximum(weight, np.float32(1e-4))[..., None]
    filled = pulled_and_pushed(below.astype(np.float32), np.minimum(1, 2 * weight).astype(np.float32))
    up = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(picture * known[..., None] + up * (1 - known[..., None]), np.float32)


def without_product(picture: Float, hole: Bool, feather: float) -> Float:
    """The picture with a hole closed from around it, float32 (h, w, 3).

    The fill carries the picture's grain on, so that a textured ground does not end in a smooth rim beside the product.

    Args:
        picture: float32 (h, w, 3), encoded.
        hole: where the model's product, its halo and what it grew are.
        feather: width in pixels of the transition outside the hole.
    """
    if not hole.any() or hole.all():
        return picture
    known = 1 - hole.astype(np.float32)
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    margin = 24 + 4 * int(feather)
    part = np.s_[
        max(0, rows[0] - margin) : rows[-1] + 1 + margin, max(0, columns[0] - margin) : columns[-1] + 1 + margin
    ]
    filled = pulled_and_pushed(picture[part], known[part])
    soft = np.clip(2 * blur(hole[part].astype(np.float32), max(0.6, feather / 2)), 0, 1)
    soft = np.maximum(soft, hole[part])[..., None]
    out = picture.copy()
    out[part] = picture[part] * (1 - soft) + filled * soft
    return np.clip(out, 0, 1).astype(np.float32)


def ring_around(alpha: Float, radius: float) -> Bool:
    """The product and all that is within ``radius`` pixels of it: bool (h, w)."""
    outside = (alpha < 0.03).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(outside, cv2.DIST_L2, 3) <= radius, bool)
