"""The plate as a film would show it: exposed, toned, with the lens's falloff and a little grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.domain.plate import Plate
from bgstudio.domain.shot import Shot
from bgstudio.pixels.colour import to_encoded, tone_curve
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float

GRAIN = 0.0045
"""Deviation of the grain, in encoded units: it is not seen, but keeps gradients from banding in 8 bits."""


@dataclass(frozen=True, eq=False)
class Background:
    """Encoded sRGB, float32 (H, W, 3), 0..1: the empty set, and the set with the product's effect on it."""

    empty: Float
    lit: Float


def develop(shot: Shot, plate: Plate, contact: Float) -> Background:
    """Expose and tone a plate.

    Args:
        shot: gives the strength of shadow and reflection, and the seed of the grain.
        plate: layers of scene light.
        contact: float32 (H, W) 0..1, further darkening at the foot, added to the product's shadow.
    """
    height, width = plate.backdrop.shape[:2]
    film = _Film(width, height, plate.vignette, shot.seed)
    empty = _shown(plate.backdrop, plate.exposure)
    lit = _with_product(shot, plate, empty) * (1 - contact[..., None])
    return Background(empty=film.develop(empty), lit=film.develop(lit))


def _shown(light: Float, exposure: float) -> Float:
    return to_encoded(tone_curve(light, exposure))


def _with_product(shot: Shot, plate: Plate, empty: Float) -> Float:
    """The set with the product's shadow and reflection at their wished strength: encoded, float32 (H, W, 3).

    The shadow's density is changed as it is seen, and not as scene light: a white backdrop lies so high on the tone
    curve that half the density of its light would leave no shadow at all.
    """
    full = plate.backdrop * plate.shadow + plate.reflection
    if shot.shadow == 1 and shot.reflection == 1:
        return _shown(full, plate.exposure)
    shaded = _shown(plate.backdrop * plate.shadow, plate.exposure)
    added = _shown(plate.backdrop * plate.shadow + shot.reflection * plate.reflection, plate.exposure) - shaded
    kept = np.clip(shaded / np.maximum(empty, np.float32(1e-4)), 0, 1) ** np.float32(shot.shadow)
    if shot.reflection < 1:
        kept = kept + (1 - kept) * (1 - shot.reflection) * _mirrored(empty, shaded, _shown(full, plate.exposure))
    return np.clip(empty * kept + added, 0, 1).astype(np.float32)


def _mirrored(empty: Float, shaded: Float, full: Float) -> Float:
    """How much of the product's shadow is its image in the ground that hides the set's: 0 matt .. 1, (H, W, 1).

    Where the image is taken away, the set's comes back; the shadow alone would be a dark cut-out of the product.

    Args:
        empty, shaded, full: encoded: the set, with the product's shadow, and with its reflection as well.
    """
    sigma = max(2.0, 0.02 * empty.shape[0])
    gain = blur((full - shaded).mean(-1).astype(np.float32), sigma)
    loss = blur((empty - shaded).mean(-1).astype(np.float32), sigma)
    share = gain / np.maximum(gain + loss, np.float32(1e-4))
    return np.asarray(np.clip(2 * share - 0.2, 0, 1), np.float32)[..., None]


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
