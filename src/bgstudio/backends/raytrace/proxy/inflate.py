"""Half thickness from a silhouette alone."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.cushion import cushion
from bgstudio.pixels.types import Bool, Double


def quick_cushion(inside: Bool, longest: int = 90) -> Double:
    """``cushion`` solved on a lattice of at most ``longest`` points a side and enlarged: a tenth of the time."""
    h, w = inside.shape
    scale = min(1.0, longest / max(h, w))
    if scale == 1.0:
        return cushion(inside)
    size = (max(4, round(w * scale)), max(4, round(h * scale)))
    small = np.pad(cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5, 1)
    squared = (cushion(small)[1:-1, 1:-1] / scale) ** 2
    large = cv2.resize(squared, (w, h), interpolation=cv2.INTER_LINEAR)
    # strands that the small lattice has lost are as thick as they are wide
    width = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5).astype(np.float64)
    return np.where(inside, np.sqrt(np.maximum(large, width * width)), 0.0)
