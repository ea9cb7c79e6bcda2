"""Whether a picture brings its own cut-out along."""

from __future__ import annotations

import numpy as np

from bgstudio.domain.picture import Picture
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.types import Float

_CLEAR = 0.02
_BORDER_CLEAR = 0.10
_INSIDE_CLEAR = 0.02
_INSIDE_OPAQUE = 0.005
_MOST_VEIL = 4.0


def own_cutout(picture: Picture) -> bool:
    """Whether the picture's alpha is a matte of a product, good enough to be used instead of a model's.

    It is one where something is clearly transparent at the border and over the whole, something is opaque, and the
    half-transparent part is not what the picture mostly consists of: no veil over a photo, no rounded corners only, no
    feathered portrait. Glass passes as long as it has a few opaque pixels.
    """
    if picture.alpha is None:
        return False
    alpha = picture.alpha
    clear = alpha < _CLEAR
    opaque = float((alpha >= OPAQUE).mean())
    veil = 1 - opaque - float(clear.mean())
    return bool(
        _border(clear).mean() >= _BORDER_CLEAR
        and clear.mean() >= _INSIDE_CLEAR
        and opaque >= _INSIDE_OPAQUE
        and veil <= _MOST_VEIL * opaque
    )


def _border(values: Float | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Float:
    """The outermost pixels of (H, W), as float32 (n,)."""
    parts = (values[0], values[-1], values[1:-1, 0], values[1:-1, -1])
    return np.concatenate(parts).astype(np.float32)
