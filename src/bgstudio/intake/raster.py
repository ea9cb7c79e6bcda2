"""Decoded pixels before their colours are understood, read in bands of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from bgstudio.errors import UnsupportedFormat

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (CIPA DC-008, tag 274) to what sets the picture upright."""

_PLAIN = {"L", "LA", "RGB", "RGBA", "CMYK", "LAB"}


class Raster:
    """Pixels of a Pillow image of mode L, LA, RGB, RGBA, CMYK or LAB, or of a uint16 array.

    Args:
        pixels: the image, or uint16 (H, W), (H, W, 3) or (H, W, 4), encoded values over the full range.
    """

    def __init__(self, pixels: Image.Image | npt.NDArray[np.uint16]) -> None:
        self._pixels = pixels
        if isinstance(pixels, np.ndarray):
            self.height, self.width = int(pixels.shape[0]), int(pixels.shape[1])
            mode = {1: "L", 3: "RGB", 4: "RGBA"}[1 if pixels.ndim == 2 else int(pixels.shape[2])]
        else:
            self.width, self.height = pixels.size
            mode = pixels.mode
        self.has_alpha = mode in ("LA", "RGBA")
        self.space = {"LA": "L", "RGBA": "RGB"}.get(mode, mode)
        self.deep = isinstance(pixels, np.ndarray)

    @classmethod
    def of(cls, image: Image.Image, ignore_empty_alpha: bool = False) -> Raster:
        """The raster of any loaded image; palettes, masks and rarer modes become plain ones.

        ``ignore_empty_alpha``: an alpha of nothing but 0 is an unused channel (32-bit BMP), not transparency.

        Raises:
            UnsupportedFormat: measurements (32-bit integers or floats) instead of a photo.
        """
        mode = image.mode
        if mode.startswith("I;16"):
            return cls(np.ascontiguousarray(np.asarray(image), np.uint16))
        if mode == "I":
            values = np.asarray(image)
            if values.min() >= 0 and values.max() <= 65535:
                return cls(values.astype(np.uint16))
        if mode in ("I", "F"):
            raise UnsupportedFormat(
                "The file holds 32-bit measurements instead of a photo.",
                "What is black and what is white in them cannot be told.",
                "Save it with 8 or 16 bits per channel.",
            )
        if "transparency" in image.info or mode in ("PA", "La", "RGBa"):
            image = image.convert("RGBA")
        elif mode not in _PLAIN:
            image = image.convert("L" if mode == "1" else "RGB")
        if ignore_empty_alpha and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
            image = image.convert("RGB")
        return cls(image)

    def turned(self, orientation: int) -> Raster:
        """Set upright by an EXIF orientation, 1..8; others leave it as it is."""
        turn = _TURNS.get(orientation)
        if turn is None:
            return self
        if isinstance(self._pixels, np.ndarray):
            return Raster(np.ascontiguousarray(_turn_array(self._pixels, orientation)))
        return Raster(self._pixels.transpose(turn))

    def image_band(self, top: int, bottom: int) -> Image.Image:
        """Rows of colours as a Pillow image of mode ``space``, 8 bits."""
        if isinstance(self._pixels, np.ndarray):
            return Image.fromarray((self.band(top, bottom)[0] >> 8).astype(np.uint8))
        part = self._pixels.crop((0, top, self.width, bottom))
        return part.convert(self.space) if self.has_alpha else part

    def band(self, top: int, bottom: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None]:
        """(colours, alpha) of some rows: (h, w) or (h, w, C), and (h, w) or None; uint8 or uint16, as stored."""
        if isinstance(self._pixels, np.ndarray):
            rows: npt.NDArray[Any] = self._pixels[top:bottom]
        else:
            rows = np.asarray(self._pixels.crop((0, top, self.width, bottom)))
        if not self.has_alpha:
            return rows, None
        colours = rows[..., 0] if self.space == "L" else rows[..., :3]
        return np.ascontiguousarray(colours), np.ascontiguousarray(rows[..., -1])

    def alpha_range(self) -> tuple[float, float]:
        """(least, greatest) alpha, 0..1; (1, 1) where there is none."""
        if not self.has_alpha:
            return 1.0, 1.0
        if isinstance(self._pixels, np.ndarray):
            alpha = self._pixels[..., -1]
            return float(alpha.min()) / 65535, float(alpha.max()) / 65535
        low, high = self._pixels.getchannel("A").getextrema()
        return float(low) / 255, float(high) / 255  # type: ignore[arg-type]  # numbers for images of one band


def _turn_array(pixels: npt.NDArray[np.uint16], orientation: int) -> npt.NDArray[np.uint16]:
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels
