"""Pictures and forms as bytes to be sent. Everything is encoded afresh from arrays: no file of a person goes out, and
with it no place, time or device."""

from __future__ import annotations

import base64
import io
import secrets
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from bgstudio.pixels.types import Byte

PNG, JPEG = "image/png", "image/jpeg"
LOOK_SIDE = 1024


def png(pixels: Byte) -> bytes:
    """uint8 (h, w), (h, w, 3) or (h, w, 4), encoded sRGB, as a PNG with nothing but pixels in it."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG", compress_level=3)
    return out.getvalue()


def look(pixels: Byte) -> bytes:
    """A reference picture, uint8 (h, w, 3), encoded sRGB, as a JPEG of at most ``LOOK_SIDE`` pixels a side.

    A look needs no more, and what is not sent is kept nowhere.
    """
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((LOOK_SIDE, LOOK_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue()


def text64(data: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(data).decode("ascii")


def data_url(data: bytes, media_type: str = PNG) -> str:
    """Bytes as an address that holds them."""
    return f"data:{media_type};base64,{text64(data)}"


def multipart(fields: Mapping[str, str], files: Sequence[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    """A form (RFC 7578): its body and its media type.

    Args:
        fields: names and texts.
        files: name of the field, media type, bytes; file names say nothing but their kind.
    """
    boundary = secrets.token_hex(16)
    body = bytearray()
    for name, value in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += value.encode() + b"\r\n"
    for name, kind, data in files:
        ending = kind.rpartition("/")[2]
        head = f'Content-Disposition: form-data; name="{name}"; filename="picture.{ending}"\r\nContent-Type: {kind}'
        body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"multipart/form-data; boundary={boundary}"
