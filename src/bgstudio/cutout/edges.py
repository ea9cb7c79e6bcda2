"""Sharp contours from local colours.

A network's contour is as coarse as the picture it saw. Near it, the colours of what is surely product and of what is
surely not are described by local Gaussians; a pixel's alpha is its place between the two along the direction that
tells them apart best (Fisher's linear discriminant).
"""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.passes import contour_distance
from bgstudio.cutout.planes import distance_inside, from_cells, to_cells
from bgstudio.pixels.colour import to_linear
from bgstudio.pixels.filters import blur, blur_wide, disc, smoothstep
from bgstudio.pixels.types import Bool, Float

_FLOOR = 6e-4
"""Variance added to every channel: noise and compression, about two and a half percent of the range."""

_TRUST = 6.0
"""Squared Mahalanobis distance of the two mean colours at which colours count half."""

_PURE = 0.95
"""Part of a cell that must be surely inside (outside) for its colours to be gathered."""

_FAR = (4.0, 8.0)
"""Distances from the contour in cells between which colours stop counting: what a broad area is, they cannot tell."""

_ERASED = (0.25, 0.5)
"""Part of the network's matte that is left by colours, nearby, under which they are wrong and above which right."""

_NEARBY, _LEAST_SUPPORT = 3.0, 0.002
"""Reach in cells of the two sides' mean colours, and the share of pixels that it takes to know it."""

_SHARE = (0.01, 0.05)
"""Share of sure cells within reach under which a model knows nothing, and from which it is good."""


def sharpen(image: Float, matte: Float, cell: float, reaches: tuple[float, ...] = (3, 8, 24)) -> Float:
    """Replace the soft band of ``matte`` by colour-model alpha where local colours separate; keep it elsewhere.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1.
        cell: pixels of ``image`` per pixel that the network saw.
        reaches: reaches of the colour models in cells.

    Returns:
        float32 (H, W), 0..1.

    Colour models vary slowly, so they are made on the grid of cells; only their last step, alpha = axis . colour -
    offset, is done pixel by pixel.
    """
    # The network is off by about one and a half cells; one pixel less where its cells are hardly larger than pixels.
    kernel = disc(max(1, round(1.6 * cell - 1)))
    inside, outside = (cv2.erode(plane.astype(np.uint8), kernel) for plane in (matte > 0.9, matte < 0.1))
    # Colours must speak the more clearly, the further a pixel lies in what the network is certain of.
    depth = distance_inside((matte > 0.9) | (matte < 0.1)) / np.float32(cell)
    grid = max(1.0, cell)
    trust = np.float32(_TRUST) * (1 + np.maximum(to_cells(depth, grid) - 1, 0) ** 2)
    seeds = [(to_cells(plane.astype(np.float32), grid) >= _PURE).astype(np.float32) for plane in (inside, outside)]
    linear, belief = _models(image, (seeds[0], seeds[1]), trust, tuple(reach * cell / grid for reach in reaches))
    a0, a1, a2, offset = cv2.split(from_cells(linear, matte))
    r, g, b = cv2.split(image)
    coloured = np.clip((a0 * r + a1 * g + a2 * b - offset - 0.1) / 0.8, 0, 1).astype(np.float32)
    weight = from_cells(belief, matte) * (1 - smoothstep(contour_distance(matte) / np.float32(cell), *_FAR))
    weight = weight * (1 - _erased(coloured, matte, grid))
    band = weight * coloured + (1 - weight) * matte
    return np.where(inside > 0, 1, np.where(outside > 0, 0, band)).astype(np.float32)


def _models(image: Float, seeds: tuple[Float, Float], trust: Float, reaches: tuple[float, ...]) -> tuple[Float, Float]:
    """Discriminants of several reaches as one.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        seeds: float32 (h, w) each, 1 for cells that are surely inside and surely outside.
        trust: float32 (h, w), separation at which colours count half.
        reaches: reaches in cells.

    Returns:
        (axis r, g, b and offset) as float32 (h, w, 4), and how far colours are to be believed, float32 (h, w) 0..1.
    """
    mean, second = _moments(image, trust.shape[::-1])
    sums, weights = np.zeros((*trust.shape, 4), np.float32), np.full_like(trust, 1e-6)
    belief = np.zeros_like(trust)
    for reach in reaches:
        linear, separation, support = local_discriminant(mean, second, *seeds, reach)
        low, high = _SHARE
        clear = separation / (separation + trust) * np.clip((support - low) / (high - low), 0, 1)
        weight = clear * (separation + 0.1)
        sums += linear * weight[..., None]
        weights += weight
        belief = np.maximum(belief, clear)
    return np.asarray(sums / weights[..., None], np.float32), belief


def _moments(image: Float, size: tuple[int, int]) -> tuple[Float, Float]:
    """Mean colour (h, w, 3) of every cell, and mean products rr gg bb rg rb gb (h, w, 6); ``size`` is (w, h)."""
    if min(image.shape[0] / size[1], image.shape[1] / size[0]) >= 2:
        # Half the pixels know a cell's colours as well, at a quarter of the time.
        image = to_cells(image, 2.0)
    r, g, b = cv2.split(image)
    pairs = ((r, r), (g, g), (b, b), (r, g), (r, b), (g, b))
    second = np.dstack([cv2.resize(x * y, size, interpolation=cv2.INTER_AREA) for x, y in pairs])
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32), np.asarray(second, np.float32)


def local_discriminant(
    mean: Float, second: Float, inside: Float, outside: Float, reach: float
) -> tuple[Float, Float, Float]:
    """Fisher's linear discriminant between local Gaussian colour models.

    Args:
        mean: float32 (h, w, 3), mean colour of each cell, encoded sRGB 0..1.
        second: float32 (h, w, 6), mean products rr gg bb rg rb gb of each cell.
        inside, outside: float32 (h, w), weights of the cells in the two models.
        reach: standard deviation of the models' neighbourhood in cells.

    Returns:
        (axis, offset) with alpha = axis . colour - offset, float32 (h, w, 4); separation, the squared Mahalanobis
        distance of the two means; and support, the smaller share of the two in the neighbourhood.
    """
    many_in, fore, var_in, cov_in = _gather(mean, second, inside, reach)
    many_out, back, var_out, cov_out = _gather(mean, second, outside, reach)
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
    linear = np.dstack([axis, (axis * back).sum(2)]).astype(np.float32)
    return linear, np.asarray(separation, np.float32), np.asarray(np.minimum(many_in, many_out), np.float32)


def _gather(mean: Float, second: Float, weight: Float, reach: float) -> tuple[Float, Float, Float, Float]:
    """Local (support, mean, variances, covariances rg rb gb) of the colours under ``weight``."""
    support = blur_wide(weight, reach)
    divisor = support[..., None] + 1e-6
    first = blur_wide(mean * weight[..., None], reach) / divisor
    moments = blur_wide(np.ascontiguousarray(second[..., :3]) * weight[..., None], reach) / divisor
    mixed = blur_wide(np.ascontiguousarray(second[..., 3:]) * weight[..., None], reach) / divisor
    return support, first, moments - first * first, mixed - first[..., [0, 0, 1]] * first[..., [1, 2, 2]]


def _erased(coloured: Float, matte: Float, grid: float) -> Float:
    """Where colours would wipe out what the network found, float32 (H, W) 0..1.

    A thin part in another colour than the body beside it (a chair's leg) looks like neither side. Colours may move a
    contour; they may not remove a part.
    """
    found = np.where(matte > 0.5, matte, 0).astype(np.float32)
    before, after = (blur(to_cells(plane, grid), 1.0) for plane in (found, np.minimum(found, coloured)))
    kept = np.asarray(after / np.maximum(before, 1e-3), np.float32)
    return from_cells(np.asarray((1 - smoothstep(kept, *_ERASED)) * smoothstep(before, 0.02, 0.1), np.float32), matte)


def in_linear_light(image: Float, alpha: Float, cell: float) -> Float:
    """Alpha of encoded colours to alpha of linear light, in which pictures are laid over each other.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        alpha: float32 (H, W), 0..1: share of the product in a mixture of encoded colours.
        cell: pixels of ``image`` per pixel that the network saw.

    Returns:
        float32 (H, W), 0..1: share of the product in the same mixture of light. A black cup's edge before white paper
        looks half mixed where four fifths of the light are blocked; without this it would come out too thin.
    """
    grid = max(1.0, cell)
    (fore, many), (back, few) = (_mean_near(image, plane, grid) for plane in (alpha > 0.95, alpha < 0.05))
    soft = (alpha > 0) & (alpha < 1) & (from_cells(np.minimum(many, few), alpha) > _LEAST_SUPPORT)
    product, backdrop = from_cells(fore, alpha)[soft], from_cells(back, alpha)[soft]
    share = alpha[soft]
    behind = to_linear(backdrop)
    light = to_linear(backdrop + share[:, None] * (product - backdrop)) - behind
    span = to_linear(product) - behind
    length = (span * span).sum(1)
    # Where both sides are equally bright the two alphas are the same.
    share = np.where(length > 1e-3, (light * span).sum(1) / np.maximum(length, 1e-3), share)
    out = alpha.copy()
    out[soft] = np.clip(share, 0, 1)
    return out


def _mean_near(image: Float, where: Bool, grid: float) -> tuple[Float, Float]:
    """Mean colour over the pixels of ``where`` nearby, and their share, both on the grid of cells."""
    weight = where.astype(np.float32)
    share = blur(to_cells(weight, grid), _NEARBY)
    colour = blur(to_cells(image * weight[..., None], grid), _NEARBY) / np.maximum(share, 1e-6)[..., None]
    return np.asarray(colour, np.float32), share
