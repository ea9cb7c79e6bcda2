"""From which side the photo's key light came.

Log luminance is fitted to the normals of an inflated silhouette, with an intercept per material (colour cluster), by
robust (Huber) least squares: first-order shading of a diffuse body. Shading of real products is full of print and
gloss, so the answer counts only where slope, fit and agreement over the product's height are all good.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from bgstudio.domain.cutout import LightReading
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import linear_to_oklab, luminance
from bgstudio.pixels.cushion import cushion
from bgstudio.pixels.filters import blur
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Bool, Double, Float, Int

LEAST_SLOPE, LEAST_FIT = 0.15, 0.13
_ROWS = 120
_CLUSTERS, _ROUNDS, _BANDS = 8, 6, 4
_SAMPLE = 3000


def read_light(rgb: Float, alpha: Float) -> LightReading:
    """The side of the key light.

    Args:
        rgb: float32 (H, W, 3), straight linear colours of the product.
        alpha: float32 (H, W), 0..1.

    Returns:
        ``side`` is None unless |slope| >= 0.15, R squared >= 0.13 and the four height bands agree.
    """
    box = bounding_box(alpha, 0.5)
    if box is None:
        return LightReading()
    left, top, right, bottom = box
    width = max(8, round((right - left) * _ROWS / (bottom - top)))
    if width > 4 * _ROWS:
        return LightReading()
    a = resize(alpha[top:bottom, left:right], width, _ROWS)
    colours = resize(rgb[top:bottom, left:right], width, _ROWS)
    solid = np.asarray(cv2.erode(a, np.ones((5, 5), np.uint8))) > 0.95
    if np.count_nonzero(solid) < 400:
        return LightReading()
    normals = _normals(a > 0.5)[solid]
    logs = np.log(np.clip(luminance(colours[solid]), 0.004, 1)).astype(np.float64)
    slope, fit, agreeing = _fit(normals, logs, _materials(colours[solid]), np.nonzero(solid)[0])
    trusted = abs(slope) >= LEAST_SLOPE and fit >= LEAST_FIT and agreeing * np.sign(slope) >= 2
    side = ("right" if slope > 0 else "left") if trusted else None
    return LightReading(side=side, strength=round(abs(slope), 3), fit=round(fit, 3))


def _materials(colours: Float) -> Int:
    """A cluster per material: mostly chroma, and coarse lightness so that print does not become shading."""
    lab = linear_to_oklab(colours)
    features = np.stack([lab[:, 0] * 0.35, lab[:, 1] * 2, lab[:, 2] * 2], 1).astype(np.float32)
    cv2.setRNGSeed(1)
    sample = np.ascontiguousarray(features[:: max(1, len(features) // _SAMPLE)])
    count = min(_CLUSTERS, len(sample))
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 1e-4)
    _, _, centres = cv2.kmeans(sample, count, np.zeros((0, 0), np.int32), rule, 3, cv2.KMEANS_PP_CENTERS)
    distances = ((features[:, None] - np.asarray(centres, np.float32)[None]) ** 2).sum(2)
    return np.asarray(distances.argmin(1), np.int32)


def _fit(
    normals: Double, logs: Double, labels: Int, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> tuple[float, float, int]:
    """(slope along x, R squared, sum of the signs of the slopes in four bands of height)."""
    weight: Double = np.ones(len(logs))
    slopes: Double = np.zeros(2)
    centred, target = normals, logs
    rest = logs

    def centre(values: Double) -> Double:
        per = np.bincount(labels, weight, _CLUSTERS)
        return values - (np.bincount(labels, weight * values, _CLUSTERS) / np.maximum(per, 1e-6))[labels]

    for _ in range(_ROUNDS):
        centred = np.stack([centre(normals[:, 0]), centre(normals[:, 1])], 1)
        target = centre(logs)
        system = (centred * weight[:, None]).T @ centred + 1e-3 * len(logs) * np.eye(2)
        slopes = np.asarray(np.linalg.solve(system, (centred * weight[:, None]).T @ target), np.float64)
        rest = target - centred @ slopes
        spread = 1.4826 * float(np.median(np.abs(rest))) + 1e-6
        weight = np.asarray(1 / np.maximum(1, np.abs(rest) / (1.5 * spread)), np.float64)
    fit = 1 - float((weight * rest * rest).sum()) / max(1e-9, float((weight * target * target).sum()))
    edges = np.percentile(rows, np.linspace(0, 100, _BANDS + 1))
    signs = 0
    for low, high in pairwise(edges):
        band = (rows >= low) & (rows <= high)
        signs += int(np.sign((weight[band] * centred[band, 0] * target[band]).sum()))
    return float(slopes[0]), fit, signs


def _normals(mask: Bool) -> Double:
    """Unit normals (H, W, 3), x right, y up, z to the camera, of the silhouette blown up like a cushion."""
    depth = cushion(np.pad(mask, 2))
    smooth = blur(depth.astype(np.float32), 2.0)
    down = np.gradient(smooth, axis=0)[2:-2, 2:-2]
    across = np.gradient(smooth, axis=1)[2:-2, 2:-2]
    normals = np.stack([-across, down, np.ones_like(across)], -1).astype(np.float64)
    return np.asarray(normals / np.linalg.norm(normals, axis=-1, keepdims=True))
