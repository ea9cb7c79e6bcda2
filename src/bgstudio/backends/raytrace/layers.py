"""The split of a render into backdrop, shadow and reflection. Numpy only; knows no renderer."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Float

DARK = 0.985
"""Ratios above this are the denoiser's residue and no shadow."""

ADDED = 0.04
"""Gains below this part of the empty set's light are residue and no reflection."""

MIRROR = (0.4, 0.7)
"""Parts of the light from which on, and wholly, what a pixel shows is the product's image and not the set."""


def split(lit: Float, lit_small: Float, empty_small: Float, covered: Float) -> tuple[Float, Float, Float]:
    """Radiance with the product into backdrop, shadow and reflection: ``backdrop * shadow + reflection == lit``.

    What the product does to the set is known at a lower resolution: two small renders with the same random numbers, of
    which one lacks the product. Their ratio, smooth as shadows are, gives the shadow, their difference what the product
    adds; the backdrop is what remains of the full picture when both are taken out, so no texture is lost. Where the
    product's pixels will lie nobody sees the plate: there the enlarged empty set fills in and the sum does not hold.

    Args:
        lit: float32 (H, W, 3) radiance with the product's stand-in.
        lit_small, empty_small: float32 (h, w, 3) radiance with it and without.
        covered: float32 (H, W) 0..1, where the product's pixels will lie.

    Returns:
        backdrop, shadow (0..1) and reflection (>= 0), float32 (H, W, 3).
    """
    height, width = lit.shape[:2]
    h, w = empty_small.shape[:2]
    cover = cv2.resize(covered, (w, h), interpolation=cv2.INTER_AREA)
    hidden = cv2.dilate((cover > 0.02).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    ratio, added = effect(lit_small, empty_small, hidden)

    def grow(x: Float) -> Float:
        return np.asarray(cv2.resize(x, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    shadow, gain, fill = grow(ratio), grow(added), grow(empty_small)
    gain = np.minimum(gain, lit)
    backdrop = (lit - gain) / shadow
    # the stand-in shows up to a pixel beside the product, and its effect is guessed there: feather into the fill
    near = np.clip(2 * blur(np.clip(cv2.dilate(covered, np.ones((5, 5))), 0, 1), 2.0), 0, 1)[..., None]
    # nor can the set be told behind the product's image in a mirror: little is left of it when the image is taken out
    share = gain.mean(-1) / np.maximum(lit.mean(-1), np.float32(1e-6))
    image = np.clip((share - MIRROR[0]) / (MIRROR[1] - MIRROR[0]), 0, 1).astype(np.float32)
    step = 2 * (width // w) + 3  # its rim, too, is only as sharp as the small pair
    wide = np.asarray(cv2.dilate(image, np.ones((step, step))), np.float32)
    near = np.maximum(near, blur(wide, 2.0)[..., None])
    backdrop = backdrop * (1 - near) + fill * near
    inside = (covered > 0.5)[..., None]
    reflection = np.where(inside, gain, np.maximum(lit - backdrop * shadow, 0))
    # what the fill has left over is the shadow's: beside the product the sum is the picture
    rest = np.clip((lit - reflection) / np.maximum(backdrop, np.float32(1e-4)), 0, 1)
    shadow = np.where(inside, shadow, rest)
    return backdrop.astype(np.float32), shadow.astype(np.float32), reflection.astype(np.float32)


def effect(lit: Float, empty: Float, hidden: Bool) -> tuple[Float, Float]:
    """What the product does to the set: (ratio .02..1, gain >= 0), float32 (h, w, 3), guessed where ``hidden``.

    Args:
        lit, empty: float32 (h, w, 3) radiance.
        hidden: bool (h, w), where the stand-in itself is seen and nothing can be compared.
    """
    ratio = np.clip(lit / np.maximum(empty, np.float32(1e-4)), 0.02, 1)
    ratio = np.where(ratio > DARK, 1, ratio)
    gain = np.maximum(lit - empty, 0)
    gain = np.where(gain > ADDED * empty.mean(-1, keepdims=True), gain, 0)
    return _guessed(ratio.astype(np.float32), hidden), _guessed(gain.astype(np.float32), hidden)


def _guessed(values: Float, hidden: Bool) -> Float:
    """Values continued into a hidden region from its rim, smoothly."""
    if not hidden.any() or hidden.all():
        return values
    nearest = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
    filled = values[nearest[0], nearest[1]]
    return np.where(hidden[..., None], blur(filled, 2.0), values)
