"""The product's own colours at soft edges, with the backdrop's spill taken out.

Blur fusion: Forte and Pitié, "Approximate Fast Foreground Colour Estimation", ICIP 2021. The first, wide pass runs on a
small picture, since its result is smooth; the second runs only where alpha is neither 0 nor 1.
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.types import Float

_WIDE, _NARROW = 90, 6
_SMALL_SIDE = 1000


def _fuse(image: Float, fore: Float, back: Float, alpha: Float, radius: int) -> tuple[Float, Float]:
    a = alpha[..., None]
    size = (radius, radius)
    near = cv2.blur(alpha, size)[..., None]
    mean_fore = cv2.blur(fore * a, size) / (near + 1e-5)
    mean_back = cv2.blur(back * (1 - a), size) / (1 - near + 1e-5)
    fused = mean_fore + a * (image - a * mean_fore - (1 - a) * mean_back)
    return np.clip(fused, 0, 1).astype(np.float32), np.asarray(mean_back, np.float32)


def foreground(rgb: Float, alpha: Float) -> Float:
    """Straight foreground colours.

    Args:
        rgb: float32 (H, W, 3), linear light 0..1, the photo.
        alpha: float32 (H, W), 0..1.

    Returns:
        float32 (H, W, 3), linear light, straight. Where alpha is fully opaque these are the photo's pixels, bit by
        bit; where it is 0 they are the nearest product colours, so that resizing brings no fringe.
    """
    h, w = alpha.shape
    scale = min(1.0, _SMALL_SIDE / max(h, w))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32)
    small_alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    fore, back = _fuse(small, small, small, small_alpha, _WIDE)
    fore, back = _fuse(small, fore, back, small_alpha, _NARROW)
    out = np.asarray(cv2.resize(fore, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    behind = np.asarray(cv2.resize(back, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    soft = (alpha > 0) & (alpha < OPAQUE)
    a = alpha[soft][:, None]
    out[soft] = np.clip(out[soft] + a * (rgb[soft] - a * out[soft] - (1 - a) * behind[soft]), 0, 1)
    solid = alpha >= OPAQUE
    out[solid] = rgb[solid]
    return out
