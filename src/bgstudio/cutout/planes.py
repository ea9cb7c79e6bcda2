"""Small tools over planes: sums and maxima over colour channels (numpy is slow along an axis of three), distances, and
the grid of cells, which are the pixels that the network sees."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Bool, Float


def largest(image: Float) -> Float:
    """(H, W, 3) to the largest channel of each pixel, float32 (H, W)."""
    r, g, b = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(r, g), b), np.float32)


def total(image: Float) -> Float:
    """(H, W, 3) to the sum of the channels of each pixel, float32 (H, W)."""
    r, g, b = cv2.split(image)
    return np.asarray(r + g + b, np.float32)


def to_cells(plane: Float, cell: float) -> Float:
    """Area average of (H, W) or (H, W, C) on the grid of cells, ``cell`` pixels wide."""
    h, w = plane.shape[:2]
    size = (max(8, round(w / cell)), max(8, round(h / cell)))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def from_cells(plane: Float, like: Float) -> Float:
    """(h, w) or (h, w, C) grown back to the size of ``like``, bilinear."""
    h, w = like.shape[:2]
    return np.asarray(cv2.resize(plane, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def distance_inside(mask: Bool) -> Float:
    """Distance in pixels from every pixel of ``mask`` to the nearest one outside; 0 outside, never above the frame."""
    away = np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    # Where there is no outside at all the library answers with the largest number it has.
    return np.minimum(away, np.float32(sum(mask.shape)))
