"""Which way edges run, whatever the colours on their two sides: what registration and judging compare.

The structure tensor of all channels together (Di Zenzo, "A note on the gradient of a multi-image", 1986), as a vector
at twice the edge's angle, so that an edge from dark to light and one from light to dark are the same. A recoloured or
relit product keeps it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from bgstudio.backends.painted.canvas import Laid
from bgstudio.pixels.types import Float

Complex = npt.NDArray[np.complex64]

NOISE = 5.0
"""Gradient, in 8-bit levels a pixel, below which an edge counts for little: noise and compression."""


def orientation(rgb: Float) -> Complex:
    """complex64 (h, w): length 0 (no edge) .. 1 (a strong one), angle twice that of the gradient.

    Args:
        rgb: float32 (h, w, 3), encoded, in 8-bit levels.
    """
    gx = cv2.Sobel(rgb, cv2.CV_32F, 1, 0, ksize=3) / 8
    gy = cv2.Sobel(rgb, cv2.CV_32F, 0, 1, ksize=3) / 8
    xx, yy, xy = (gx * gx).sum(-1), (gy * gy).sum(-1), (gx * gy).sum(-1)
    vector = (xx - yy) + 2j * xy
    return np.asarray(vector / (xx + yy + NOISE**2), np.complex64)


def product_orientation(laid: Laid) -> Complex:
    """The same of a product alone: its outline, as if it stood before anything, and the edges inside it."""
    alpha = laid.alpha
    inside = cv2.erode((alpha > 0.98).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0  # clear of the outline's blur
    inner = np.where(inside, orientation(cv2.GaussianBlur(laid.rgb, (0, 0), 0.9).astype(np.float32)), 0)
    outline = orientation(np.repeat((alpha * 90)[..., None], 3, -1))
    return np.asarray(np.where(np.abs(outline) > np.abs(inner), outline, inner), np.complex64)
