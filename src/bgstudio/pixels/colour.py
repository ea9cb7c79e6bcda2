"""Transfer curves, luminance, OKLab. Colours are linear-light sRGB (Rec. 709 primaries, D65) unless named otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from bgstudio.pixels.types import Byte, Double, Float

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Rec. 709 luminance weights of linear RGB."""

SHOULDER = 0.6
"""Linear level above which the tone curve bends; below it plate and product share their mid-tones."""

# Björn Ottosson, "A perceptual color space for image processing", 2020.
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS = np.linalg.inv(_TO_LMS)
_FROM_LAB = np.linalg.inv(_TO_LAB)


def to_linear(encoded: Any) -> Float:
    """Encoded sRGB 0..1 of any shape to linear light (IEC 61966-2-1)."""
    c = np.asarray(encoded, np.float32)
    return np.where(c <= 0.04045, c / 12.92, np.power((np.maximum(c, 0) + 0.055) / 1.055, 2.4)).astype(np.float32)


def to_encoded(linear: Any) -> Float:
    """Linear light of any shape to encoded sRGB; negative values become 0, values above 1 stay above 1."""
    c = np.maximum(np.asarray(linear, np.float32), 0)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * np.power(np.maximum(c, 1e-8), 1 / 2.4) - 0.055).astype(
        np.float32
    )


_BYTE_TO_LINEAR = to_linear(np.arange(256, dtype=np.float32) / 255)


def bytes_to_linear(rgb: Byte) -> Float:
    """uint8 sRGB to linear float32; ``linear_to_bytes`` gives the very same bytes back."""
    return _BYTE_TO_LINEAR[rgb]


def linear_to_bytes(linear: Float) -> Byte:
    """Linear light, clipped to 0..1, to uint8 sRGB with rounding to nearest."""
    return quantise(to_encoded(np.clip(linear, 0, 1)))


def quantise(encoded: Float) -> Byte:
    """Encoded values 0..1 (clipped) to uint8, rounding to nearest."""
    return (np.clip(encoded, 0, 1) * 255 + 0.5).astype(np.uint8)


def to_unit(encoded: Byte) -> Float:
    """uint8 encoded values to float32 0..1, still encoded; ``quantise`` gives the very same bytes back."""
    return encoded.astype(np.float32) / np.float32(255)


def luminance(linear: Float) -> Float:
    """Relative luminance Y of linear (..., 3)."""
    return linear[..., :3] @ LUMA


def tone_curve(radiance: Float, exposure: float = 1.0) -> Float:
    """Scene radiance to display-linear 0..1: a straight line up to 0.6, an exponential shoulder above.

    Below the shoulder nothing changes, so a plate and the product laid over it keep the same mid-tones.
    """
    x = np.maximum(radiance * np.float32(exposure), 0)
    k = np.float32(SHOULDER)
    bent = k + (1 - k) * (1 - np.exp(-(np.maximum(x, k) - k) / (1 - k)))
    return np.clip(np.where(x < k, x, bent), 0, 1).astype(np.float32)


def from_tone_curve(display: Any) -> Float:
    """Display-linear 0..1 back to the radiance that ``tone_curve`` shows as it, at an exposure of 1.

    Full white would need infinite light; it gets what is shown as white in 8 bits.
    """
    y = np.clip(np.asarray(display, np.float32), 0, np.float32(0.9995))
    k = np.float32(SHOULDER)
    bent = k - (1 - k) * np.log(1 - (np.maximum(y, k) - k) / (1 - k))
    return np.where(y < k, y, bent).astype(np.float32)


def linear_to_oklab(linear: Any) -> Double:
    """Linear RGB (..., 3) to OKLab (L 0..1, a, b)."""
    lms: Double = np.cbrt(np.maximum(np.asarray(linear, np.float64) @ _TO_LMS.T, 0))
    return lms @ _TO_LAB.T


def oklab_to_linear(lab: Any) -> Double:
    """OKLab (..., 3) to linear RGB, not clipped."""
    lms: Double = np.asarray(lab, np.float64) @ _FROM_LAB.T
    return lms**3 @ _FROM_LMS.T


def oklch_to_linear(lightness: float, chroma: float, hue: float) -> Double:
    """OKLCh (hue in degrees) to linear RGB 0..1, with chroma reduced until the colour exists in sRGB."""
    angle = np.radians(hue)
    colour = np.zeros(3)
    for k in np.linspace(1, 0, 21):
        colour = oklab_to_linear([lightness, chroma * k * np.cos(angle), chroma * k * np.sin(angle)])
        if colour.min() > -0.002 and colour.max() < 1.002:
            break
    return np.clip(colour, 0, 1)


def linear_to_oklch(linear: Any) -> tuple[float, float, float]:
    """One linear RGB colour to (lightness, chroma, hue in degrees 0..360)."""
    lab = linear_to_oklab(np.asarray(linear, np.float64))
    return float(lab[0]), float(np.hypot(lab[1], lab[2])), float(np.degrees(np.arctan2(lab[2], lab[1]))) % 360


def hex_to_linear(text: str) -> Float:
    """``#rrggbb`` to linear RGB (3,)."""
    digits = text.lstrip("#")
    return to_linear([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)])


def linear_to_hex(linear: Any) -> str:
    """Linear RGB (3,) to ``#rrggbb``."""
    r, g, b = linear_to_bytes(np.asarray(linear, np.float32))
    return f"#{r:02x}{g:02x}{b:02x}"
