"""How far an alpha is from the true one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.pixels.types import Float

BAND = 10
"""Pixels on both sides of the true contour that count as its edge, at the picture's own size."""


@dataclass(frozen=True)
class MatteScore:
    """One alpha against the truth.

    Attributes:
        mae: mean absolute error over the frame.
        iou: intersection over union at one half.
        edge: mean absolute error within ``BAND`` pixels of the true contour.
        gradient: mean difference of the gradients (sigma 1.4) there, times 1000.
    """

    mae: float
    iou: float
    edge: float
    gradient: float


def score(found: Float, truth: Float) -> MatteScore:
    """Both float32 (H, W), 0..1."""
    a, b = found > 0.5, truth > 0.5
    iou = float((a & b).sum()) / max(1.0, float((a | b).sum()))
    inner = b.astype(np.uint8)
    to_inner, to_outer = (np.asarray(cv2.distanceTransform(m, cv2.DIST_L2, 5), np.float32) for m in (inner, 1 - inner))
    band = np.maximum(to_inner, to_outer) <= BAND
    if not band.any():
        band = np.ones_like(band)
    dx, dy = (p - q for p, q in zip(_gradient(found), _gradient(truth), strict=True))
    error = np.abs(found - truth)
    return MatteScore(
        float(error.mean()),
        float(iou),
        float(error[band].mean()),
        1000 * float(np.sqrt(dx * dx + dy * dy)[band].mean()),
    )


def _gradient(alpha: Float) -> tuple[Float, Float]:
    smooth = cv2.GaussianBlur(alpha, (0, 0), 1.4)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3) / 8 for dx, dy in ((1, 0), (0, 1)))
    return np.asarray(across, np.float32), np.asarray(down, np.float32)
