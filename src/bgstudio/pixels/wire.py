"""Messages between a parent and its child processes: a JSON header and raw arrays, over a pipe.

No pickle: whatever the other side has become, reading a message runs no code of its choosing. Layout: ``>I`` length
of the header, the header (UTF-8 JSON with the list ``arrays`` of [name, dtype, shape]), then the arrays' bytes.
Messages of plain bytes (``send_bytes``) have the list ``blobs`` of [name, length] instead.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
from collections.abc import Mapping
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

_LENGTH = struct.Struct(">I")
_DTYPES = {"float32", "float16", "uint8", "uint16"}
_MAX_HEADER = 16 << 20
_MAX_BLOBS = 1 << 30
_PIPE_BYTES = 1 << 20


class BrokenPipeMessage(Exception):
    """The other side ended, or sent what is no message."""


def send(stream: BinaryIO, header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]] | None = None) -> None:
    """Write one message and flush it."""
    arrays = arrays or {}
    table = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    _write_header(stream, {**header, "arrays": table})
    for array in arrays.values():
        stream.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read one message; raises ``BrokenPipeMessage`` where the stream ends or holds something else."""
    header: dict[str, Any] = json.loads(_read_header(stream))
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, dtype, shape in header.pop("arrays"):
        if dtype not in _DTYPES:
            raise BrokenPipeMessage(f"array of type {dtype}")
        array = np.empty(tuple(shape), dtype)
        if array.nbytes:
            _fill(stream, array.reshape(-1).view(np.uint8).data)
        arrays[name] = array
    return header, arrays


def send_bytes(stream: BinaryIO, header: Mapping[str, Any], blobs: Mapping[str, bytes] | None = None) -> None:
    """Write one message that carries bytes and flush it."""
    blobs = blobs or {}
    _write_header(stream, {**header, "blobs": [[name, len(blob)] for name, blob in blobs.items()]})
    for blob in blobs.values():
        stream.write(blob)
    stream.flush()


def receive_bytes(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Read one message of ``send_bytes``; raises ``BrokenPipeMessage`` as ``receive`` does."""
    text = _read_header(stream)
    try:
        header = json.loads(text)
        table = [(str(name), int(size)) for name, size in header.pop("blobs")]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BrokenPipeMessage("no message") from None
    if any(size < 0 for _, size in table) or sum(size for _, size in table) > _MAX_BLOBS:
        raise BrokenPipeMessage("too many bytes")
    return header, {name: _exactly(stream, size) for name, size in table}


def widen(*streams: IO[bytes] | None) -> None:
    """Fewer turns between the processes for one picture; only Linux can, and may refuse."""
    if sys.platform == "linux":
        import fcntl

        for stream in streams:
            if stream is not None:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _write_header(stream: BinaryIO, header: Mapping[str, Any]) -> None:
    text = json.dumps(header).encode()
    stream.write(_LENGTH.pack(len(text)))
    stream.write(text)


def _read_header(stream: BinaryIO) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _MAX_HEADER:
        raise BrokenPipeMessage("header too long")
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    buffer = bytearray(count)
    _fill(stream, memoryview(buffer))
    return bytes(buffer)


def _fill(stream: BinaryIO, view: memoryview) -> None:
    done = 0
    while done < len(view):
        got = stream.readinto(view[done:])  # type: ignore[attr-defined]  # every pipe opened in binary mode has it
        if not got:
            raise BrokenPipeMessage("the other side ended")
        done += got
