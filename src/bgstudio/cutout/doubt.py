"""Where a cut-out may be wrong, and how sure each pixel of it is."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.passes import Looks
from bgstudio.errors import NoProductFound
from bgstudio.pixels.filters import blur_wide
from bgstudio.pixels.types import Float

_TOO_SMALL, _TOO_LARGE = 0.0008, 0.97


def nothing_found(part: float) -> NoProductFound:
    """The error for a cut-out that covers ``part`` (0..1) of the frame."""
    if part < 0.5:
        return NoProductFound(
            "No product stands out in this photo.",
            "There is nothing that could be put into a studio.",
            "Take it from closer, before a plainer backdrop, or draw a box around the product.",
        )
    return NoProductFound(
        "The whole photo was taken for the product.",
        "No backdrop was found that could be replaced.",
        "Leave some room around the product, or draw a box around it.",
    )


def require_product(alpha: Float) -> None:
    """Raise ``NoProductFound`` where ``alpha`` is almost empty or almost full."""
    part = float((alpha > 0.5).mean())
    if part < _TOO_SMALL or part > _TOO_LARGE:
        raise nothing_found(part)


def confidence(matte: Float, looks: Looks, cell: float) -> Float:
    """How sure each pixel is, float32 (H, W) 0..1: decided by the network, and twice alike."""
    decided = np.abs(2 * matte - 1)
    if looks.second is not None:
        h, w = matte.shape
        gap = cv2.resize(np.abs(looks.first - looks.second), (w, h), interpolation=cv2.INTER_LINEAR)
        decided = decided * (1 - np.clip(gap, 0, 1))
    return np.clip(blur_wide(np.asarray(decided, np.float32), max(0.7, cell / 2)), 0, 1)
