"""The watermark: written into a picture's background, and found again after much that pictures go through.

Written: the tile of ``pattern.signal`` is repeated over the picture and added to all three channels alike, around one
level of 255 in strength, and rounded. The product's pixels, soft edges included, are never touched; pure white stays
pure white; nothing is clipped.

Read: the picture's light minus its own blur, evened out by local contrast, is folded into one tile, so that the mark
adds up and the picture does not; whitened, and correlated with the sync pattern at every shift (the matched filter of
Hernandez and Perez-Gonzalez, 1999, for an unknown image). What stands out is the mark's place; there the 48 bits are
read. A picture of another size is brought back to its own first: ``period`` tells by how much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from bgstudio.marks.pattern import TILE, patterns, signal
from bgstudio.marks.period import period
from bgstudio.marks.word import Word, bits_of, likeliest_word
from bgstudio.pixels.colour import LUMA
from bgstudio.pixels.types import Bool, Byte, Float

LEAST, SMALL, NARROW, MOST = 0.85, 1.05, 1.3, 1.9
"""Strength in levels of 255, root mean square: on plain ground in large pictures, in small ones, where little of
the picture is free, as beside a packshot's shadow, and on busy ground.
Of plain ground one level more is seen, as the tooth of a paper that is not there; the strongest leaves 42.5 dB."""

FOUND, SURE = 5.5, 6.0
"""How many deviations the sync pattern must stand out by: with a word that its checksum confirms, and alone. Pictures
without a mark reach 4 to 4.6; by chance one in some thousand would reach the first, and one in some ten thousand the
second."""

_PARTS = 0.1, 0.25  # of a picture that are free: at the first it is as strong as in narrow ground, at the second not
_PLENTY = 850_000.0  # free pixels from which the least strength is enough on plain ground
_CALM, _BUSY = 1.5, 5.0  # deviation of fine light, in levels, of plain ground and of busy ground
_REACH = 25  # pixels within which the calmest place counts
_DARKEST, _BRIGHT = 0.65, 100.0  # part of the mark in black, and the level from which there is all of it
_NEAR_WHITE = 20.0  # levels below white within which the mark fades out
_WIDE, _NEAR = 29, 15  # sides in pixels of boxes: what is broader than the first is picture and not mark
_MOST_SIDE = 2048  # of the part that is looked at; more changes nothing
_PERIOD_SIDE = 1024  # of the part in which repetition is looked for


@dataclass(frozen=True)
class Sign:
    """A watermark that was found.

    Attributes:
        word: what it says; None where it is there and cannot be read.
        score: deviations by which it stands out.
        turned: bits that had to be turned over for the checksum.
        scale: by which the picture had to be enlarged to look as it was made.
        bits: the 48 as they were read, before any was turned over.
    """

    word: Word | None
    score: float
    turned: int
    scale: float
    bits: tuple[int, ...] = ()


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
    room = max(1.0, float(white[free].sum()))
    most = np.interp(room / free.size, _PARTS, (NARROW, SMALL))
    plain = float(np.clip(LEAST * np.sqrt(_PLENTY / room), LEAST, most))
    return np.asarray((plain + (MOST - plain) * busy) * dark * white, np.float32)


def find(pixels: Byte) -> Sign | None:
    """The watermark of a picture: uint8 (H, W, 3) or (H, W, 4), encoded sRGB; None where there is none.

    Looked for as it was made, at the scale that its own repetition tells, and at half and twice its size.
    """
    height, width = pixels.shape[:2]
    rows, columns = (
        slice((side - min(side, _MOST_SIDE)) // 2, (side + min(side, _MOST_SIDE)) // 2) for side in (height, width)
    )
    light = np.ascontiguousarray(pixels[rows, columns, :3].astype(np.float32) @ LUMA)
    best: Sign | None = None
    for scale in _scales(light):
        seen = _look(light, scale)
        if seen is not None and (best is None or seen.score > best.score):
            best = seen
        if best is not None and best.word is not None:
            break
    return best


def _scales(light: Float) -> Iterator[float]:
    yield 1.0
    side = period(_even(_middle(light, _PERIOD_SIDE)))
    if side is not None and abs(side / TILE - 1) > 0.001:
        yield TILE / side
    yield from (2.0, 0.5)


def _look(light: Float, scale: float) -> Sign | None:
    if min(light.shape) * scale < TILE:
        return None
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
    if read is None and score < SURE:
        return None
    bits = tuple(int(value > 0) for value in soft)
    return Sign(read[0] if read else None, round(score, 2), read[1] if read else 0, scale, bits)


def fold(light: Float) -> Float | None:
    """Float (128, 128): the sum of a picture's evened-out tiles; None for a picture smaller than one."""
    height, width = light.shape
    if height < TILE or width < TILE:
        return None
    even = _even(light)
    padded = np.zeros((-(-height // TILE) * TILE, -(-width // TILE) * TILE), np.float32)
    padded[:height, :width] = even
    return np.asarray(padded.reshape(-1, TILE, padded.shape[1] // TILE, TILE).sum((0, 2)), np.float32)


def _even(light: Float) -> Float:
    """Fine light, evened out by its local contrast, -2..2: edges of the picture count no more than its plains."""
    fine = light - _blurred(light, _WIDE)
    local = np.sqrt(np.maximum(_blurred(fine * fine, _NEAR), 0))
    return np.asarray(np.clip(fine / (local + 1), -2, 2), np.float32)


def _blurred(light: Float, side: int) -> Float:
    """Two boxes on each other: near enough to a Gaussian of .4 times the side, and its cost does not grow with it."""
    return np.asarray(cv2.blur(cv2.blur(light, (side, side)), (side, side)), np.float32)


def _middle(light: Float, most: int) -> Float:
    """The middle of a picture, at most so many pixels a side."""
    height, width = light.shape
    top, left = max(0, height - most) // 2, max(0, width - most) // 2
    return light[top : top + most, left : left + most]


def _scaled(light: Float, scale: float) -> Float:
    """The middle of a picture, at most ``_MOST_SIDE`` pixels a side once it is enlarged."""
    part = _middle(light, int(_MOST_SIDE / max(1.0, scale)))
    if scale == 1:
        return part
    size = round(part.shape[1] * scale), round(part.shape[0] * scale)
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(part, size, interpolation=way), np.float32)


def _whitened(tile: Float) -> npt.NDArray[np.complex128]:
    """The tile's spectrum with its loud frequencies quietened: those are the picture's."""
    spectrum = np.fft.rfft2(tile - tile.mean())
    size = np.abs(spectrum)
    return np.asarray(spectrum / (size + 0.3 * np.median(size) + 1e-9))


@cache
def _spectra() -> npt.NDArray[np.complex128]:
    return np.asarray(np.fft.rfft2(patterns()))
