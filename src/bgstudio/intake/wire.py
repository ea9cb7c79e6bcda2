"""Messages between the decoding process and the one that serves people.

A job is a length, a letter for what is wanted, and the file's bytes. An answer is a length, a JSON header and, for a
picture, the bytes of one or two arrays; where the marks of a file are wanted, they are in the header. The reader of
answers trusts nothing in them: types, shapes and lengths are checked before memory is taken, and nothing is unpickled,
so a decoder that was taken over by a file can neither run code here nor fill the memory.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from bgstudio import errors
from bgstudio.domain.making import TERMS, Origin
from bgstudio.domain.marks import MarksFound
from bgstudio.domain.picture import Picture, SourceNotes
from bgstudio.errors import IntakeError
from bgstudio.intake.decoded import Decoded
from bgstudio.pixels.colour import bytes_to_linear
from bgstudio.pixels.types import Float

_LENGTH = struct.Struct(">I")
_JOB = struct.Struct(">Ic")
_MAX_HEADER = 64 * 1024
_READY = {"ready": True}


Wanted = Literal["picture", "marks"]
_LETTERS: dict[Wanted, bytes] = {"picture": b"P", "marks": b"M"}
_SAID_BY = {"xmp", "credentials", "watermark"}
_CREDENTIALS = {"none", "whole", "altered", "unread"}


class BrokenAnswer(Exception):
    """The other side ended, or sent what is no answer."""


def send_job(stream: IO[bytes], data: bytes, wanted: Wanted = "picture") -> None:
    """Write one file."""
    stream.write(_JOB.pack(len(data), _LETTERS[wanted]))
    stream.write(data)
    stream.flush()


def receive_job(stream: IO[bytes]) -> tuple[Wanted, bytes] | None:
    """Read what is wanted of one file, and the file; None where the other side has closed the pipe."""
    head = stream.read(_JOB.size)
    if len(head) < _JOB.size:
        return None
    length, letter = _JOB.unpack(head)
    wanted = next((name for name, known in _LETTERS.items() if known == letter), None)
    data = stream.read(length)
    return (wanted, data) if wanted is not None and len(data) == length else None


def send_ready(stream: IO[bytes]) -> None:
    """Tell that everything is loaded and the guards are up."""
    _send_header(stream, _READY)


def send_error(stream: IO[bytes], error: IntakeError) -> None:
    """Answer with an error."""
    _send_header(stream, {"error": [type(error).__name__, error.what, error.meaning, error.remedy]})


def send_decoded(stream: IO[bytes], decoded: Decoded) -> None:
    """Answer with a picture."""
    arrays = [decoded.rgb] if decoded.alpha is None else [decoded.rgb, decoded.alpha]
    table = [[str(array.dtype), list(array.shape)] for array in arrays]
    _send_header(stream, {"source": asdict(decoded.source), "arrays": table})
    for array in arrays:
        stream.write(np.ascontiguousarray(array).data.cast("B"))
    stream.flush()


def send_marks(stream: IO[bytes], found: MarksFound) -> None:
    """Answer with the marks of a file."""
    _send_header(stream, {"marks": found.model_dump(mode="json")})


def _send_header(stream: IO[bytes], header: dict[str, Any]) -> None:
    text = json.dumps(header).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    stream.flush()


def await_ready(stream: IO[bytes]) -> None:
    """Wait for the first message; raises ``BrokenAnswer``."""
    if _receive_header(stream) != _READY:
        raise BrokenAnswer("not ready")


def receive_answer(stream: IO[bytes], longest: int) -> Picture:
    """Read a picture of at most ``longest`` pixels a side.

    Raises:
        IntakeError: the answer is an error.
        BrokenAnswer: it is none at all.
    """
    header = _receive_header(stream)
    if "error" in header:
        raise _error(header["error"])
    try:
        source = _source(header["source"])
        table = [(str(dtype), tuple(map(int, shape))) for dtype, shape in header["arrays"]]
    except (KeyError, TypeError, ValueError):
        raise BrokenAnswer("header makes no sense") from None
    shapes = [shape for _, shape in table]
    if len(table) not in (1, 2) or len(shapes[0]) not in (2, 3) or shapes[0][2:] not in ((), (3,)):
        raise BrokenAnswer("shape makes no sense")
    if any(not 0 < side <= longest for side in shapes[0][:2]) or any(shape != shapes[0][:2] for shape in shapes[1:]):
        raise BrokenAnswer("shape makes no sense")
    arrays = [_receive_array(stream, dtype, shape) for dtype, shape in table]
    rgb = bytes_to_linear(arrays[0]) if arrays[0].dtype == np.uint8 else arrays[0]
    if rgb.ndim == 2:
        rgb = np.repeat(rgb[..., None], 3, 2)
    return Picture(rgb, _alpha(arrays[1]) if len(arrays) == 2 else None, source)


def receive_marks(stream: IO[bytes]) -> MarksFound:
    """Read the marks of a file; raises as ``receive_answer``."""
    header = _receive_header(stream)
    if "error" in header:
        raise _error(header["error"])
    try:
        return MarksFound.model_validate(header["marks"])
    except (KeyError, ValidationError):
        raise BrokenAnswer("marks make no sense") from None


def _source(fields: dict[str, Any]) -> SourceNotes:
    """Notes on a file, with a sentence on its marks where they say something."""
    if not isinstance(fields, dict):
        raise TypeError("source")
    origin = _origin(fields.get("origin", {}))
    notes = (*map(str, fields["notes"]), *filter(None, [origin.note]))
    return SourceNotes(**{**fields, "notes": notes, "origin": origin})


def _origin(fields: dict[str, Any]) -> Origin:
    if not isinstance(fields, dict):
        raise TypeError("origin")
    term, credentials = str(fields.get("term", "")), str(fields.get("credentials", "none"))
    said_by = tuple(name for name in map(str, fields.get("said_by", ())) if name in _SAID_BY)
    if (term and term not in TERMS) or credentials not in _CREDENTIALS:
        raise ValueError("origin")
    return Origin(term, said_by, credentials, bool(fields.get("ours", False)))


def _alpha(stored: npt.NDArray[Any]) -> Float:
    return np.asarray(stored / np.float32(255) if stored.dtype == np.uint8 else stored, np.float32)


def _error(fields: Any) -> IntakeError:
    if not isinstance(fields, list) or len(fields) != 4 or not all(isinstance(part, str) for part in fields):
        raise BrokenAnswer("error makes no sense")
    kind = getattr(errors, fields[0], None)
    if not isinstance(kind, type) or not issubclass(kind, IntakeError):
        raise BrokenAnswer("error of an unknown kind")
    return kind(*fields[1:])


def _receive_header(stream: IO[bytes]) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _MAX_HEADER:
        raise BrokenAnswer("header too long")
    try:
        header = json.loads(_exactly(stream, length))
    except ValueError:
        raise BrokenAnswer("header is no JSON") from None
    if not isinstance(header, dict):
        raise BrokenAnswer("header makes no sense")
    return header


def _receive_array(stream: IO[bytes], dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    if dtype not in ("uint8", "float32"):
        raise BrokenAnswer("array of an unknown kind")
    array = np.empty(shape, dtype)
    _fill(stream, array.data.cast("B"))
    return array


def _exactly(stream: IO[bytes], count: int) -> bytes:
    buffer = bytearray(count)
    _fill(stream, memoryview(buffer))
    return bytes(buffer)


def _fill(stream: IO[bytes], view: memoryview) -> None:
    done = 0
    while done < len(view):
        got = stream.readinto(view[done:])  # type: ignore[attr-defined]  # every binary stream that we open has it
        if not got:
            raise BrokenAnswer("the other side ended")
        done += got
