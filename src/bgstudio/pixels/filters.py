"""Small filters shared by the stages."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Byte, Float


def smoothstep(x: Float, low: float, high: float) -> Float:
    """Hermite ramp from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def blur(image: Float, sigma: float) -> Float:
    """Gaussian blur of (H, W) or (H, W, C)."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def blur_wide(image: Float, sigma: float) -> Float:
    """Gaussian blur through a smaller picture: the cost does not grow with sigma, in pixels."""
    h, w = image.shape[:2]
    factor = max(1.0, sigma / 3.0)
    if factor <= 1.2:
        return blur(image, sigma)
    small = cv2.resize(image, (max(8, int(w / factor)), max(8, int(h / factor))), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def disc(radius: int) -> Byte:
    """Round structuring element for morphology."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)
