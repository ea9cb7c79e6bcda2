"""Last hand on a matte: solid bodies, no crumbs."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.planes import distance_inside
from bgstudio.pixels.filters import smoothstep
from bgstudio.pixels.types import Float

_SOLID = (2.5, 4.0)
"""Depth below the contour in cells over which what is inside becomes fully opaque."""

_CRUMB_CELLS, _CRUMB_PART = 1.5, 0.002
"""Side in cells, and part of the largest piece's area, up to which a loose piece is a crumb."""

_UNSEEN, _SEEN = 0.5, 0.7
"""Matte that the network must show somewhere in a loose piece for it to stay; mean matte at which even a crumb does."""


def solid(matte: Float, cell: float) -> Float:
    """Fill what lies well inside to 1: products are opaque, and doubt about their middle is not transparency.

    Args:
        matte: float32 (H, W), 0..1.
        cell: pixels per pixel that the network saw.
    """
    inner = smoothstep(distance_inside(matte > 0.5) / np.float32(cell), *_SOLID)
    return np.maximum(matte, inner)


def without_crumbs(matte: Float, network: Float, cell: float) -> Float:
    """Take away loose pieces that the network never saw, and tiny ones that it was not sure of.

    Args:
        matte: float32 (H, W), 0..1.
        network: float32 (H, W), 0..1, what the network said before any correction.
        cell: pixels per pixel that the network saw.
    """
    pieces, labels, stats, _ = cv2.connectedComponentsWithStats((matte > 0.1).astype(np.uint8), connectivity=8)
    if pieces <= 2:
        return matte
    area = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    least = max((_CRUMB_CELLS * cell) ** 2, _CRUMB_PART * float(area[1:].max()))
    seen = np.bincount(labels[network > _UNSEEN], minlength=pieces)
    mean = np.bincount(labels.ravel(), weights=network.ravel(), minlength=pieces) / np.maximum(area, 1)
    keep = ((area >= least) & (seen > 0)) | (mean > _SEEN)
    keep[0] = False
    return np.where(keep[labels] | (labels == 0), matte, 0).astype(np.float32)
