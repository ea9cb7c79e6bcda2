"""Sizes and frame counts from the first bytes of a file, without a decoder.

Some decoders take memory for the whole canvas while they only open a file, so the size is read here first. Every walk
through a file is bounded: it moves forward with each step and stops at the frame limit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from bgstudio.errors import UnreadablePicture
from bgstudio.intake.boxes import read_boxes
from bgstudio.intake.sniff import Kind
from bgstudio.intake.tiff import read_directory


@dataclass(frozen=True)
class Header:
    """What the file says about itself: ``width`` and ``height`` as stored, ``frames`` counted up to the limit + 1."""

    width: int
    height: int
    frames: int = 1


def unreadable(kind: str) -> UnreadablePicture:
    """The error for a file of a known kind that is broken or cut off."""
    return UnreadablePicture(
        f"The {kind.upper()} file is broken or cut off.",
        "It could not be decoded to its end.",
        "Copy or upload it again; if it opens in another program, save it there as JPEG or PNG.",
    )


def peek(data: bytes, kind: Kind, max_frames: int) -> Header | None:
    """Size and frames of a file, or None where only its decoder can tell.

    Raises:
        UnreadablePicture: the header is broken.
    """
    try:
        if kind is Kind.PNG:
            return _png(data)
        if kind is Kind.JPEG:
            return _jpeg(data)
        if kind is Kind.GIF:
            return _gif(data, max_frames)
        if kind is Kind.WEBP:
            return _webp(data, max_frames)
        if kind is Kind.BMP:
            return _bmp(data)
        if kind is Kind.JPEG2000:
            return _jpeg2000(data)
        if kind is Kind.TIFF:
            directory = read_directory(data, max_frames)
            return Header(directory.width, directory.height, directory.pages)
        size = read_boxes(data).size
        return Header(*size) if size else None
    except (struct.error, IndexError, ValueError):
        raise unreadable(kind) from None


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each chunk's body; raises ``ValueError`` where the file ends within one."""
    position = 8
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        start, end = position + 8, position + 8 + length
        if end + 4 > len(data):
            raise ValueError("chunk cut off")
        yield name, start, end
        if name == b"IEND":
            return
        position = end + 4


def _png(data: bytes) -> Header:
    width, height, frames = 0, 0, 1
    for name, start, _end in png_chunks(data):
        if width == 0:
            if name != b"IHDR":
                raise ValueError("no IHDR")
            width, height = struct.unpack_from(">II", data, start)
        elif name == b"acTL":
            frames = max(1, struct.unpack_from(">I", data, start)[0])
        elif name == b"IDAT":
            break
        if width == 0 or height == 0:
            raise ValueError("no pixels")
    return Header(width, height, frames)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment's body up to the first scan; tolerates stuffing between segments."""
    position = 2
    while True:
        position = data.index(b"\xff", position)
        while data[position] == 0xFF:
            position += 1
        marker = data[position]
        position += 1
        if marker == 0 or marker == 1 or 0xD0 <= marker <= 0xD8:
            continue
        if marker == 0xD9:
            return
        (length,) = struct.unpack_from(">H", data, position)
        if length < 2:
            raise ValueError("segment without a length")
        yield marker, position + 2, position + length
        if marker == 0xDA:
            return
        position += length


_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _jpeg(data: bytes) -> Header:
    sizes = []
    for marker, start, _end in jpeg_segments(data):
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, start + 1)
            sizes.append((width, height))
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    if width == 0 or height == 0:
        raise ValueError("no pixels")
    return Header(width, height)


def _gif(data: bytes, max_frames: int) -> Header:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    frames = 0
    while frames <= max_frames and position < len(data):
        block = data[position]
        if block == 0x2C and position + 10 <= len(data):
            left, top, across, down, local = struct.unpack_from("<HHHHB", data, position + 1)
            width, height = max(width, left + across), max(height, top + down)
            position += 10 + (3 << ((local & 7) + 1) if local & 0x80 else 0) + 1
            frames += 1
        elif block == 0x21:
            position += 2
        else:
            break
        while position < len(data) and data[position]:
            position += 1 + data[position]
        position += 1
    return Header(width, height, max(1, frames))


def _webp(data: bytes, max_frames: int) -> Header:
    name = data[12:16]
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header(width & 0x3FFF, height & 0x3FFF)
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width = int.from_bytes(data[24:27], "little") + 1
    height = int.from_bytes(data[27:30], "little") + 1
    frames, position = 0, 12
    while position + 8 <= len(data) and frames <= max_frames:
        chunk, length = struct.unpack_from("<4sI", data, position)
        frames += chunk == b"ANMF"
        position += 8 + length + (length & 1)
    return Header(width, height, max(1, frames))


def _bmp(data: bytes) -> Header:
    (dib,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if dib == 12 else "<ii", data, 18)
    if width <= 0 or height == 0:
        raise ValueError("no pixels")
    return Header(width, abs(height))


def _jpeg2000(data: bytes) -> Header:
    start = data.find(b"\xff\x4f\xff\x51")
    if start < 0:
        raise ValueError("no codestream")
    right, bottom, left, top = struct.unpack_from(">IIII", data, start + 8)
    if right <= left or bottom <= top:
        raise ValueError("no pixels")
    return Header(right - left, bottom - top)
