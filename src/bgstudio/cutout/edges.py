"""Sharp contours from local colours.

A network's contour is as coarse as the picture it saw. Near it, the colours of what is surely product and of what is
surely not are described by local Gaussians; a pixel's alpha is its place between the two along the direction that
tells them apart best (Fisher's linear discriminant).
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.passes import contour_distance
from bgstudio.pixels.filters import blur, disc, smoothstep
from bgstudio.pixels.types import Float

_FLOOR = 6e-4
"""Variance added to every channel: noise and compression, about two and a half percent of the range."""

_TRUST = 6.0
"""Squared Mahalanobis distance of the two mean colours at which colours count half."""

_COARSE = 2.0
"""Standard deviation, in its own pixels, of the Gaussian on the small picture that statistics are gathered on."""

_FAR = (4.0, 8.0)
"""Distances from the contour in cells between which colours stop counting: what a broad area is, they cannot tell."""


def _gather(image: Float, weight: Float, size: tuple[int, int], sigma: float) -> tuple[Float, Float, Float, Float]:
    """Local (support, mean, variance, covariance rg rb gb) of the colours under ``weight``, on a small picture."""

    def small(values: Float) -> Float:
        return blur(np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32), sigma)

    r, g, b = cv2.split(image * weight[..., None])
    red, green, blue = cv2.split(image)
    support = small(weight)
    divisor = support[..., None] + 1e-6
    mean = small(np.dstack([r, g, b])) / divisor
    squares = small(np.dstack([r * red, g * green, b * blue])) / divisor
    products = small(np.dstack([r * green, r * blue, g * blue])) / divisor
    return support, mean, squares - mean * mean, products - mean[..., [0, 0, 1]] * mean[..., [1, 2, 2]]


def local_alpha(image: Float, inside: Float, outside: Float, sigma: float) -> tuple[Float, Float, Float]:
    """Alpha from local Gaussian colour models.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        inside, outside: float32 (H, W), 1 where surely product, where surely not.
        sigma: reach of the models in pixels.

    Returns:
        alpha 0..1, separation (squared Mahalanobis distance of the two means) and support, each float32 (H, W).

    The models vary slowly, so they are made on a picture shrunk by their reach; only their last step, alpha = axis .
    colour - offset, is done at full size.
    """
    h, w = inside.shape
    shrink = max(1.0, sigma / _COARSE)
    size = (max(8, round(w / shrink)), max(8, round(h / shrink)))
    many_in, fore, var_in, cov_in = _gather(image, inside, size, sigma / shrink)
    many_out, back, var_out, cov_out = _gather(image, outside, size, sigma / shrink)
    rr, gg, bb = cv2.split(np.maximum((var_in + var_out) / 2, 0) + np.float32(_FLOOR))
    rg, rb, gb = cv2.split((cov_in + cov_out) / 2)
    d0, d1, d2 = cv2.split(fore - back)
    # The inverse of the symmetric 3 x 3 covariance, written out.
    i00, i01, i02 = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    i11, i12, i22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = np.maximum(rr * i00 + rg * i01 + rb * i02, 1e-12)
    axis = np.dstack([i00 * d0 + i01 * d1 + i02 * d2, i01 * d0 + i11 * d1 + i12 * d2, i02 * d0 + i12 * d1 + i22 * d2])
    axis = axis / determinant[..., None]
    separation = (axis * (fore - back)).sum(2)
    axis = axis / np.maximum(separation, 1e-6)[..., None]
    planes = np.dstack([axis, (axis * back).sum(2), separation, np.minimum(many_in, many_out)]).astype(np.float32)
    a0, a1, a2, offset, separation, support = (
        np.asarray(cv2.resize(plane, (w, h), interpolation=cv2.INTER_LINEAR), np.float32) for plane in cv2.split(planes)
    )
    r, g, b = cv2.split(image)
    alpha = np.clip(a0 * r + a1 * g + a2 * b - offset, 0, 1)
    return np.asarray(alpha, np.float32), separation, support


def sharpen(image: Float, matte: Float, cell: float, reaches: tuple[float, ...] = (3, 8, 24)) -> Float:
    """Replace the soft band of ``matte`` by colour-model alpha where local colours separate; keep it elsewhere.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1.
        cell: pixels of ``image`` per pixel that the network saw.
        reaches: reaches of the colour models in cells.

    Returns:
        float32 (H, W), 0..1.
    """
    # The network is off by about one and a half cells; one pixel less where its cells are hardly larger than pixels.
    kernel = disc(max(1, round(1.6 * cell - 1)))
    inside = np.asarray(cv2.erode((matte > 0.9).astype(np.float32), kernel), np.float32)
    outside = np.asarray(cv2.erode((matte < 0.1).astype(np.float32), kernel), np.float32)
    # Colours must speak the more clearly, the further a pixel lies in what the network is certain of.
    certain = ((matte > 0.9) | (matte < 0.1)).astype(np.uint8)
    depth = np.asarray(cv2.distanceTransform(certain, cv2.DIST_L2, 5), np.float32) / np.float32(cell)
    trust = np.float32(_TRUST) * (1 + np.maximum(depth - 1, 0) ** 2)
    total, weight = np.zeros_like(matte), np.full_like(matte, 1e-6)
    belief = np.zeros_like(matte)
    for reach in reaches:
        alpha, separation, support = local_alpha(image, inside, outside, reach * cell)
        clear = separation / (separation + trust) * np.clip((support - 0.01) / 0.04, 0, 1)
        total += alpha * clear * (separation + 0.1)
        weight += clear * (separation + 0.1)
        belief = np.maximum(belief, clear)
    belief = belief * (1 - smoothstep(contour_distance(matte) / np.float32(cell), *_FAR))
    band = belief * np.clip((total / weight - 0.1) / 0.8, 0, 1) + (1 - belief) * matte
    return np.where(inside > 0.5, 1, np.where(outside > 0.5, 0, band)).astype(np.float32)
