"""Sums and maxima over colour channels, and the cell grid: numpy is slow along an axis of three."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Float


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
