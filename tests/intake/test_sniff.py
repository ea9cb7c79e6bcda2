from __future__ import annotations

import pytest

from bgstudio.errors import UnreadablePicture, UnsupportedFormat
from bgstudio.intake.sniff import Kind, sniff
from tests.intake.files import encode, png, smooth

FORMATS = {
    "JPEG": Kind.JPEG,
    "PNG": Kind.PNG,
    "WEBP": Kind.WEBP,
    "AVIF": Kind.AVIF,
    "HEIF": Kind.HEIF,
    "TIFF": Kind.TIFF,
    "BMP": Kind.BMP,
    "GIF": Kind.GIF,
    "JPEG2000": Kind.JPEG2000,
}


@pytest.mark.parametrize("file_format", FORMATS)
def test_known_by_content(file_format: str) -> None:
    assert sniff(encode(smooth(), file_format)) is FORMATS[file_format]


@pytest.mark.parametrize(
    ("data", "name", "remedy"),
    [
        (b"\xff\x0a" + bytes(20), "JPEG XL", "JPEG, PNG or AVIF"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(20), "JPEG XL", "JPEG, PNG or AVIF"),
        (b"<svg xmlns='x'/>", "vector drawing", "PNG"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>", "vector drawing", "PNG"),
        (b"push graphic-context\nviewbox 0 0 1 1", "drawing script", "photo"),
        (b"%PDF-1.7", "PDF", "Export"),
        (b"8BPS\0\x01", "Photoshop", "export"),
        (b"II*\0\x10\0\0\0CR\x02\0", "camera raw", "Develop"),
        (b"\0\0\0\x18ftypcrx \0\0\0\0crx isom", "camera raw", "Develop"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom", "film", "frame"),
        (b"PK\x03\x04" + bytes(20), "ZIP", "Unpack"),
        (b"<!DOCTYPE html><html>", "web page", "picture itself"),
        (b"\0\0\x01\0\x01\0", "icon", "PNG"),
        (bytes(4) + b"\x11\xaf" + bytes(20), "animation", "PNG"),
        (b"BM, said the bird", "not a picture", "JPEG or PNG"),
        (b"version https://example.org/spec", "not a picture", "JPEG or PNG"),
        (b"\xff", "not a picture", "JPEG or PNG"),
    ],
)
def test_others_are_named_with_a_way_out(data: bytes, name: str, remedy: str) -> None:
    with pytest.raises(UnsupportedFormat, match=name) as caught:
        sniff(data)
    assert remedy in caught.value.remedy
    assert "HEIC" in caught.value.meaning


def test_an_empty_file() -> None:
    with pytest.raises(UnreadablePicture, match="empty"):
        sniff(b"")


def test_a_png_that_travelled_as_text() -> None:
    with pytest.raises(UnreadablePicture, match="damaged on its way"):
        sniff(png(smooth()).replace(b"\r\n", b"\n", 1))
