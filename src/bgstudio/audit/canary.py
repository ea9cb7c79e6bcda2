"""A photo that exists nowhere else, and how to recognise its pieces."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass

import numpy as np
from PIL import Image

from bgstudio.pixels.types import Byte

PIECE = 24
"""Bytes of a piece: so long that none turns up by chance."""


@dataclass(frozen=True)
class Canary:
    """A photo, a reference, and words, each unique to this run.

    Attributes:
        photo: PNG bytes with alpha, so that no network has to cut it out.
        reference: JPEG bytes.
        words: a prompt with a random word in it.
        name: a file name with a random word in it.
        pieces: what to search for, by what it would be: runs of bytes of the files, of their decoded rows, and words.
    """

    photo: bytes
    reference: bytes
    words: str
    name: str
    pieces: dict[str, tuple[bytes, ...]]


def draw_canary(seed: int | None = None, side: int = 320) -> Canary:
    """Draw one: a noisy disc on nothing, and a noisy reference. ``seed`` None draws another one each time."""
    rng = np.random.default_rng(secrets.randbits(64) if seed is None else seed)
    word = "canary" + "".join(rng.choice(list("bcdfghklmnprst"), 12))
    noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    alpha = np.where(x**2 + y**2 < 0.6, 255, 0).astype(np.uint8)
    photo = _file(Image.fromarray(np.dstack([noise, alpha])), "PNG", compress_level=1)
    other = rng.integers(0, 256, (side // 2, side // 2, 3), dtype=np.uint8)
    reference = _file(Image.fromarray(other), "JPEG", quality=92)
    decoded = np.asarray(Image.open(io.BytesIO(reference)).convert("RGB"))
    pieces = {
        "the photo's file": _runs(photo),
        "the photo's pixels": _rows(noise),
        "the photo's pixels, with alpha": _rows(np.dstack([noise, alpha])),
        "the reference's file": _runs(reference),
        "the reference's pixels": _rows(decoded),
        "the prompt": (word.encode(), word.encode("utf-16-le")),
        "the file's name": (f"photo-{word}".encode(),),
    }
    return Canary(photo, reference, f"on a {word} marble counter", f"photo-{word}.png", pieces)


def _file(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _runs(data: bytes, count: int = 24) -> tuple[bytes, ...]:
    """Pieces spread over a file, its head left out: tables there are alike in all files."""
    starts = np.linspace(1000, len(data) - PIECE - 20, count).astype(int)
    return tuple(data[start : start + PIECE] for start in starts)


def _rows(pixels: Byte, count: int = 24) -> tuple[bytes, ...]:
    """Pieces from the middles of rows."""
    height, width = pixels.shape[:2]
    rows = np.linspace(height // 4, 3 * height // 4, count).astype(int)
    return tuple(pixels[row, width // 2 - 12 : width // 2 + 12].tobytes()[:PIECE] for row in rows)
