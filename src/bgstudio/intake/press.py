"""CMYK without a profile, by a model of the press instead of the arithmetic complement and its neon colours.

Neugebauer, "Die theoretischen Grundlagen des Mehrfarbenbuchdrucks", 1937: dots of ink overlap by chance, so paper shows
a mix of eight solid colours and their black overprints. Yule and Nielsen, "The penetration of light into paper", 1951:
mixing happens on the n-th root of reflectance, which accounts for dot gain.
"""

from __future__ import annotations

import numpy as np

from bgstudio.pixels.colour import to_linear
from bgstudio.pixels.types import Byte, Float

_N = 2.0
"""Yule-Nielsen factor; 2 gives the tone value increase of coated paper, about 15 % in the mid-tones."""

# Solids of coated offset printing (ISO 12647-2, paper type 1), relative to paper white, as encoded sRGB.
_SOLIDS = {
    "": (255, 255, 255),
    "c": (0, 158, 224),
    "m": (229, 0, 125),
    "y": (255, 236, 0),
    "cm": (49, 39, 131),
    "cy": (0, 150, 64),
    "my": (227, 6, 19),
    "cmy": (60, 54, 48),
}
_BLACK = 0.13
"""n-th root of what black ink leaves of the light: with n = 2, solid black reflects 1.7 %."""


def _coefficients() -> Float:
    """float32 (8, 3): the multilinear polynomial in c, m, y that meets all eight solids."""
    solids = {inks: np.asarray(to_linear(np.array(rgb) / 255), float) ** (1 / _N) for inks, rgb in _SOLIDS.items()}
    rows = []
    for inks in _SOLIDS:
        parts = [sub for sub in _SOLIDS if set(sub) <= set(inks)]
        rows.append(sum((-1) ** (len(inks) - len(sub)) * solids[sub] for sub in parts))
    return np.asarray(rows, np.float32)


_COEFFICIENTS = _coefficients()


def press_to_linear(inks: Byte) -> Float:
    """uint8 (H, W, 4), 255 full ink, to linear sRGB float32 (H, W, 3) 0..1; no ink is white."""
    c, m, y, k = (inks[..., i].astype(np.float32) / 255 for i in range(4))
    terms = np.stack([np.ones_like(c), c, m, y, c * m, c * y, m * y, c * m * y], -1)
    mixed = (terms @ _COEFFICIENTS) * (1 - (1 - np.float32(_BLACK)) * k)[..., None]
    return np.asarray(np.clip(mixed, 0, 1) ** np.float32(_N), np.float32)
