"""The first directory of a TIFF file: size, depth, and whether it is a camera's raw file in disguise.

TIFF 6.0 (Adobe, 1992) and BigTIFF; only the tags that decide about opening the file are read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bgstudio.errors import UnsupportedFormat

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _SAMPLES = 256, 257, 258, 262, 277
_ORIENTATION, _EXTRA_SAMPLES = 274, 338
_SUBFILE, _SUBDIRECTORIES, _DNG_VERSION, _CFA_PATTERN = 254, 330, 50706, 33422
_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MAX_TAGS = 4096


@dataclass(frozen=True)
class Directory:
    """Of the first page, values as in the file; ``pages`` counts directories up to the limit + 1."""

    width: int
    height: int
    bits: int
    photometric: int
    samples: int
    orientation: int
    extra: int
    pages: int


def read_directory(data: bytes, max_pages: int) -> Directory:
    """Read the first directory and count the others.

    Raises:
        UnsupportedFormat: a camera raw file (DNG, NEF, ARW and their kin are TIFF files that hold a thumbnail first).
        ValueError, struct.error: the directory is broken.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    (offset,) = struct.unpack_from(order + "Q", data, 8) if big else struct.unpack_from(order + "I", data, 4)
    tags, following = _read(data, offset, order, big)
    if _DNG_VERSION in tags or _CFA_PATTERN in tags or (tags.get(_SUBFILE, 0) & 1 and _SUBDIRECTORIES in tags):
        raise UnsupportedFormat(
            "The file is a camera raw file, which is not read here.",
            "It holds the sensor's values and only a small preview of the photo.",
            "Develop it in your camera's or photo program and export it as JPEG or TIFF.",
        )
    width, height = tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)
    if width <= 0 or height <= 0:
        raise ValueError("no pixels")
    seen = {offset}
    while following and following not in seen and len(seen) <= max_pages:
        seen.add(following)
        try:
            _, following = _read(data, following, order, big)
        except (struct.error, ValueError):
            break  # a broken page behind the first does not concern us
    return Directory(
        width,
        height,
        tags.get(_BITS, 1),
        tags.get(_PHOTOMETRIC, 1),
        tags.get(_SAMPLES, 1),
        tags.get(_ORIENTATION, 1),
        tags.get(_EXTRA_SAMPLES, 0),
        max(1, len(seen)),
    )


def _read(data: bytes, offset: int, order: str, big: bool) -> tuple[dict[int, int], int]:
    """First value of each integer tag, and the offset of the next directory (0 at the end)."""
    head, entry, word = ("Q", 20, "Q") if big else ("H", 12, "I")
    (count,) = struct.unpack_from(order + head, data, offset)
    if count > _MAX_TAGS:
        raise ValueError("too many tags")
    start = offset + struct.calcsize(head)
    tags: dict[int, int] = {}
    for index in range(count):
        at = start + index * entry
        tag, kind, number = struct.unpack_from(order + "HH" + word, data, at)
        code = _TYPES.get(kind)
        if code is None or number == 0:
            tags.setdefault(tag, 0)
            continue
        place = at + 4 + struct.calcsize(word)
        if number * struct.calcsize(code) > struct.calcsize(word):
            (place,) = struct.unpack_from(order + word, data, place)
        tags[tag] = struct.unpack_from(order + code, data, place)[0]
    (following,) = struct.unpack_from(order + word, data, start + count * entry)
    return tags, following
