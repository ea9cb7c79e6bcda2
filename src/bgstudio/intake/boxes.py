"""What an ISO base media file (HEIF, AVIF) says about its picture before anything is decoded.

ISO/IEC 14496-12 boxes and ISO/IEC 23008-12 item properties; read are size, colour description, turning and depth.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_MAX_BOXES = 20_000
_GAIN_MAPS = (b"urn:com:apple:photo:2020:aux:hdrgainmap", b"urn:iso:std:iso:ts:21496", b"tmap")


@dataclass(frozen=True)
class Boxes:
    """Facts of the primary picture.

    Attributes:
        size: largest (width, height) of any item, as stored, or None where no box tells.
        cicp: (primaries, transfer) code points of ITU-T H.273, or None.
        marked: whether the primary picture has a turning or mirroring mark, even one that turns by nothing.
        turned: whether such a mark turns or mirrors it.
        bits: depth of its first channel, 8 where no box tells.
        gain_map: whether an HDR gain map lies beside it.
    """

    size: tuple[int, int] | None = None
    cicp: tuple[int, int] | None = None
    marked: bool = False
    turned: bool = False
    bits: int = 8
    gain_map: bool = False


def read_boxes(data: bytes) -> Boxes:
    """Read the ``meta`` box; broken or missing boxes leave their facts unknown."""
    try:
        meta = next(((start, end) for name, start, end in _walk(data, 0, len(data)) if name == b"meta"), None)
        if meta is None:
            return Boxes()
        return _read_meta(data, meta[0] + 4, meta[1])
    except (struct.error, ValueError, IndexError):
        return Boxes()


def _walk(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start of body, end) of the boxes between two offsets."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        size, name = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = end - start
        stop = start + size
        if stop < body or stop > end:
            return
        yield name, body, stop
        start = stop


def _read_meta(data: bytes, start: int, end: int) -> Boxes:
    primary, properties, links = None, [], b""
    for name, body, stop in _walk(data, start, end):
        if name == b"pitm":
            wide = data[body] > 0
            primary = int.from_bytes(data[body + 4 : body + (8 if wide else 6)], "big")
        elif name == b"iprp":
            for inner, inner_body, inner_stop in _walk(data, body, stop):
                if inner == b"ipco":
                    properties = list(_walk(data, inner_body, inner_stop))
                elif inner == b"ipma":
                    links = data[inner_body:inner_stop]
    mine = _linked(links, primary)
    size, cicp, marked, turned, bits = None, None, False, False, 8
    for index, (name, body, _stop) in enumerate(properties, 1):
        if name == b"ispe":
            found = struct.unpack_from(">II", data, body + 4)
            if size is None or found[0] * found[1] > size[0] * size[1]:
                size = found
        if mine and index not in mine:
            continue
        if name == b"colr" and data[body : body + 4] == b"nclx":
            cicp = struct.unpack_from(">HH", data, body + 4)
        elif name in (b"irot", b"imir"):
            marked = True
            turned |= name == b"imir" or data[body] & 3 > 0
        elif name == b"pixi":
            bits = data[body + 5]
    return Boxes(size, cicp, marked, turned, bits, any(mark in data[start:end] for mark in _GAIN_MAPS))


def _linked(box: bytes, item: int | None) -> set[int]:
    """Indices (from 1) of the properties of one item, by the body of an ``ipma`` box."""
    if item is None or len(box) < 8:
        return set()
    version, wide = box[0], box[3] & 1
    (count,) = struct.unpack_from(">I", box, 4)
    position = 8
    for _ in range(min(count, _MAX_BOXES)):
        (found,) = struct.unpack_from(">I" if version else ">H", box, position)
        position += 4 if version else 2
        number = box[position]
        position += 1
        step = 2 if wide else 1
        raw = [int.from_bytes(box[position + i * step : position + (i + 1) * step], "big") for i in range(number)]
        position += number * step
        if found == item:
            return {value & (0x7FFF if wide else 0x7F) for value in raw}
    return set()
