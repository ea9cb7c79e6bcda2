"""Half thickness from a silhouette alone."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as sla

from bgstudio.pixels.types import Bool, Double

SYMMETRIC = 0.94
"""Mirror symmetry (IoU with its mirror image) above which a silhouette is taken for a surface of revolution."""


def symmetry(inside: Bool) -> float:
    """IoU of a silhouette with its own mirror image."""
    mirrored = inside[:, ::-1]
    return float((inside & mirrored).sum() / max(1, (inside | mirrored).sum()))


def revolve(inside: Bool) -> Double:
    """Row-wise circles: half thickness (rows, cols) in lattice steps of a turned body."""
    h, w = inside.shape
    out = np.zeros((h, w))
    for row in range(h):
        cols = np.flatnonzero(inside[row])
        if len(cols):
            centre, radius = (cols[0] + cols[-1]) / 2, (cols[-1] - cols[0]) / 2 + 0.5
            out[row] = np.sqrt(np.maximum(radius**2 - (np.arange(w) - centre) ** 2, 0))
    return out * inside


def poisson(inside: Bool) -> Double:
    """Square root of the solution of lap(u) = -4: round everywhere, thick where the silhouette is wide."""
    h, w = inside.shape
    index = np.full((h, w), -1)
    ys, xs = np.nonzero(inside)
    n = len(ys)
    index[inside] = np.arange(n)
    rows, cols, values = [np.arange(n)], [np.arange(n)], [np.full(n, 4.0)]
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        y, x = np.clip(ys + dy, 0, h - 1), np.clip(xs + dx, 0, w - 1)
        neighbour = index[y, x]
        keep = (neighbour >= 0) & (y == ys + dy) & (x == xs + dx)
        rows.append(np.flatnonzero(keep))
        cols.append(neighbour[keep])
        values.append(np.full(int(keep.sum()), -1.0))
    matrix = sp.csc_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=(n, n))
    out = np.zeros((h, w))
    out[inside] = np.sqrt(np.maximum(sla.spsolve(matrix, np.full(n, 4.0)), 0))
    return out


def half_thickness(inside: Bool) -> Double:
    """Half thickness (rows, cols) in lattice steps: revolved where the silhouette is symmetric, else inflated."""
    return revolve(inside) if symmetry(inside) > SYMMETRIC else poisson(inside)
