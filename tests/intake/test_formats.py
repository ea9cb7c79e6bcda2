"""Every format comes in with the right pixels, the right way up, and without its metadata."""

from __future__ import annotations

import dataclasses
import io
import struct

import numpy as np
import pytest
from PIL import Image

from bgstudio.domain.picture import Picture
from bgstudio.errors import UnreadablePicture, UnsupportedFormat
from bgstudio.intake import DecoderProcess, IntakeLimits
from bgstudio.pixels.colour import linear_to_bytes, to_linear
from bgstudio.pixels.resample import resize, resize_straight
from tests.intake.files import chunk, encode, exif, exif_with_place, noise, png, smooth, stored_as


def pixels(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return linear_to_bytes(picture.rgb)


@pytest.mark.parametrize(
    ("file_format", "options", "name"),
    [
        ("PNG", {}, "png"),
        ("BMP", {}, "bmp"),
        ("TIFF", {}, "tiff"),
        ("TIFF", {"compression": "tiff_lzw"}, "tiff"),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, "tiff"),
        ("WEBP", {"lossless": True}, "webp"),
        ("JPEG2000", {}, "jpeg2000"),
    ],
)
def test_lossless_formats_keep_every_byte(
    decoder: DecoderProcess, file_format: str, options: dict[str, object], name: str
) -> None:
    original = noise()
    picture = decoder(encode(original, file_format, **options))
    assert picture.source.format == name
    assert (picture.width, picture.height) == (64, 48)
    assert picture.rgb.dtype == np.float32 and picture.rgb.flags.c_contiguous
    assert picture.alpha is None and picture.source.notes == ()
    np.testing.assert_array_equal(pixels(picture), original)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 30}])
def test_jpeg_gives_the_bytes_of_its_decoder(decoder: DecoderProcess, options: dict[str, object]) -> None:
    data = encode(smooth(), "JPEG", **options)
    expected = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(pixels(decoder(data)), expected)


@pytest.mark.parametrize(("file_format", "name"), [("AVIF", "avif"), ("HEIF", "heif"), ("WEBP", "webp")])
def test_lossy_formats_come_close(decoder: DecoderProcess, file_format: str, name: str) -> None:
    original = smooth()
    picture = decoder(encode(original, file_format, quality=90))
    assert picture.source.format == name
    assert np.abs(pixels(picture).astype(int) - original).mean() < 4


def test_gray_and_bilevel(decoder: DecoderProcess) -> None:
    gray = noise(channels=1)
    picture = decoder(encode(gray, "PNG"))
    np.testing.assert_array_equal(pixels(picture), np.repeat(gray[..., None], 3, 2))
    bilevel = Image.fromarray(gray).convert("1")
    np.testing.assert_array_equal(pixels(decoder(encode(bilevel, "PNG")))[..., 1], np.asarray(bilevel) * 255)


def test_palette_with_a_transparent_entry(decoder: DecoderProcess) -> None:
    image = Image.new("P", (40, 40), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(0, (0, 0, 20, 40))
    picture = decoder(encode(image, "PNG", transparency=0))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha[:, :20], 0)
    np.testing.assert_array_equal(picture.alpha[:, 20:], 1)
    np.testing.assert_array_equal(pixels(picture)[20, 30], [200, 100, 50])


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_alpha_is_kept_straight(decoder: DecoderProcess, file_format: str) -> None:
    original = noise(channels=4)
    picture = decoder(encode(original, file_format))
    assert picture.alpha is not None
    np.testing.assert_array_equal(pixels(picture), original[..., :3])
    np.testing.assert_array_equal(np.round(picture.alpha * 255), original[..., 3])


def test_gray_with_alpha(decoder: DecoderProcess) -> None:
    original = noise(channels=2)
    picture = decoder(png(original))
    assert picture.alpha is not None
    np.testing.assert_array_equal(pixels(picture)[..., 2], original[..., 0])
    np.testing.assert_array_equal(np.round(picture.alpha * 255), original[..., 1])


def test_alpha_that_is_opaque_all_over_is_dropped(decoder: DecoderProcess) -> None:
    original = noise(channels=4)
    original[..., 3] = 255
    assert decoder(encode(original, "PNG")).alpha is None
    deep = (original.astype(np.uint16) << 8) | 255
    deep[..., 3] = 65535
    assert decoder(png(deep)).alpha is None


def test_a_picture_that_is_transparent_all_over_is_refused(decoder: DecoderProcess) -> None:
    empty = noise(channels=4)
    empty[..., 3] = 0
    with pytest.raises(UnreadablePicture, match="transparent all over"):
        decoder(encode(empty, "PNG"))


def test_a_bitmap_whose_alpha_was_never_used_is_opaque(decoder: DecoderProcess) -> None:
    rgba = noise(32, 32, 4)
    rgba[..., 3] = 0
    header = struct.pack("<IiiHHIIiiII", 108, 32, -32, 1, 32, 3, 0, 0, 0, 0, 0)
    header += struct.pack("<IIII", 0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000) + b"BGRs" + bytes(48)
    body = np.ascontiguousarray(rgba[..., [2, 1, 0, 3]]).tobytes()
    data = b"BM" + struct.pack("<IHHI", 14 + len(header) + len(body), 0, 0, 14 + len(header)) + header + body
    picture = decoder(data)
    assert picture.alpha is None
    np.testing.assert_array_equal(pixels(picture), rgba[..., :3])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_kept(decoder: DecoderProcess, channels: int) -> None:
    shape = (40, 50) if channels == 1 else (40, 50, channels)
    deep = np.random.default_rng(1).integers(0, 65536, shape, dtype=np.uint16)
    picture = decoder(png(deep))
    colours = np.repeat(deep[..., None], 3, 2) if channels == 1 else deep[..., :3]
    np.testing.assert_allclose(picture.rgb, to_linear(colours / 65535), atol=2e-6)
    if channels == 4:
        assert picture.alpha is not None
        np.testing.assert_allclose(picture.alpha, deep[..., 3] / 65535, atol=1e-6)


def test_sixteen_bit_tiff(decoder: DecoderProcess) -> None:
    deep = np.random.default_rng(2).integers(0, 65536, (40, 50, 3), dtype=np.uint16)
    tags = [
        (256, 3, 1, 50), (257, 3, 1, 40), (258, 3, 3, 8 + deep.nbytes), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, 40), (279, 4, 1, deep.nbytes),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(
        struct.pack("<HHI", tag, kind, number)
        + (struct.pack("<HH", value, 0) if kind == 3 and number == 1 else struct.pack("<I", value))
        for tag, kind, number, value in tags
    )
    data = b"II*\0" + struct.pack("<I", 8 + deep.nbytes + 6) + deep.tobytes() + struct.pack("<HHH", 16, 16, 16)
    picture = decoder(data + directory + bytes(4))
    np.testing.assert_allclose(picture.rgb, to_linear(deep / 65535), atol=2e-6)


def test_measurements_are_no_photo(decoder: DecoderProcess) -> None:
    data = encode(Image.fromarray(np.linspace(-5, 5, 1600, dtype=np.float32).reshape(40, 40)), "TIFF")
    with pytest.raises(UnsupportedFormat, match="measurements"):
        decoder(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation_is_followed(decoder: DecoderProcess, file_format: str, orientation: int) -> None:
    upright = smooth()
    stored = stored_as(upright, orientation)
    options = {"lossless": True} if file_format == "WEBP" else {}
    picture = decoder(encode(stored, file_format, exif=exif(orientation=orientation), **options))
    assert (picture.width, picture.height) == (96, 64)
    assert (picture.source.width, picture.source.height) == stored.size
    assert picture.source.turned == (orientation > 1)
    assert np.abs(pixels(picture).astype(int) - upright).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["HEIF", "AVIF"])
def test_turning_marks_of_heif_and_avif_are_followed_once(
    decoder: DecoderProcess, file_format: str, orientation: int
) -> None:
    upright = smooth()
    stored = stored_as(upright, orientation)
    picture = decoder(encode(stored, file_format, exif=exif(orientation=orientation).tobytes(), quality=90))
    assert (picture.width, picture.height) == (96, 64)
    assert picture.source.turned == (orientation > 1)
    assert np.abs(pixels(picture).astype(int) - upright).mean() < 4


@pytest.mark.parametrize(
    ("file_format", "options", "part"),
    [
        ("GIF", {}, "frames"),
        ("PNG", {}, "frames"),
        ("WEBP", {"lossless": True}, "frames"),
        ("AVIF", {"quality": 90}, "frames"),
        ("TIFF", {}, "pages"),
        ("MPO", {"quality": 95}, "pictures"),
    ],
)
def test_of_several_frames_the_first_is_used_and_said(
    decoder: DecoderProcess, file_format: str, options: dict[str, object], part: str
) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ((200, 30, 30), (30, 200, 30), (30, 30, 200))]
    picture = decoder(encode(frames[0], file_format, save_all=True, append_images=frames[1:], **options))
    assert picture.source.frames == 3
    assert picture.source.notes == (f"The file holds 3 {part}; the first one was used.",)
    assert np.abs(pixels(picture)[20, 20].astype(int) - [200, 30, 30]).max() < 6


def test_a_gain_map_is_said(decoder: DecoderProcess) -> None:
    body = b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version='1.0'/>"
    data = encode(smooth(), "JPEG")
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    assert any("gain map" in note for note in decoder(data).source.notes)


def test_nothing_of_the_metadata_comes_along(decoder: DecoderProcess) -> None:
    marker = "Canary 9000"
    for file_format in ("JPEG", "PNG", "WEBP", "TIFF"):
        data = encode(smooth(), file_format, exif=exif_with_place(marker))
        assert marker.encode() in data
        picture = decoder(data)
        told = repr(dataclasses.asdict(picture.source))
        assert marker not in told and "52" not in told
        assert {field.name for field in dataclasses.fields(picture)} == {"rgb", "alpha", "source"}


def test_large_photos_are_averaged_in_linear_light() -> None:
    with DecoderProcess(IntakeLimits(working_side=64)) as decoder:
        stripes = np.zeros((100, 128, 3), np.uint8)
        stripes[:, ::2] = 255
        picture = decoder(png(stripes))
        assert (picture.width, picture.height) == (64, 50)
        np.testing.assert_allclose(picture.rgb, 0.5, atol=1e-6)
        assert "reduced from 128 × 100 to 64 × 50" in picture.source.notes[0]

        original = noise(150, 213)
        reduced = decoder(png(original)).rgb
        np.testing.assert_allclose(reduced, resize(to_linear(original / 255), 64, 45), atol=2e-5)

        gray = noise(150, 213, 1)
        np.testing.assert_allclose(decoder(png(gray)).rgb[..., 0], resize(to_linear(gray / 255), 64, 45), atol=2e-5)


def test_transparent_pixels_do_not_bleed_into_a_reduced_edge() -> None:
    original = noise(150, 213, 4)
    original[:, :100, 3] = 0
    with DecoderProcess(IntakeLimits(working_side=64)) as decoder:
        picture = decoder(png(original))
    straight = original[..., 3].astype(np.float32) / np.float32(255)
    rgb, alpha = resize_straight(to_linear(original[..., :3] / 255), straight, 64, 45)
    assert picture.alpha is not None
    np.testing.assert_allclose(picture.alpha, alpha, atol=2e-5)
    np.testing.assert_allclose(picture.rgb * alpha[..., None], rgb * alpha[..., None], atol=5e-5)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIF", "JPEG2000"])
def test_a_file_that_is_cut_off_is_said_to_be(decoder: DecoderProcess, file_format: str) -> None:
    data = encode(noise(200, 200), file_format)
    with pytest.raises(UnreadablePicture, match="broken or cut off") as caught:
        decoder(data[: len(data) // 2])
    assert caught.value.remedy


def test_text_chunks_are_never_unpacked(decoder: DecoderProcess) -> None:
    import zlib

    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))
    np.testing.assert_array_equal(pixels(decoder(png(noise(), bomb))), noise())
