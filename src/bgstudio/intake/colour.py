"""How a file's numbers become linear sRGB: which profile holds, and the arithmetic for bands of pixels.

Order of authority: coding points (CICP) where they name more than plain video, the embedded ICC profile, a camera's
mark for Adobe RGB, a PNG's gamma and chromaticities, sRGB.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import ImageCms

from bgstudio.intake.icc import (
    SRGB_XY,
    BrokenProfile,
    Curves,
    gamma_curves,
    primaries_to_srgb,
    read_curves,
    space_of,
    srgb_curves,
)
from bgstudio.intake.opening import Opened
from bgstudio.intake.press import press_to_linear
from bgstudio.intake.raster import Raster
from bgstudio.pixels.colour import bytes_to_linear, to_linear, tone_curve
from bgstudio.pixels.types import Double, Float

_D65 = (0.3127, 0.3290)
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
}
"""Chromaticities by code point of ITU-T H.273; what is missing is treated as BT.709, the primaries of sRGB."""

_PRIMARY_NAMES = {9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
_ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65)
_STEPS = np.linspace(0, 1, 1024)
_SRGB_TABLE = bytes_to_linear(np.arange(256, dtype=np.uint8))[None]
_HDR_WHITE = 203.0
"""Nits of diffuse white in HDR pictures (ITU-R BT.2408)."""

_PQ, _HLG, _LINEAR, _GAMMA22, _GAMMA28 = 16, 18, 8, 4, 5


@dataclass
class Reading:
    """How to read a raster.

    Attributes:
        linearise: (raster, top, bottom) to float32 (h, w, 3) or, for gray, (h, w); of the file's primaries.
        matrix: float32 (3, 3) from there to linear sRGB, or None.
        exact: the stored 8-bit values are encoded sRGB themselves.
        bright: values above 1 are light to be compressed, not clipped.
        profile: name of the embedded profile, or None.
        notes: sentences for the person.
    """

    linearise: Callable[[Raster, int, int], Float]
    matrix: Float | None = None
    exact: bool = False
    bright: bool = False
    profile: str | None = None
    notes: tuple[str, ...] = ()

    def to_srgb(self, linear: Float) -> tuple[Float, float]:
        """Linear values of the file's primaries to (linear sRGB 0..1, part outside it, from every fourth row)."""
        if self.matrix is not None and linear.ndim == 3:
            linear = np.asarray(cv2.transform(linear, self.matrix), np.float32)
        outside = _part_outside(linear[::4]) if self.matrix is not None else 0.0
        return tone_curve(linear) if self.bright else np.clip(linear, 0, 1), outside


def _part_outside(linear: Float) -> float:
    """Part of (h, w, 3) with a channel clearly outside 0..1."""
    beyond = np.abs(linear - np.float32(0.5)) > np.float32(0.504)
    return float((beyond[..., 0] | beyond[..., 1] | beyond[..., 2]).mean())


def reading_of(opened: Opened) -> Reading:
    """Decide how the colours of an opened file are to be read. Never fails: a broken profile is treated as sRGB."""
    space = opened.raster.space
    if opened.cicp is not None and (opened.cicp[0] in _PRIMARIES or opened.cicp[1] in (_PQ, _HLG, _LINEAR)):
        return _by_code_points(*opened.cicp)
    if opened.profile is not None:
        try:
            return _by_profile(opened.profile, space)
        except (BrokenProfile, ImageCms.PyCMSError, OSError, ValueError):
            return _fallback(space, "The file's colour profile is broken; the colours were read as sRGB.")
    if opened.broken_profile:
        return _fallback(space, "The file's colour profile is broken; the colours were read as sRGB.")
    if space in ("CMYK", "LAB"):
        return _fallback(space)
    if opened.adobe_rgb:
        return _by_curves(gamma_curves(563 / 256, primaries_to_srgb(_ADOBE_RGB)), "Adobe RGB", "Adobe RGB")
    return _by_png_marks(opened)


def _by_png_marks(opened: Opened) -> Reading:
    """``gAMA`` and ``cHRM`` (PNG, third edition, 11.3.2) where they differ from sRGB's."""
    gamma, xy = opened.gamma, opened.chromaticities
    plain_xy = xy is None or np.abs(np.array(xy) - np.array(SRGB_XY)).max() < 0.005
    plain_gamma = gamma is None or not 0.2 < gamma < 5 or abs(gamma - 2.2) < 0.05
    if plain_xy and plain_gamma:
        return _by_curves(srgb_curves(), None, None)
    try:
        matrix = np.eye(3) if plain_xy or xy is None else primaries_to_srgb(xy)
    except BrokenProfile:
        return _by_curves(srgb_curves(), None, None)
    curves = gamma_curves(gamma, matrix) if gamma and not plain_gamma else Curves(srgb_curves().curves, matrix)
    return _by_curves(curves, None, "the file's own gamma and primaries")


def _by_code_points(primaries: int, transfer: int) -> Reading:
    xy = _PRIMARIES.get(primaries)
    matrix = np.eye(3) if xy is None else primaries_to_srgb(xy)
    name = _PRIMARY_NAMES.get(primaries)
    if transfer in (_PQ, _HLG):
        curve = _pq(_STEPS) if transfer == _PQ else _hlg(_STEPS)
        reading = _by_curves(Curves(np.repeat(curve[None], 3, 0), matrix), name, None)
        reading.bright = True
        reading.notes = ("The picture is an HDR one; its brightest lights were compressed into the ordinary range.",)
        return reading
    if transfer in (_LINEAR, _GAMMA22, _GAMMA28):
        curves = gamma_curves({_LINEAR: 1.0, _GAMMA22: 2.2, _GAMMA28: 2.8}[transfer], matrix)
    else:
        curves = Curves(srgb_curves().curves, matrix)
    return _by_curves(curves, name, name)


def _by_profile(profile: bytes, space: str) -> Reading:
    found = space_of(profile)
    if found != {"L": "GRAY", "LAB": "Lab"}.get(space, space) and not (space == "L" and found == "RGB"):
        return _fallback(space, "The file's colour profile belongs to another kind of colours; they were read as sRGB.")
    name = _name_of(profile)
    curves = read_curves(profile)
    if curves is not None:
        return _by_curves(curves, name, name)
    if space == "L" and found == "RGB":
        return _fallback(space)
    return _by_library(profile, space, name)


def _by_curves(curves: Curves, profile: str | None, said: str | None) -> Reading:
    """``said``: what to call the colours in the note about their conversion; None for no note."""
    if curves.is_srgb:
        return Reading(_linearise_srgb, exact=True, profile=profile)
    if len(curves.curves) == 1 and np.abs(_STEPS - _encoded(curves.curves[0])).max() < 1 / 255:
        return Reading(_linearise_srgb, exact=True, profile=profile)
    tables = {depth: _table(curves.curves, depth) for depth in (256, 65536)}

    def linearise(raster: Raster, top: int, bottom: int) -> Float:
        colours, _ = raster.band(top, bottom)
        table = tables[65536 if raster.deep else 256]
        if colours.ndim == 2:
            return table[0][colours]
        if not raster.deep:
            return np.asarray(cv2.LUT(colours, np.ascontiguousarray(table.T[None])), np.float32)
        return np.stack([table[i][colours[..., i]] for i in range(3)], 2)

    identity = np.abs(curves.matrix - np.eye(3)).max() < 1e-6
    notes = () if said is None else (f"The colours were converted from {said} to sRGB.",)
    matrix = None if identity else curves.matrix.astype(np.float32)
    return Reading(linearise, matrix, profile=profile, notes=notes)


def _table(curves: Double, depth: int) -> Float:
    """float32 (3, depth); gray curves are repeated."""
    at = np.linspace(0, 1, depth)
    rows = np.array([np.interp(at, _STEPS, curve) for curve in curves], np.float32)
    return np.repeat(rows, 3, 0) if len(rows) == 1 else rows


def _encoded(linear: Double) -> Double:
    c = np.clip(linear, 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * np.maximum(c, 1e-9) ** (1 / 2.4) - 0.055)


def _linearise_srgb(raster: Raster, top: int, bottom: int) -> Float:
    colours, _ = raster.band(top, bottom)
    if raster.deep:
        return to_linear(colours / np.float32(65535))
    return np.asarray(cv2.LUT(colours.reshape(len(colours), -1), _SRGB_TABLE), np.float32).reshape(colours.shape)


def _by_library(profile: bytes, space: str, name: str | None) -> Reading:
    """Profiles with lookup tables: relative colorimetric with black point compensation, eight bits."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(
        source,
        ImageCms.createProfile("sRGB"),
        space,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )

    def linearise(raster: Raster, top: int, bottom: int) -> Float:
        band = ImageCms.applyTransform(raster.image_band(top, bottom), transform)
        if band is None:  # only where it was told to work in place
            raise ValueError("no picture from the transform")
        return bytes_to_linear(np.asarray(band))

    return Reading(linearise, profile=name, notes=(f"The colours were converted from {name or space} to sRGB.",))


def _fallback(space: str, note: str | None = None) -> Reading:
    """Without a usable profile: sRGB, the printing press for CMYK, D50 for Lab."""
    notes = (note,) if note else ()
    if space == "CMYK":
        said = "The file is CMYK without a usable colour profile; it was read as offset print on coated paper."
        return Reading(_linearise_press, notes=(said,))
    if space == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        reading = _by_library(lab, "LAB", None)
        return Reading(reading.linearise, notes=(*notes, *reading.notes))
    return Reading(_linearise_srgb, exact=True, notes=notes)


def _linearise_press(raster: Raster, top: int, bottom: int) -> Float:
    return press_to_linear(raster.band(top, bottom)[0])


def _name_of(profile: bytes) -> str | None:
    """Description of a profile, printable and short; None where it has none."""
    try:
        text = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return "".join(char for char in text if char.isprintable()).strip()[:60] or None


def _pq(encoded: Double) -> Double:
    """SMPTE ST 2084 to linear light, 1 at diffuse white."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = encoded ** (1 / m2)
    return (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) * 10000 / _HDR_WHITE


def _hlg(encoded: Double) -> Double:
    """ITU-R BT.2100 HLG to linear light, 1 at diffuse white (75 % of the signal)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(encoded <= 0.5, encoded**2 / 3, (np.exp((encoded - c) / a) + b) / 12)
    return scene / ((np.exp((0.75 - c) / a) + b) / 12)
