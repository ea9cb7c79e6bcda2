"""ICC profiles made of curves and a matrix, read into numbers; they cover nearly every photo's profile.

ICC.1:2022 (profile version 4.4), and version 2 for older files. Evaluating them here keeps 16-bit precision and costs a
table and a 3 × 3 matrix; profiles with lookup tables (print, scanners) are left to the colour management library.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from bgstudio.pixels.colour import to_linear
from bgstudio.pixels.types import Double

_WHITE_D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

SRGB_XY = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
"""Chromaticities of red, green, blue and white of sRGB (IEC 61966-2-1)."""


class BrokenProfile(ValueError):
    """The profile contradicts the standard or itself."""


@dataclass(frozen=True, eq=False)
class Curves:
    """A colour space given by curves and primaries.

    Attributes:
        curves: float64 (3, 1024) for RGB or (1, 1024) for gray: encoded 0..1 in even steps to linear.
        matrix: float64 (3, 3), linear RGB of the profile to linear sRGB, white to white; identity for gray.
    """

    curves: Double
    matrix: Double

    @property
    def is_srgb(self) -> bool:
        """Whether grays differ from sRGB by less than one 8-bit level and colours by less than 1.6.

        Then the profile is one of the many descriptions of sRGB, and the bytes can stay as they are.
        """
        if len(self.curves) != 3:
            return False
        steps = np.linspace(0, 1, 256)
        base = [np.interp(steps, _STEPS, curve) for curve in self.curves]
        corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)], float)
        for colour in (*corners, *(corners * 0.5 + 0.1)):
            here = np.array([np.interp(value, _STEPS, curve) for value, curve in zip(colour, self.curves, strict=True)])
            if np.abs(_encode(self.matrix @ here) - colour).max() > 1.6 / 255:
                return False
        return max(float(np.abs(_encode(values) - steps).max()) for values in base) < 1 / 255


_STEPS = np.linspace(0, 1, 1024)


def _encode(linear: Double) -> Double:
    c = np.clip(linear, 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * np.maximum(c, 1e-9) ** (1 / 2.4) - 0.055)


def primaries_to_srgb(xy: tuple[tuple[float, float], ...]) -> Double:
    """Matrix from linear RGB of the given chromaticities (red, green, blue, white) to linear sRGB; white to white.

    Raises:
        BrokenProfile: the chromaticities span no triangle.
    """
    return np.linalg.inv(_to_d50(SRGB_XY)) @ _to_d50(xy)


def _to_d50(xy: tuple[tuple[float, float], ...]) -> Double:
    """RGB to XYZ adapted to D50 (SMPTE RP 177 for the matrix, Bradford for the adaptation)."""
    if any(not 0 < y <= 1 for _, y in xy):
        raise BrokenProfile("chromaticity without luminance")
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in xy]).T
    if abs(np.linalg.det(columns[:, :3])) < 1e-6:
        raise BrokenProfile("primaries on one line")
    matrix = columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])
    gain = (_BRADFORD @ _WHITE_D50) / (_BRADFORD @ columns[:, 3])
    return np.linalg.inv(_BRADFORD) @ (gain[:, None] * (_BRADFORD @ matrix))


def space_of(profile: bytes) -> str:
    """``RGB``, ``GRAY``, ``CMYK``, ``Lab``, ... as the profile's header says.

    Raises:
        BrokenProfile: not a profile.
    """
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise BrokenProfile("not a profile")
    return profile[16:20].decode("ascii", "replace").strip()


def read_curves(profile: bytes) -> Curves | None:
    """A matrix or gray profile as numbers; None for one that needs its lookup tables.

    Raises:
        BrokenProfile: not a profile, a table cut off, or primaries that do not add up to white.
    """
    space = space_of(profile)
    try:
        tags = _tags(profile)
        if profile[20:24] != b"XYZ " or b"A2B0" in tags:
            return None
        if space == "GRAY" and b"kTRC" in tags:
            return Curves(_from_black(_curve(tags[b"kTRC"]))[None], np.eye(3))
        names = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
        if space != "RGB" or any(name not in tags for group in names for name in group):
            return None
        columns = np.array([struct.unpack_from(">iii", tags[name], 8) for name in names[0]]).T / 65536
        curves = np.array([_from_black(_curve(tags[name])) for name in names[1]])
    except (struct.error, IndexError):
        raise BrokenProfile("cut off") from None
    if np.abs(columns.sum(1) - _WHITE_D50).max() > 0.03 or abs(np.linalg.det(columns)) < 1e-4:
        raise BrokenProfile("primaries do not add up to white")
    matrix = np.linalg.inv(_to_d50(SRGB_XY)) @ columns
    return Curves(curves, matrix / matrix.sum(1, keepdims=True))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    if count > 200:
        raise BrokenProfile("too many tags")
    tags = {}
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if offset + size > len(profile):
            raise BrokenProfile("cut off")
        tags[name] = profile[offset : offset + size]
    return tags


def _curve(tag: bytes) -> Double:
    """A ``curv`` or ``para`` tag, evaluated at 1024 even steps."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return _STEPS.copy()
        if count == 1:
            return _STEPS ** (struct.unpack_from(">H", tag, 12)[0] / 256)
        if count > 65536 or 12 + 2 * count > len(tag):
            raise BrokenProfile("curve cut off")
        table = np.frombuffer(tag, ">u2", count, 12) / 65535
        return np.interp(_STEPS, np.linspace(0, 1, count), table)
    if tag[:4] == b"para":
        return _parametric(tag)
    raise BrokenProfile("curve of an unknown kind")


def _from_black(curve: Double) -> Double:
    """Black point compensation: the darkest value becomes 0, white stays."""
    return (curve - curve[0]) / (1 - curve[0]) if 0 < curve[0] < 0.5 else curve


def _parametric(tag: bytes) -> Double:
    """Functions 0 to 4 of ``parametricCurveType`` (ICC.1, table 68)."""
    (kind,) = struct.unpack_from(">H", tag, 8)
    counts = (1, 3, 4, 5, 7)
    if kind >= len(counts):
        raise BrokenProfile("curve of an unknown kind")
    g, *rest = (value / 65536 for value in struct.unpack_from(f">{counts[kind]}i", tag, 12))
    a, b, c, d, e, f = [*rest, *([0.0] * 6)][:6] if kind else (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    x = _STEPS
    power = np.maximum(a * x + b, 0) ** g
    if kind == 0:
        out = power
    elif kind in (1, 2):
        out = np.where(x >= (-b / a if a else 0), power + c, c)
    elif kind == 3:
        out = np.where(x >= d, power, c * x)
    else:
        out = np.where(x >= d, power + e, c * x + f)
    return np.clip(np.nan_to_num(out), 0, 1)


def srgb_curves() -> Curves:
    """sRGB itself."""
    return Curves(np.repeat(np.asarray(to_linear(_STEPS), float)[None], 3, 0), np.eye(3))


def gamma_curves(gamma: float, matrix: Double) -> Curves:
    """Equal power curves with the given matrix to sRGB."""
    return Curves(np.repeat((_STEPS**gamma)[None], 3, 0), matrix)
