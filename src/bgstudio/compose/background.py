"""The plate as a film would show it: exposed, toned, with the lens's falloff and a little grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.domain.plate import Plate
from bgstudio.pixels.colour import to_encoded, tone_curve
from bgstudio.pixels.types import Float

GRAIN = 0.0045
"""Deviation of the grain, in encoded units: it is not seen, but keeps gradients from banding in 8 bits."""


@dataclass(frozen=True, eq=False)
class Background:
    """Encoded sRGB, float32 (H, W, 3), 0..1: the empty set, and the set with the product's effect on it."""

    empty: Float
    lit: Float


def develop(plate: Plate, contact: Float, seed: int) -> Background:
    """Expose and tone a plate.

    Args:
        plate: layers of scene light.
        contact: float32 (H, W) 0..1, further darkening at the foot, added to the product's shadow.
        seed: of the grain.
    """
    height, width = plate.backdrop.shape[:2]
    film = _Film(width, height, plate.vignette, seed)
    lit = plate.backdrop * plate.shadow + plate.reflection
    shown = to_encoded(tone_curve(lit, plate.exposure)) * (1 - contact[..., None])
    return Background(
        empty=film.develop(to_encoded(tone_curve(plate.backdrop, plate.exposure))), lit=film.develop(shown)
    )


class _Film:
    """One strip of film: the same falloff and grain for both pictures, so that their difference is the product's."""

    def __init__(self, width: int, height: int, vignette: float, seed: int) -> None:
        y, x = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
        radius = np.clip(np.hypot(x, y) / 0.7, 0, 1).astype(np.float32)
        self._falloff = (1 - vignette * radius**2.2)[..., None].astype(np.float32)
        rng = np.random.default_rng(seed)
        self._grain = rng.standard_normal((height, width, 1), np.float32) * np.float32(GRAIN)

    def develop(self, encoded: Float) -> Float:
        shown = encoded * self._falloff
        # no grain in pure white: a packshot's backdrop stays at 255 to the last pixel
        room = np.minimum(1, (1 - shown) * 25)
        return np.clip(shown + self._grain * room, 0, 1).astype(np.float32)
