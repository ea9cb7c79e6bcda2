"""Resizing in linear light. One function decides how, so that every stage agrees to the last bit."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.alpha import premultiply, unpremultiply
from bgstudio.pixels.types import Float


def resize(image: Float, width: int, height: int) -> Float:
    """Resize float32 (H, W) or (H, W, C): area average when shrinking, bicubic when growing; same size is a copy.

    Bicubic overshoots; the caller clips where the range matters.
    """
    h, w = image.shape[:2]
    if (w, h) == (width, height):
        return image.copy()
    shrinking = width < w or height < h
    out = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    return np.ascontiguousarray(out, dtype=np.float32)


def resize_straight(rgb: Float, alpha: Float, width: int, height: int) -> tuple[Float, Float]:
    """Resize straight linear colours with their alpha, through premultiplied colours; both come back within 0..1.

    At the same size both come back unchanged, so that no pixel moves by a rounding.
    """
    h, w = alpha.shape
    if (w, h) == (width, height):
        return rgb.copy(), alpha.copy()
    a = np.clip(resize(alpha, width, height), 0, 1)
    colour = unpremultiply(resize(premultiply(rgb, alpha), width, height), a)
    return np.clip(colour, 0, 1), a
