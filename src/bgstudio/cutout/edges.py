"""Sharp contours from local colours.

A network's contour is as coarse as the picture it saw. Near it, the colours of what is surely product and of what is
surely not are described by local Gaussians; a pixel's alpha is its place between the two along the direction that
tells them apart best (Fisher's linear discriminant).
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.filters import blur_wide, disc, smoothstep
from bgstudio.pixels.types import Float


def _moments(image: Float, weight: Float, sigma: float) -> tuple[Float, Float, Float, Float]:
    """Local (support, mean, variance, covariance rg rb gb) of the colours under ``weight``."""
    support = blur_wide(weight, sigma)
    divisor = support[..., None] + 1e-6
    mean = blur_wide(image * weight[..., None], sigma) / divisor
    r, g, b = cv2.split(image)
    squares = blur_wide(np.asarray(cv2.merge([r * r, g * g, b * b])) * weight[..., None], sigma) / divisor
    products = blur_wide(np.asarray(cv2.merge([r * g, r * b, g * b])) * weight[..., None], sigma) / divisor
    return support, mean, squares - mean * mean, products - mean[..., [0, 0, 1]] * mean[..., [1, 2, 2]]


def local_alpha(
    image: Float, inside: Float, outside: Float, sigma: float, floor: float = 4e-4
) -> tuple[Float, Float, Float]:
    """Alpha from local Gaussian colour models.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        inside, outside: float32 (H, W), 1 where surely product, where surely not.
        sigma: reach of the models in pixels.
        floor: variance added to every channel.

    Returns:
        alpha 0..1, separation (squared Mahalanobis distance of the two means) and support, each float32 (H, W).
    """
    many_in, fore, var_in, cov_in = _moments(image, inside, sigma)
    many_out, back, var_out, cov_out = _moments(image, outside, sigma)
    rr, gg, bb = cv2.split(np.maximum((var_in + var_out) / 2, 0) + np.float32(floor))
    rg, rb, gb = cv2.split((cov_in + cov_out) / 2)
    d0, d1, d2 = cv2.split(fore - back)
    # The inverse of the symmetric 3 x 3 covariance, written out.
    i00, i01, i02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    i11, i12, i22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = np.maximum(rr * i00 + rg * i01 + rb * i02, 1e-12)
    axis = np.asarray(
        cv2.merge(
            [i00 * d0 + i01 * d1 + i02 * d2, i01 * d0 + i11 * d1 + i12 * d2, i02 * d0 + i12 * d1 + i22 * d2],
        )
        / determinant[..., None]
    )
    separation = (axis * (fore - back)).sum(2)
    alpha = np.clip(((image - back) * axis).sum(2) / np.maximum(separation, 1e-6), 0, 1)
    return (
        np.asarray(alpha, np.float32),
        np.asarray(separation, np.float32),
        np.asarray(np.minimum(many_in, many_out), np.float32),
    )


def sharpen(
    image: Float,
    matte: Float,
    cell: float,
    reaches: tuple[float, ...] = (3, 8, 24),
    trust: float = 6.0,
) -> Float:
    """Replace the soft band of ``matte`` by colour-model alpha where local colours separate; keep it elsewhere.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1.
        cell: pixels of ``image`` per pixel that the network saw.
        reaches: reaches of the colour models in cells.
        trust: separation at which colours count half.
    """
    kernel = disc(max(1, round(cell)))
    inside = np.asarray(cv2.erode((matte > 0.9).astype(np.float32), kernel), np.float32)
    outside = np.asarray(cv2.erode((matte < 0.1).astype(np.float32), kernel), np.float32)
    total, weight = np.zeros_like(matte), np.full_like(matte, 1e-6)
    belief = np.zeros_like(matte)
    for reach in reaches:
        alpha, separation, support = local_alpha(image, inside, outside, reach * cell)
        c = separation / (separation + trust) * np.clip((support - 0.01) / 0.04, 0, 1)
        total += alpha * c * (separation + 0.1)
        weight += c * (separation + 0.1)
        belief = np.maximum(belief, c)
    # Only near the contour: what a broad unsure area is, colours cannot tell.
    found = (matte > 0.5).astype(np.uint8)
    away = cv2.distanceTransform(found, cv2.DIST_L2, 5) + cv2.distanceTransform(1 - found, cv2.DIST_L2, 5)
    belief = belief * (1 - smoothstep(np.asarray(away / cell, np.float32), 4, 8))
    band = belief * np.clip((total / weight - 0.1) / 0.8, 0, 1) + (1 - belief) * matte
    return np.where(inside > 0.5, 1, np.where(outside > 0.5, 0, band)).astype(np.float32)
