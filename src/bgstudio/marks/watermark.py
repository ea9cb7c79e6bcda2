"""The watermark: written into a picture's background, and found again after much that pictures go through.

Written: the tile of ``pattern.signal`` is repeated over the picture and added to all three channels alike, around one
level of 255 in strength, and rounded. The product's pixels, soft edges included, are never touched; pure white stays
pure white; nothing is clipped.

Read: the picture's light minus its own blur, evened out by local contrast, is folded into one tile, so that the mark
adds up and the picture does not; whitened, and correlated with the sync pattern at every shift and a few scales (the
matched filter of Hernandez and Perez-Gonzalez, 1999, for an unknown image). What stands out is the mark's place; there
the 48 bits are read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from bgstudio.marks.pattern import TILE, patterns, signal
from bgstudio.marks.word import Word, bits_of, likeliest_word
from bgstudio.pixels.colour import LUMA
from bgstudio.pixels.types import Bool, Byte, Float

LEAST, SMALL, MOST = 0.85, 1.05, 1.9
"""Strength in levels of 255, root mean square: on plain ground in large pictures, in small ones, and on busy ground.
Of plain ground one level more is seen, as the tooth of a paper that is not there; the strongest leaves 42.5 dB."""

FOUND = 5.5
"""How many deviations the sync pattern must stand out by. Pictures without a mark reach 4 to 4.6."""

_PLENTY = 850_000.0  # free pixels from which the least strength is enough on plain ground
_CALM, _BUSY = 1.5, 5.0  # deviation of fine light, in levels, of plain ground and of busy ground
_REACH = 25  # pixels within which the calmest place counts
_DARKEST, _BRIGHT = 0.65, 100.0  # part of the mark in black, and the level from which there is all of it
_NEAR_WHITE = 10.0  # levels below white within which the mark fades out
_WIDE, _NEAR = 29, 15  # sides in pixels of boxes: what is broader than the first is picture and not mark
_MOST_SIDE = 2048  # of the part that is looked at; more changes nothing
_SCALES = (1.0, 2.0)
"""Of the picture by the marked one: as it was made, and at half its size."""


@dataclass(frozen=True)
class Sign:
    """A watermark that was found.

    Attributes:
        word: what it says; None where it is there and cannot be read.
        score: deviations by which it stands out.
        turned: bits that had to be turned over for the checksum.
        scale: by which the picture had to be enlarged to look as it was made.
    """

    word: Word | None
    score: float
    turned: int
    scale: float


def watermark(pixels: Byte, alpha: Byte, word: Word) -> npt.NDArray[np.int8]:
    """What is to be added to every channel: int8 (H, W).

    Args:
        pixels: uint8 (H, W, 3), encoded sRGB.
        alpha: uint8 (H, W), the product's: wherever it is above 0, nothing is added.
        word: what the mark shall say.
    """
    height, width = alpha.shape
    lowest, highest = pixels.min(2).astype(np.int16), pixels.max(2).astype(np.int16)
    free = (alpha == 0) & (lowest < 255)
    across, down = -(-width // TILE), -(-height // TILE)
    tiles = np.tile(signal(bits_of(word)), (down, across))[:height, :width]
    added = np.rint(tiles * strength(pixels, free)).astype(np.int16)
    added = np.clip(added, -np.minimum(lowest, 127), np.minimum(255 - highest, 127))
    return np.where(free, added, 0).astype(np.int8)


def marked(pixels: Byte, added: npt.NDArray[np.int8]) -> Byte:
    """The picture with its mark: uint8 (H, W, 3)."""
    return (pixels.astype(np.int16) + added[..., None]).astype(np.uint8)


def strength(pixels: Byte, free: Bool) -> Float:
    """float32 (H, W): the mark's levels place by place; see ``LEAST``, ``SMALL`` and ``MOST``.

    One level is more of the light of a dark place than of a bright one, and is seen there sooner. Busy ground hides
    more; how busy a place is, its calmest neighbour decides, so that no halo grows around an edge. In what is all but
    white, single specks would show.
    """
    light = pixels.astype(np.float32) @ LUMA
    soft = cv2.GaussianBlur(light, (0, 0), 3.0)
    rough = np.sqrt(np.maximum(cv2.GaussianBlur(np.square(light - soft), (0, 0), 2.5), 0))
    calmest = cv2.GaussianBlur(cv2.erode(rough, np.ones((_REACH, _REACH), np.uint8)), (0, 0), 5.0)
    busy = np.clip((calmest - _CALM) / (_BUSY - _CALM), 0, 1)
    dark = np.clip(_DARKEST + (1 - _DARKEST) * soft / _BRIGHT, _DARKEST, 1)
    white = np.minimum((255 - pixels.min(2)).astype(np.float32) / _NEAR_WHITE, 1)
    room = max(1, int(free.sum()))
    plain = float(np.clip(LEAST * np.sqrt(_PLENTY / room), LEAST, SMALL))
    return np.asarray((plain + (MOST - plain) * busy) * dark * white, np.float32)


def find(pixels: Byte) -> Sign | None:
    """The watermark of a picture: uint8 (H, W, 3) or (H, W, 4), encoded sRGB; None where there is none."""
    height, width = pixels.shape[:2]
    rows, columns = (
        slice((side - min(side, _MOST_SIDE)) // 2, (side + min(side, _MOST_SIDE)) // 2) for side in (height, width)
    )
    light = np.ascontiguousarray(pixels[rows, columns, :3].astype(np.float32) @ LUMA)
    best: Sign | None = None
    for scale in _SCALES:
        seen = _look(light, scale)
        if seen is not None and (
            best is None or (seen.word is not None, seen.score) > (best.word is not None, best.score)
        ):
            best = seen
        if best is not None and best.word is not None:
            break
    return best


def _look(light: Float, scale: float) -> Sign | None:
    folded = fold(_scaled(light, scale))
    if folded is None:
        return None
    spectrum = _whitened(folded)
    shape = np.fft.irfft2(spectrum * np.conj(_spectra()[0]), s=(TILE, TILE))
    at = np.unravel_index(int(np.argmax(shape)), shape.shape)
    score = float((shape[at] - shape.mean()) / max(float(shape.std()), 1e-9))  # a plain picture has no deviation
    if score < FOUND:
        return None
    tile = np.roll(np.fft.irfft2(spectrum, s=(TILE, TILE)), (-int(at[0]), -int(at[1])), (0, 1))
    soft = np.tensordot(patterns()[1:], tile, 2)
    read = likeliest_word([float(value) for value in soft])
    return Sign(read[0] if read else None, round(score, 2), read[1] if read else 0, scale)


def fold(light: Float) -> Float | None:
    """Float (128, 128): the sum of a picture's evened-out tiles; None for a picture smaller than one."""
    height, width = light.shape
    if height < TILE or width < TILE:
        return None
    fine = light - _blurred(light, _WIDE)
    local = np.sqrt(np.maximum(_blurred(fine * fine, _NEAR), 0))
    even = np.clip(fine / (local + 1), -2, 2)
    padded = np.zeros((-(-height // TILE) * TILE, -(-width // TILE) * TILE), np.float32)
    padded[:height, :width] = even
    return np.asarray(padded.reshape(-1, TILE, padded.shape[1] // TILE, TILE).sum((0, 2)), np.float32)


def _blurred(light: Float, side: int) -> Float:
    """Two boxes on each other: near enough to a Gaussian of .4 times the side, and its cost does not grow with it."""
    return np.asarray(cv2.blur(cv2.blur(light, (side, side)), (side, side)), np.float32)


def _scaled(light: Float, scale: float) -> Float:
    """The middle of a picture, at most ``_MOST_SIDE`` pixels a side once it is enlarged."""
    height, width = light.shape
    rows, columns = (min(side, int(_MOST_SIDE / scale)) for side in (height, width))
    top, left = (height - rows) // 2, (width - columns) // 2
    part = light[top : top + rows, left : left + columns]
    if scale == 1:
        return part
    size = round(columns * scale), round(rows * scale)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _whitened(tile: Float) -> npt.NDArray[np.complex128]:
    """The tile's spectrum with its loud frequencies quietened: those are the picture's."""
    spectrum = np.fft.rfft2(tile - tile.mean())
    size = np.abs(spectrum)
    return np.asarray(spectrum / (size + 0.3 * np.median(size) + 1e-9))


@cache
def _spectra() -> npt.NDArray[np.complex128]:
    return np.asarray(np.fft.rfft2(patterns()))
