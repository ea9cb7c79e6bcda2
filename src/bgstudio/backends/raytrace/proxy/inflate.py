"""Half thickness from a silhouette alone."""

from __future__ import annotations

import cv2
import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from bgstudio.pixels.types import Bool, Double


def poisson(inside: Bool) -> Double:
    """Square root of the solution of lap(u) = -4: round everywhere, thick where the silhouette is wide.

    An infinitely tall strip and a disc both come out round, a disc of radius r with half thickness r.
    """
    h, w = inside.shape
    index = np.full((h + 2, w + 2), -1)
    ys, xs = np.nonzero(inside)
    n = len(ys)
    out = np.zeros((h, w))
    if n == 0:
        return out
    index[1:-1, 1:-1][inside] = np.arange(n)
    rows, cols, values = [np.arange(n)], [np.arange(n)], [np.full(n, 4.0)]
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        neighbour = index[ys + 1 + dy, xs + 1 + dx]
        keep = neighbour >= 0
        rows.append(np.flatnonzero(keep))
        cols.append(neighbour[keep])
        values.append(np.full(int(keep.sum()), -1.0))
    matrix = sp.csc_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=(n, n))
    out[inside] = np.sqrt(np.maximum(sla.spsolve(matrix, np.full(n, 4.0)), 0))
    return out


def quick_poisson(inside: Bool, longest: int = 90) -> Double:
    """``poisson`` solved on a lattice of at most ``longest`` points a side and enlarged: a tenth of the time."""
    h, w = inside.shape
    scale = min(1.0, longest / max(h, w))
    if scale == 1.0:
        return poisson(inside)
    size = (max(4, round(w * scale)), max(4, round(h * scale)))
    small = np.pad(cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5, 1)
    squared = (poisson(small)[1:-1, 1:-1] / scale) ** 2
    large = cv2.resize(squared, (w, h), interpolation=cv2.INTER_LINEAR)
    # strands that the small lattice has lost are as thick as they are wide
    width = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5).astype(np.float64)
    return np.where(inside, np.sqrt(np.maximum(large, width * width)), 0.0)
