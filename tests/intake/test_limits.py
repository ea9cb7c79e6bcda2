"""Limits hold before a pixel is decoded: each file here is a header with nothing, or nonsense, behind it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from bgstudio.errors import PictureTooLarge, PictureTooSmall, UnsupportedFormat
from bgstudio.intake import DecoderProcess, IntakeLimits
from tests.intake.files import chunk, encode, noise, png


def png_header(width: int, height: int, *extra: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + chunk(b"IDAT", b"nonsense")


def jpeg_header(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xda\x00\x02" + bytes(64)


def gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def bmp_header(width: int, height: int) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, width, height, 1, 24, 0) + bytes(20)


def webp_header(width: int, height: int) -> bytes:
    body = (
        b"WEBPVP8X"
        + struct.pack("<IB3x", 10, 0)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_header(width: int, height: int) -> bytes:
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8)]
    return (
        b"II*\0\x08\0\0\0"
        + struct.pack("<H", len(tags))
        + b"".join(struct.pack("<HHII", *tag) for tag in tags)
        + bytes(4)
    )


def jpeg2000_header(width: int, height: int) -> bytes:
    return b"\xff\x4f\xff\x51" + struct.pack(">HHIIII", 41, 0, width, height, 0, 0) + bytes(64)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def media_header(width: int, height: int, brand: bytes) -> bytes:
    size = box(b"ispe", struct.pack(">III", 0, width, height))
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", size)))
    return box(b"ftyp", brand + bytes(4) + brand) + meta


HEADERS: dict[str, Callable[[int, int], bytes]] = {
    "png": png_header,
    "jpeg": jpeg_header,
    "gif": gif_header,
    "bmp": bmp_header,
    "webp": webp_header,
    "tiff": tiff_header,
    "jpeg2000": jpeg2000_header,
    "avif": lambda width, height: media_header(width, height, b"avif"),
    "heif": lambda width, height: media_header(width, height, b"heic"),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_too_many_pixels(decoder: DecoderProcess, kind: str) -> None:
    with pytest.raises(PictureTooLarge, match="10000 × 9000 pixels"):
        decoder(HEADERS[kind](10000, 9000))


@pytest.mark.parametrize("kind", HEADERS)
def test_a_side_too_long(decoder: DecoderProcess, kind: str) -> None:
    with pytest.raises(PictureTooLarge, match="16001 × 40 pixels"):
        decoder(HEADERS[kind](16001, 40))


@pytest.mark.parametrize("kind", HEADERS)
def test_too_small(decoder: DecoderProcess, kind: str) -> None:
    with pytest.raises(PictureTooSmall, match="300 × 31 pixels") as caught:
        decoder(HEADERS[kind](300, 31))
    assert "1000 pixels" in caught.value.remedy


def test_too_thin_once_it_is_reduced(decoder: DecoderProcess) -> None:
    with pytest.raises(PictureTooSmall):
        decoder(png_header(15000, 40))


def test_the_smallest_picture_that_is_taken(decoder: DecoderProcess) -> None:
    assert decoder(png(noise(32, 32))).width == 32


@pytest.fixture(scope="module")
def strict() -> Iterator[DecoderProcess]:
    with DecoderProcess(IntakeLimits(max_bytes=60_000, max_frames=5)) as decoder:
        yield decoder


def test_too_many_bytes_never_reach_the_decoder(strict: DecoderProcess) -> None:
    with pytest.raises(PictureTooLarge, match="at most 60 kB are taken"):
        strict(png(noise()) + bytes(60_000))


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "TIFF", "AVIF"])
def test_too_many_frames(strict: DecoderProcess, file_format: str) -> None:
    frames = [Image.new("RGB", (40, 40), (i * 30, 0, 0)) for i in range(6)]
    data = encode(frames[0], file_format, save_all=True, append_images=frames[1:])
    with pytest.raises(PictureTooLarge, match="more than 5 frames"):
        strict(data)
    assert strict(encode(frames[0], file_format, save_all=True, append_images=frames[1:5])).source.frames == 5


def test_too_many_frames_of_an_animated_png(strict: DecoderProcess) -> None:
    with pytest.raises(PictureTooLarge, match="more than 5 frames"):
        strict(png_header(40, 40, chunk(b"acTL", struct.pack(">II", 6, 0))))


def test_a_tiff_whose_pages_go_round_in_circles(decoder: DecoderProcess) -> None:
    data = bytearray(encode(noise(), "TIFF"))
    (offset,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, offset)
    struct.pack_into("<I", data, offset + 2 + 12 * count, offset)
    assert decoder(bytes(data)).source.frames == 1


def test_a_frame_larger_than_its_canvas(decoder: DecoderProcess) -> None:
    data = b"GIF89a" + struct.pack("<HHBBB", 40, 40, 0, 0, 0) + b"," + struct.pack("<HHHHB", 0, 0, 60000, 60000, 0)
    with pytest.raises(PictureTooLarge, match="60000 × 60000"):
        decoder(data + b"\x02\x00;")


RAW_TAGS = [(254, 4, 1, 1), (256, 4, 1, 160), (257, 4, 1, 120), (330, 4, 1, 200)]


@pytest.mark.parametrize("tags", [RAW_TAGS, [*RAW_TAGS[1:3], (50706, 1, 4, 1)]])
def test_camera_raw_files_are_not_taken_for_their_thumbnail(
    decoder: DecoderProcess, tags: list[tuple[int, int, int, int]]
) -> None:
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    with pytest.raises(UnsupportedFormat, match="camera raw"):
        decoder(data + bytes(4))
