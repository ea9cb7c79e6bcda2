"""Pixels to file bytes. The same pixels give the same bytes; no file carries metadata beside its colour profile and
the packet that says how it was made."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bgstudio.domain.brief import MAX_SIDE, MIN_SIDE, FileFormat
from bgstudio.errors import ExportError
from bgstudio.export.srgb import srgb_profile
from bgstudio.pixels.alpha import premultiply
from bgstudio.pixels.colour import bytes_to_linear, linear_to_bytes
from bgstudio.pixels.types import Byte

EXTENSIONS = {
    FileFormat.PNG: ".png",
    FileFormat.JPEG: ".jpg",
    FileFormat.WEBP: ".webp",
    FileFormat.AVIF: ".avif",
}
"""File name extension of each format."""

MEDIA_TYPES = {
    FileFormat.PNG: "image/png",
    FileFormat.JPEG: "image/jpeg",
    FileFormat.WEBP: "image/webp",
    FileFormat.AVIF: "image/avif",
}
"""Media type of each format, for HTTP."""

DEFAULT_QUALITY = {FileFormat.JPEG: 92, FileFormat.WEBP: 90, FileFormat.AVIF: 80}
"""Quality 1..100 where none is asked for; PNG is lossless."""

_THREADS = 1  # of the AVIF encoder; its bytes must not depend on the machine's cores


def encode(
    pixels: Byte,
    file_format: FileFormat,
    *,
    quality: int | None = None,
    flatten: bool = False,
    xmp: bytes | None = None,
) -> bytes:
    """A finished picture as a file.

    Args:
        pixels: uint8 (H, W, 3), or (H, W, 4) with straight alpha; encoded sRGB; 64..4096 pixels a side.
        file_format: PNG (lossless), JPEG (4:4:4), WebP or AVIF (4:4:4, alpha lossless or nearly so).
        quality: 1..100; see ``DEFAULT_QUALITY``; has no meaning for PNG.
        flatten: lay a transparent picture on white first, in linear light.
        xmp: packet that says how it was made, or None.

    Raises:
        ExportError: a size or quality that is not written, or transparency in a JPEG without ``flatten``.
    """
    _check(pixels, quality)
    if flatten and pixels.shape[2] == 4:
        pixels = on_white(pixels)
    if file_format is FileFormat.JPEG and pixels.shape[2] == 4:
        raise ExportError(
            "A JPEG cannot be transparent.",
            "The picture has an alpha channel.",
            "Choose PNG, WebP or AVIF, or have it laid on white.",
        )
    return write(pixels, file_format, quality, xmp)


def on_white(pixels: Byte) -> Byte:
    """uint8 (H, W, 4) straight, encoded sRGB, over white, mixed in linear light, to (H, W, 3); opaque pixels stay."""
    alpha = pixels[..., 3].astype(np.float32) / np.float32(255)
    linear = premultiply(bytes_to_linear(pixels[..., :3]), alpha) + (1 - alpha)[..., None]
    return np.where(pixels[..., 3:] == 255, pixels[..., :3], linear_to_bytes(linear))


def write(pixels: Byte, file_format: FileFormat, quality: int | None = None, xmp: bytes | None = None) -> bytes:
    """As ``encode``, for any size and also for gray (H, W); the caller has checked them."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    options = _OPTIONS[file_format](quality or DEFAULT_QUALITY.get(file_format, 100))
    if pixels.ndim == 3:
        options["icc_profile"] = srgb_profile()
    if xmp is not None and file_format is FileFormat.PNG:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    elif xmp is not None:
        options["xmp"] = xmp
    buffer = io.BytesIO()
    image.save(buffer, file_format.value.upper(), **options)
    return buffer.getvalue()


def read_own(data: bytes) -> tuple[Byte, FileFormat]:
    """A file that ``write`` has made, back to pixels: uint8 (H, W, 3) or (H, W, 4), encoded sRGB; and its format.

    Not for what strangers send: that goes through ``intake``.
    """
    with Image.open(io.BytesIO(data)) as opened:
        pixels = np.asarray(opened if opened.mode in ("RGB", "RGBA") else opened.convert("RGB"), np.uint8)
        return pixels, FileFormat(str(opened.format).lower())


def _png(_quality: int) -> dict[str, Any]:
    return {"compress_level": 4}


def _jpeg(quality: int) -> dict[str, Any]:
    return {"quality": quality, "subsampling": 0, "optimize": True}


def _webp(quality: int) -> dict[str, Any]:
    return {"quality": quality, "method": 4, "alpha_quality": 100}


def _avif(quality: int) -> dict[str, Any]:
    return {"quality": quality, "speed": 6, "subsampling": "4:4:4", "max_threads": _THREADS}


_OPTIONS: dict[FileFormat, Callable[[int], dict[str, Any]]] = {
    FileFormat.PNG: _png,
    FileFormat.JPEG: _jpeg,
    FileFormat.WEBP: _webp,
    FileFormat.AVIF: _avif,
}


def _check(pixels: Byte, quality: int | None) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise TypeError("pixels must be uint8 (H, W, 3) or (H, W, 4)")
    check_size(int(pixels.shape[1]), int(pixels.shape[0]))
    if quality is not None and not 1 <= quality <= 100:
        raise ExportError(
            f"A quality of {quality} does not exist.",
            remedy="Choose a number from 1 (smallest file) to 100 (best picture).",
        )


def check_size(width: int, height: int) -> None:
    """Raise ``ExportError`` for a size outside 64..4096 pixels a side."""
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise ExportError(
            f"A picture of {width} × {height} pixels is not written.",
            f"Each side must have {MIN_SIDE} to {MAX_SIDE} pixels.",
            "Choose another size.",
        )
