"""The watermark's patterns: 49 orthogonal tiles of band-limited noise, the same on every machine.

Additive spread spectrum in the manner of Cox, Kilian, Leighton and Shamoon (1997), with a synchronisation pattern of
its own and every pattern periodic, as in Kutter (1998): a picture may be cut anywhere, and its tiles still add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from bgstudio.marks.word import BITS
from bgstudio.pixels.types import Float

TILE = 128
"""Side of a tile in pixels of the picture."""

SHORTEST, LONGEST = 6.0, 32.0
"""Wavelengths in pixels: shorter ones do not survive half size and compression, longer ones show on plain walls."""

_SEED = 0x6267_7374  # never to be changed: pictures that are out in the world were marked with it


@cache
def patterns() -> Float:
    """float32 (49, 128, 128): the sync pattern and one for each bit; orthogonal, each of mean square 1.

    Flat magnitude over a ring of frequencies, phases at random; then made orthogonal (QR).
    """
    rng = np.random.default_rng(_SEED)
    across = np.fft.rfftfreq(TILE)[None, :]
    down = np.fft.fftfreq(TILE)[:, None]
    radius = np.hypot(across, down)
    ring = (radius >= 1 / LONGEST) & (radius <= 1 / SHORTEST)
    phases = rng.uniform(0, 2 * np.pi, (BITS + 1, *ring.shape))
    tiles = np.fft.irfft2(ring * np.exp(1j * phases), s=(TILE, TILE))
    columns, triangle = np.linalg.qr(tiles.reshape(BITS + 1, -1).T)
    columns *= np.sign(np.diag(triangle))  # the sign is the library's whim
    return np.ascontiguousarray(columns.T.reshape(BITS + 1, TILE, TILE) * TILE, dtype=np.float32)


def signal(bits: Sequence[int]) -> Float:
    """float32 (128, 128), mean square 1: the tile that says these 48 bits.

    The sync pattern has a third of the power: it must be found before there is a bit to read.
    """
    signs = np.array([np.sqrt(BITS / 2), *(1.0 if bit else -1.0 for bit in bits)], np.float32)
    tile = np.tensordot(signs, patterns(), 1)
    return np.asarray(tile / np.sqrt(np.square(tile).mean()), np.float32)
