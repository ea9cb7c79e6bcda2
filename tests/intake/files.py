"""Picture files made in memory."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

from bgstudio.pixels.types import Byte

pillow_heif.register_heif_opener()


def noise(height: int = 48, width: int = 64, channels: int = 3, seed: int = 0) -> Byte:
    """Random uint8 pixels, (H, W) for one channel."""
    shape = (height, width) if channels == 1 else (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def smooth(height: int = 64, width: int = 96) -> Byte:
    """A colour gradient that lossy formats keep well, with a bright corner at the top left."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    rgb = np.stack([60 + 120 * x, 60 + 120 * y, 160 - 100 * x], -1).astype(np.uint8)
    rgb[: height // 4, : width // 4] = 250
    return rgb


def encode(pixels: Byte | Image.Image, file_format: str, **options: Any) -> bytes:
    """A file of the given Pillow format."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored_as(upright: Byte, orientation: int) -> Image.Image:
    """How a camera stores a picture that has to be turned by ``orientation`` to be upright."""
    image = Image.fromarray(upright)
    return image.transpose(_UNDO[orientation]) if orientation in _UNDO else image


def chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(pixels: npt.NDArray[Any], *extra: bytes) -> bytes:
    """A PNG of uint8 or uint16 (H, W), (H, W, 2), (H, W, 3) or (H, W, 4), with further chunks before the pixels."""
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], pixels.itemsize * 8, colour, 0, 0, 0)
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(pixels.shape[0], -1)
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(body)), chunk(b"IEND", b"")]
    )


def exif(**tags: int | str) -> Image.Exif:
    """EXIF with ``orientation`` and ``model``."""
    out = Image.Exif()
    numbers = {"orientation": 0x0112, "model": 0x0110}
    for name, value in tags.items():
        out[numbers[name]] = value
    return out


def exif_with_place(model: str) -> Image.Exif:
    """EXIF that tells where a photo was taken, and with what."""
    out = exif(model=model)
    out.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return out


def _s15(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def profile(
    columns: tuple[tuple[float, float, float], ...], gamma: float | bytes, space: bytes = b"RGB ", name: str = "drawn"
) -> bytes:
    """An ICC profile of version 2 from D50 colorants and one curve (a gamma, or the bytes of a curve tag)."""
    curve = gamma if isinstance(gamma, bytes) else b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    text = name.encode("ascii") + b"\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78),
        b"wtpt": b"XYZ \0\0\0\0" + _s15(0.9642, 1.0, 0.8249),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        tags |= {
            key: b"XYZ \0\0\0\0" + _s15(*column)
            for key, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
        }
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for key, value in tags.items():
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", key, offset + len(body), len(value))
        body += value
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"mntr", space, b"XYZ ") + bytes(12) + b"acsp"
    head += bytes(28) + _s15(0.9642, 1.0, 0.8249) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""D50 colorants of Display P3, as published in its profile."""

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""D50 colorants of Adobe RGB (1998), as published in its profile."""

SRGB_CURVE = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _s15(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""The transfer curve of sRGB as a curve tag."""
