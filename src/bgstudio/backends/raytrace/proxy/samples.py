"""Reading values of a lattice between its points."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from bgstudio.pixels.types import Double


def sample(values: Double, at: Double) -> Double:
    """Values (rows, cols) at lattice positions (n, 2), column first, bilinear."""
    return np.asarray(ndimage.map_coordinates(values, [at[:, 1], at[:, 0]], order=1, mode="nearest"))
