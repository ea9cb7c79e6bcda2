"""The product's own colours at soft edges, with the backdrop's spill taken out.

Blur fusion: Forte and Pitié, "Approximate Fast Foreground Colour Estimation", ICIP 2021. The first, wide pass runs on a
small picture, since its result is smooth; the second runs only where alpha is neither 0 nor 1.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from bgstudio.domain.cutout import Box
from bgstudio.pixels.alpha import OPAQUE, bounding_box
from bgstudio.pixels.types import Float

_WIDE, _NARROW = 90, 6
_SMALL_SIDE = 640
_PAD = 0.06

Index = npt.NDArray[np.intp]


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
        bit; where it is 0 near the product they are the nearest product colours, so that resizing brings no fringe.
    """
    box = bounding_box(alpha, 0.0)
    if box is None:
        return rgb.copy()
    out = rgb.copy()
    left, top, right, bottom = _padded(box, alpha.shape)
    part, a = rgb[top:bottom, left:right], alpha[top:bottom, left:right]
    h, w = a.shape
    scale = min(1.0, _SMALL_SIDE / max(alpha.shape))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    small_alpha = np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.float32)
    fore, back = _fuse(small, small, small, small_alpha, _WIDE)
    fore, back = _fuse(small, fore, back, small_alpha, _NARROW)
    fused = np.asarray(cv2.resize(fore, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)
    rows, cols = np.nonzero((a > 0) & (a < OPAQUE))
    soft = a[rows, cols][:, None]
    near, behind = fused[rows, cols], _sampled(back, rows, cols, scale)
    fused[rows, cols] = np.clip(near + soft * (part[rows, cols] - soft * near - (1 - soft) * behind), 0, 1)
    np.copyto(fused, part, where=(a >= OPAQUE)[..., None])
    out[top:bottom, left:right] = fused
    return out


def _padded(box: Box, shape: tuple[int, ...]) -> Box:
    """The box with enough room around it for the backdrop's colours."""
    left, top, right, bottom = box
    pad = round(_PAD * max(shape))
    return max(0, left - pad), max(0, top - pad), min(shape[1], right + pad), min(shape[0], bottom + pad)


def _sampled(small: Float, rows: Index, cols: Index, scale: float) -> Float:
    """Pixels of a small picture, (n, 3), at places of the large one; the nearest is good enough for a wide blur."""
    h, w = small.shape[:2]
    y = np.minimum((rows * scale).astype(np.intp), h - 1)
    x = np.minimum((cols * scale).astype(np.intp), w - 1)
    return np.asarray(small[y, x], np.float32)
