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

_ONES = np.ones((1, 3), np.float32)

NOISE = 5.0
"""Gradient, in 8-bit levels a pixel, below which an edge counts for little: noise and compression."""


def orientation(rgb: Float) -> Complex:
    """complex64 (h, w): length 0 (no edge) .. 1 (a strong one), angle twice that of the gradient.

    Args:
        rgb: float32 (h, w, 3), encoded, in 8-bit levels.
    """
    gx, gy = slopes(rgb)
    xx, yy, xy = summed(gx * gx), summed(gy * gy), summed(gx * gy)
    out = np.empty(xx.shape, np.complex64)
    weight = 1 / (xx + yy + np.float32(NOISE**2))
    out.real, out.imag = (xx - yy) * weight, 2 * xy * weight
    return out


def slopes(image: Float) -> tuple[Float, Float]:
    """Change per pixel to the right and down, of every channel."""
    across = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def summed(image: Float) -> Float:
    """Sum of three channels, float32 (h, w); several times faster than numpy's over a last axis of three."""
    if image.shape[-1] != 3 or image.ndim != 3:
        return np.asarray(image.sum(-1), np.float32)
    return np.asarray(cv2.transform(image, _ONES), np.float32)


def largest(image: Float) -> Float:
    """Largest of three channels, float32 (h, w)."""
    return np.maximum(np.maximum(image[..., 0], image[..., 1]), image[..., 2])


def _of_one(image: Float) -> Complex:
    gx, gy = slopes(image)
    weight = 1 / (gx * gx + gy * gy + np.float32(NOISE**2))
    out = np.empty(gx.shape, np.complex64)
    out.real, out.imag = (gx * gx - gy * gy) * weight, 2 * gx * gy * weight
    return out


def product_orientation(laid: Laid) -> Complex:
    """The same of a product alone: its outline, as if it stood before anything, and the edges inside it."""
    alpha = laid.alpha
    inside = cv2.erode((alpha > 0.98).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0  # clear of the outline's blur
    inner = np.where(inside, orientation(cv2.GaussianBlur(laid.rgb, (0, 0), 0.9).astype(np.float32)), 0)
    outline = _of_one(alpha * np.float32(156))  # as strong as 90 levels in each of three channels
    return np.asarray(np.where(np.abs(outline) > np.abs(inner), outline, inner), np.complex64)
