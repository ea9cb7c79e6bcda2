"""Reads all marks of one file, which may be anything: runs in the guarded decoder only, which is told this name."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bgstudio.domain.making import Origin
from bgstudio.domain.marks import MarksFound, WatermarkFound
from bgstudio.marks.credentials import available, read_credentials
from bgstudio.marks.pattern import patterns
from bgstudio.marks.watermark import find
from bgstudio.marks.xmp import read_xmp
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.types import Byte

_MEDIA_TYPES = {"jpeg": "image/jpeg", "mpo": "image/jpeg", "png": "image/png", "webp": "image/webp",
                "avif": "image/avif", "heif": "image/heif", "tiff": "image/tiff", "gif": "image/gif"}  # fmt: skip


def prepare() -> None:
    """Load what reading needs, before the process is closed to the outside."""
    patterns()
    available()


def read(data: bytes, colours: npt.NDArray[Any], kind: str) -> MarksFound:
    """All marks.

    Args:
        data: the file.
        colours: its pixels as the decoder has them: (H, W, 3) or (H, W), uint8 encoded sRGB or float32 linear.
        kind: of the file, as ``SourceNotes.format``.
    """
    sign = find(_encoded(colours))
    mark = None
    if sign is not None:
        said = {} if sign.word is None else {
            "maker": sign.word.maker, "photo": sign.word.photo, "making": sign.word.making
        }  # fmt: skip
        mark = WatermarkFound(readable=sign.word is not None, score=sign.score, **said)
    media_type = _MEDIA_TYPES.get(kind)
    return MarksFound(
        format=kind,
        width=colours.shape[1],
        height=colours.shape[0],
        watermark=mark,
        xmp=read_xmp(data),
        credentials=None if media_type is None else read_credentials(data, media_type),
    )


def origin(data: bytes, colours: npt.NDArray[Any], kind: str) -> Origin:
    """What the marks of a photo say of its making."""
    return read(data, colours, kind).origin


def _encoded(colours: npt.NDArray[Any]) -> Byte:
    pixels = colours if colours.dtype == np.uint8 else linear_to_bytes(colours)
    return np.repeat(pixels[..., None], 3, 2) if pixels.ndim == 2 else pixels
