"""From opened pixels to what a ``Picture`` is made of. Runs in the decoding process only."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bgstudio.domain.picture import SourceNotes
from bgstudio.errors import UnreadablePicture
from bgstudio.intake.colour import Reading, reading_of
from bgstudio.intake.decoded import Decoded
from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.opening import open_picture
from bgstudio.intake.raster import Raster
from bgstudio.intake.reduce import AreaReducer
from bgstudio.pixels.types import Float

_BAND = 32
_NAMED_SHARE = 0.001


def decode(data: bytes, limits: IntakeLimits) -> Decoded:
    """Decode one file held in memory.

    Raises:
        IntakeError: see ``errors``.
        MemoryError: the limit of the process was met.
    """
    opened = open_picture(data, limits)
    raster = opened.raster
    least, most = raster.alpha_range()
    if most == 0:
        raise UnreadablePicture(
            "The picture is transparent all over.",
            "There is nothing in it to be seen.",
            "Export it again with the product visible.",
        )
    reading = reading_of(opened)
    size = limits.working_size(raster.width, raster.height)
    notes = [*opened.notes, *reading.notes]
    if size != (raster.width, raster.height):
        rgb, alpha, outside = _reduced(raster, reading, size, least < 1)
        notes.append(f"The photo was reduced from {raster.width} × {raster.height} to {size[0]} × {size[1]} pixels.")
    else:
        rgb, alpha, outside = _whole(raster, reading, least < 1)
    if outside > _NAMED_SHARE and not reading.bright:
        notes.append(
            f"{max(1, round(outside * 100))} % of the photo had colours outside sRGB; they were brought to its edge."
        )
    source = SourceNotes(
        opened.kind, opened.width, opened.height, opened.frames, opened.turned, reading.profile, tuple(notes)
    )
    return Decoded(rgb, alpha, source)


def _whole(
    raster: Raster, reading: Reading, with_alpha: bool
) -> tuple[npt.NDArray[Any], npt.NDArray[Any] | None, float]:
    """(colours, alpha, part outside sRGB) at full size; stored 8-bit sRGB stays as it is."""
    exact = reading.exact and not raster.deep
    shape = (raster.height, raster.width)
    colours: npt.NDArray[Any] | None = None
    alpha: npt.NDArray[Any] | None = None
    if with_alpha:
        alpha = np.empty(shape, np.float32 if raster.deep else np.uint8)
    outside = 0.0
    for top in range(0, raster.height, _BAND):
        bottom = min(raster.height, top + _BAND)
        stored, stored_alpha = raster.band(top, bottom)
        if exact:
            band = stored
        else:
            band, part = reading.to_srgb(reading.linearise(raster, top, bottom))
            outside += part * (bottom - top) / raster.height
        if colours is None:
            colours = np.empty((raster.height, *band.shape[1:]), band.dtype)
        colours[top:bottom] = band
        if alpha is not None and stored_alpha is not None:
            alpha[top:bottom] = stored_alpha / np.float32(65535) if raster.deep else stored_alpha
    assert colours is not None  # a raster has rows
    return colours, alpha, outside


def _reduced(
    raster: Raster, reading: Reading, size: tuple[int, int], with_alpha: bool
) -> tuple[Float, Float | None, float]:
    """(colours, alpha, part outside sRGB), averaged in linear light and, where there is alpha, weighted by it."""
    channels = (1 if raster.space == "L" else 3) + with_alpha
    reducer = AreaReducer((raster.width, raster.height), size, channels)
    full = np.float32(65535 if raster.deep else 255)
    for top in range(0, raster.height, _BAND):
        bottom = min(raster.height, top + _BAND)
        linear = reading.linearise(raster, top, bottom).reshape(bottom - top, raster.width, -1)
        if with_alpha:
            stored_alpha = raster.band(top, bottom)[1]
            assert stored_alpha is not None  # with_alpha is asked of the same raster
            weight = (stored_alpha / full)[..., None]
            linear = np.concatenate([linear * weight, weight], 2, dtype=np.float32)
        reducer.add(top, linear)
    out = reducer.result()
    alpha = None
    if with_alpha:
        alpha = np.clip(out[..., -1], 0, 1)
        out = np.where(out[..., -1:] > 1e-4, out[..., :-1] / np.maximum(out[..., -1:], 1e-4), 0).astype(np.float32)
    colours = np.ascontiguousarray(out[..., 0] if out.shape[2] == 1 else out)
    outside = 0.0
    for top in range(0, size[1], _BAND):
        band, part = reading.to_srgb(colours[top : top + _BAND])
        colours[top : top + _BAND] = band
        outside += part * len(band) / size[1]
    return colours, alpha, outside
