"""A silhouette blown up like a cushion."""

from __future__ import annotations

import numpy as np

from bgstudio.pixels.types import Bool, Double


def cushion(inside: Bool) -> Double:
    """Half thickness, in pixels, of a silhouette blown up: the square root of the solution of lap(u) = -4.

    An infinitely tall strip and a disc both come out round, a disc of radius r with half thickness r. Solved by
    conjugate gradients (Hestenes and Stiefel, 1952) on the grid itself, because the sparse solvers at hand take half a
    second to load; meant for silhouettes of at most a few hundred pixels a side.

    Args:
        inside: bool (H, W); outside the frame there is nothing.

    Returns:
        float64 (H, W), 0 where nothing is.
    """
    within = np.pad(inside, 1)

    def applied(u: Double) -> Double:
        out = 4 * u
        out[1:] -= u[:-1]
        out[:-1] -= u[1:]
        out[:, 1:] -= u[:, :-1]
        out[:, :-1] -= u[:, 1:]
        return np.asarray(out * within)

    u = np.zeros(within.shape)
    rest: Double = np.where(within, 4.0, 0.0)
    way = rest.copy()
    if not within.any():
        return np.zeros(inside.shape)
    size = start = float((rest**2).sum())
    for _ in range(8 * max(within.shape)):
        if size <= 1e-14 * start:
            break
        image = applied(way)
        step = size / float((way * image).sum())
        u += step * way
        rest -= step * image
        before, size = size, float((rest**2).sum())
        way = rest + (size / before) * way
    return np.asarray(np.sqrt(np.maximum(u, 0))[1:-1, 1:-1])
