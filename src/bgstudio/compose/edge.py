"""What happens at the product's soft edge, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float

WRAP = 0.3
"""How much of a brighter surrounding creeps around a soft edge, as it does in a lens."""


def light_wrap(product: Float, alpha: Float, background: Float) -> Float:
    """Product colours with a brighter background's light wrapped around their soft edge.

    Only pixels with alpha below 1 change: the product's opaque pixels are never touched.

    Args:
        product, background: float32 (H, W, 3), encoded sRGB 0..1.
        alpha: float32 (H, W).
    """
    sigma = max(1.5, 0.004 * max(alpha.shape))
    around = blur(background, sigma)
    brighter = np.clip(around - product, 0, 1)
    return np.clip(product + WRAP * brighter * (1 - alpha[..., None]), 0, 1).astype(np.float32)


def harmonised(product: Float, alpha: Float, background: Float, amount: float) -> Float:
    """Product colours pulled towards the scene's light: colour balance only, luminance stays.

    Off by default: it changes product pixels, and the report counts them.

    Args:
        product, background: float32 (H, W, 3), encoded sRGB 0..1.
        alpha: float32 (H, W).
        amount: 0..1.
    """
    if amount <= 0:
        return product
    ring = cv2.dilate(alpha, np.ones((31, 31))) * (1 - alpha)
    light = (background * ring[..., None]).sum((0, 1)) / max(1.0, float(ring.sum()))
    balance = light / max(1e-3, float(light.mean()))
    gain = (1 + 0.35 * amount * (balance - 1)).astype(np.float32)
    return np.clip(product * gain, 0, 1)
