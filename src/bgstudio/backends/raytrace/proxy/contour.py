"""The lower edge of a silhouette, to a part of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.backends.raytrace.proxy.lattice import Cut
from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.types import Bool, Double

SLACK = 0.012
"""Part of the product's height by which the lower edge may leave its convex hull and still touch the ground."""


@dataclass(frozen=True, eq=False)
class Contour:
    """The lower edge of a silhouette and its convex hull, pixel positions in the picture.

    Attributes:
        x: (n,) columns of the cut-out that hold any of the product.
        low: (n,) y of its lowest point in each.
        hull: (n,) y of the lower convex hull: the ground line of whatever stands on several feet.
        tall: height of the box.
    """

    x: Double
    low: Double
    hull: Double
    tall: float

    @property
    def touches(self) -> Bool:
        """(n,) where the edge runs along its hull."""
        return self.hull - self.low < max(SLACK * self.tall, 1.0)


def lower_contour(cut: Cut) -> Contour:
    """Trace the lower edge to a part of a pixel: at a flat view a pixel of height is many of depth."""
    alpha, box, level = cut.alpha, cut.box, 0.5
    h, w = alpha.shape
    lowest = lowest_rows(alpha > level)
    cols = np.flatnonzero(lowest >= 0)
    last = lowest[cols]
    here = alpha[last, cols].astype(np.float64)
    below = np.where(last + 1 < h, alpha[np.minimum(last + 1, h - 1), cols], 0.0)
    low = box.top + (last + 0.5 + (here - level) / np.maximum(here - below, 1e-6)) * box.height / h
    x = box.left + (cols + 0.5) * box.width / w
    return Contour(x, low, np.interp(x, *lower_hull(x, low)), box.height)


def lower_hull(x: Double, low: Double) -> tuple[Double, Double]:
    """Lower convex hull of points with rising x (monotone chain, Andrew 1979); y grows downwards."""
    kept: list[tuple[float, float]] = []
    for px, py in zip(x.tolist(), low.tolist(), strict=True):
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (by - ay) * (px - ax) > (py - ay) * (bx - ax):
                break
            kept.pop()
        kept.append((px, py))
    points = np.array(kept)
    return points[:, 0], points[:, 1]
