"""Array types used everywhere. Shapes and ranges stand in the docstrings of those who take them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
"""float32 array; the only type that pixels have between stages."""

Double = npt.NDArray[np.float64]
"""float64 array, for geometry and least squares."""

Byte = npt.NDArray[np.uint8]
"""uint8 array: encoded sRGB at the edges of the house."""

Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int32]
