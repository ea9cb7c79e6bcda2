"""Whatever colours a file is in, the picture is linear sRGB."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from bgstudio.intake import DecoderProcess
from bgstudio.intake.icc import BrokenProfile, read_curves
from bgstudio.intake.press import press_to_linear
from bgstudio.pixels.colour import linear_to_bytes, to_linear
from tests.intake.files import (
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB_CURVE,
    chunk,
    encode,
    exif,
    noise,
    png,
    profile,
)
from tests.material import material

SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def swatch(*rgb: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((32, 32, 3), rgb, np.uint8)


def colour_of(decoder: DecoderProcess, data: bytes) -> list[int]:
    return [int(value) for value in linear_to_bytes(decoder(data).rgb)[16, 16]]


def by_library(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], icc: bytes, mode: str = "RGB"
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """What LittleCMS makes of it: relative colorimetric with black point compensation."""
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    out = ImageCms.applyTransform(Image.fromarray(pixels, mode if mode == "CMYK" else None), transform)
    assert out is not None
    return np.asarray(out)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_display_p3(decoder: DecoderProcess, file_format: str) -> None:
    icc = profile(DISPLAY_P3, SRGB_CURVE, name="Display P3")
    options = {"lossless": True} if file_format == "WEBP" else {}
    # 234, 51, 35 in Display P3 is pure red in sRGB
    data = encode(swatch(234, 51, 35), file_format, icc_profile=icc, **options)
    assert np.abs(np.array(colour_of(decoder, data)) - [255, 0, 0]).max() <= 2
    source = decoder(data).source
    assert source.profile == "Display P3"
    assert "converted from Display P3 to sRGB" in source.notes[0]


def test_colours_beyond_srgb_are_clipped_and_said(decoder: DecoderProcess) -> None:
    data = encode(swatch(255, 0, 0), "PNG", icc_profile=profile(DISPLAY_P3, SRGB_CURVE))
    picture = decoder(data)
    assert linear_to_bytes(picture.rgb)[0, 0].tolist() == [255, 0, 0]
    assert picture.rgb.min() >= 0 and picture.rgb.max() <= 1
    assert any("100 % of the photo had colours outside sRGB" in note for note in picture.source.notes)


@pytest.mark.parametrize(
    ("columns", "gamma"), [(DISPLAY_P3, SRGB_CURVE), (ADOBE_RGB, 563 / 256), (SRGB, 1.8), (SRGB, 1.0)]
)
def test_matrix_profiles_agree_with_the_colour_library(
    decoder: DecoderProcess, columns: tuple[tuple[float, float, float], ...], gamma: float | bytes
) -> None:
    icc = profile(columns, gamma)
    pixels = noise()
    ours = linear_to_bytes(decoder(encode(pixels, "PNG", icc_profile=icc)).rgb).astype(int)
    assert np.abs(ours - by_library(pixels, icc)).max() <= 1


@pytest.mark.parametrize("kind", range(5))
def test_every_kind_of_parametric_curve_agrees_with_the_colour_library(decoder: DecoderProcess, kind: int) -> None:
    values = {
        0: (2.0,),
        1: (2.0, 1.1, -0.1),
        2: (2.0, 0.9, 0.05, 0.005),
        3: (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
        4: (2.4, 0.9, 0.08, 0.07, 0.05, 0.001, 0.002),
    }[kind]
    fixed = struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
    icc = profile(DISPLAY_P3, b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed)
    pixels = noise()
    ours = linear_to_bytes(decoder(encode(pixels, "PNG", icc_profile=icc)).rgb).astype(int)
    theirs = by_library(pixels, icc)
    if kind in (2, 4):  # they start above black, and the library only estimates the black point
        assert np.abs(ours - theirs)[theirs > 30].max() <= 4
        assert ours.min() == 0
    else:
        assert np.abs(ours - theirs).max() <= 2


def test_curves_given_as_tables(decoder: DecoderProcess) -> None:
    table = (np.linspace(0, 1, 300) ** 1.7 * 65535).astype(">u2")
    icc = profile(DISPLAY_P3, b"curv\0\0\0\0" + struct.pack(">I", len(table)) + table.tobytes())
    pixels = noise()
    ours = linear_to_bytes(decoder(encode(pixels, "PNG", icc_profile=icc)).rgb).astype(int)
    assert np.abs(ours - by_library(pixels, icc)).max() <= 1


@pytest.mark.parametrize("icc", ["library", "drawn"])
def test_a_profile_that_is_srgb_changes_no_byte(decoder: DecoderProcess, icc: str) -> None:
    library = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = noise()
    picture = decoder(encode(pixels, "PNG", icc_profile=library if icc == "library" else profile(SRGB, SRGB_CURVE)))
    np.testing.assert_array_equal(linear_to_bytes(picture.rgb), pixels)
    assert picture.source.profile and picture.source.notes == ()


def test_wide_gamut_keeps_its_sixteen_bits(decoder: DecoderProcess) -> None:
    ramp = np.linspace(20000, 20200, 64 * 64).astype(np.uint16).reshape(64, 64)
    deep = np.repeat(ramp[..., None], 3, 2)
    import zlib

    body = b"wide\0\0" + zlib.compress(profile(ADOBE_RGB, 563 / 256))
    picture = decoder(png(deep, chunk(b"iCCP", body)))
    np.testing.assert_allclose(picture.rgb[..., 1], (deep[..., 1] / 65535) ** (563 / 256), atol=1e-5)
    assert len(np.unique(picture.rgb[..., 1])) > 190


def test_white_stays_white_in_every_matrix_profile(decoder: DecoderProcess) -> None:
    for columns in (DISPLAY_P3, ADOBE_RGB, SRGB):
        data = encode(swatch(255, 255, 255), "PNG", icc_profile=profile(columns, 2.2))
        np.testing.assert_allclose(decoder(data).rgb, 1, atol=1e-6)


def test_gray_with_gamma(decoder: DecoderProcess) -> None:
    gray = noise(channels=1)
    icc = profile((), 1.8, b"GRAY")
    picture = decoder(encode(gray, "PNG", icc_profile=icc))
    np.testing.assert_allclose(picture.rgb[..., 2], (gray / 255.0) ** (461 / 256), atol=1e-4)


@pytest.mark.parametrize("damage", ["noise", "cut off", "no white", "curve of an unknown kind"])
def test_a_broken_profile_is_read_as_srgb_and_said(decoder: DecoderProcess, damage: str) -> None:
    good = profile(DISPLAY_P3, SRGB_CURVE)
    icc = {
        "noise": bytes(range(256)),
        "cut off": good[: len(good) // 2],
        "no white": profile(((0.9, 0.5, 0.1), (0.1, 0.1, 0.1), (0.1, 0.0, 0.7)), 2.2),
        "curve of an unknown kind": profile(DISPLAY_P3, b"what\0\0\0\0" + bytes(8)),
    }[damage]
    with pytest.raises(BrokenProfile):
        read_curves(icc)
    pixels = noise()
    picture = decoder(encode(pixels, "PNG", icc_profile=icc))
    np.testing.assert_array_equal(linear_to_bytes(picture.rgb), pixels)
    assert picture.source.notes == ("The file's colour profile is broken; the colours were read as sRGB.",)


def test_a_profile_of_another_kind_of_colours_is_not_used(decoder: DecoderProcess) -> None:
    pixels = noise()
    picture = decoder(encode(pixels, "PNG", icc_profile=profile((), 1.8, b"GRAY")))
    np.testing.assert_array_equal(linear_to_bytes(picture.rgb), pixels)
    assert "another kind of colours" in picture.source.notes[0]


def test_a_camera_that_marks_adobe_rgb_in_exif(decoder: DecoderProcess) -> None:
    tags = exif(model="camera")
    tags.get_ifd(0x8769)[0xA005] = {1: "R03"}
    pixels = swatch(60, 180, 90)
    marked = colour_of(decoder, encode(pixels, "JPEG", exif=tags, quality=100, subsampling=0))
    embedded = colour_of(
        decoder, encode(pixels, "JPEG", icc_profile=profile(ADOBE_RGB, 563 / 256), quality=100, subsampling=0)
    )
    assert marked != [60, 180, 90]
    assert np.abs(np.array(marked) - embedded).max() <= 1


def test_png_gamma_and_chromaticities(decoder: DecoderProcess) -> None:
    pixels = noise()
    linear = decoder(png(pixels, chunk(b"gAMA", struct.pack(">I", 100000))))
    np.testing.assert_allclose(linear.rgb, pixels / 255, atol=1e-5)
    usual = decoder(png(pixels, chunk(b"gAMA", struct.pack(">I", 45455))))
    np.testing.assert_array_equal(linear_to_bytes(usual.rgb), pixels)
    p3 = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
    red = decoder(png(swatch(234, 51, 35), chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"cHRM", p3)))
    assert np.abs(linear_to_bytes(red.rgb)[0, 0].astype(int) - [255, 0, 0]).max() <= 2
    senseless = decoder(png(pixels, chunk(b"cHRM", bytes(32))))
    np.testing.assert_array_equal(linear_to_bytes(senseless.rgb), pixels)


def test_coding_points_of_a_png(decoder: DecoderProcess) -> None:
    red = decoder(png(swatch(234, 51, 35), chunk(b"cICP", bytes([12, 13, 0, 1]))))
    assert np.abs(linear_to_bytes(red.rgb)[0, 0].astype(int) - [255, 0, 0]).max() <= 2
    pixels = noise()
    plain = decoder(png(pixels, chunk(b"cICP", bytes([1, 13, 0, 1]))))
    np.testing.assert_array_equal(linear_to_bytes(plain.rgb), pixels)


@pytest.mark.parametrize(("transfer", "white"), [(16, 0.5807), (18, 0.75)])
def test_hdr_pictures_keep_their_mid_tones_and_compress_their_lights(
    decoder: DecoderProcess, transfer: int, white: float
) -> None:
    """Diffuse white sits at 58 % of a PQ signal (203 nits) and at 75 % of an HLG one (ITU-R BT.2408)."""
    levels = np.array([0.0, white, 1.0])
    deep = np.repeat((levels * 65535).astype(np.uint16)[None, :, None], 3, 2).repeat(40, 0).repeat(20, 1)
    picture = decoder(png(deep, chunk(b"cICP", bytes([9, transfer, 0, 1]))))
    black, diffuse, brightest = picture.rgb[10, [5, 25, 45], 1]
    assert black < 1e-4
    assert 0.7 < diffuse < 0.9  # 1 before the shoulder
    assert diffuse < brightest <= 1
    assert any("HDR" in note for note in picture.source.notes)


def test_coding_points_of_an_avif_and_a_heif(decoder: DecoderProcess) -> None:
    """Display P3 told by nothing but the ``colr`` box, as phones and browsers do."""
    for file_format in ("AVIF", "HEIF"):
        data = encode(swatch(234, 51, 35), file_format, quality=100)
        at = data.find(b"colrnclx")
        assert at > 0
        data = data[: at + 8] + struct.pack(">HH", 12, 13) + data[at + 12 :]
        assert np.abs(np.array(colour_of(decoder, data)) - [255, 0, 0]).max() <= 8


def test_cmyk_with_its_profile(decoder: DecoderProcess) -> None:
    with Image.open(material("formats", "sharp__Channel_digital_image_CMYK_color.jpg")) as image:
        icc = image.info["icc_profile"]
    inks = noise(channels=4)
    data = encode(Image.fromarray(inks, "CMYK"), "TIFF", icc_profile=icc)
    picture = decoder(data)
    np.testing.assert_array_equal(linear_to_bytes(picture.rgb), by_library(inks, icc, "CMYK"))
    assert picture.source.profile == "U.S. Web Coated (SWOP) v2"


def test_cmyk_without_a_profile_looks_printed(decoder: DecoderProcess) -> None:
    def ink(*parts: int) -> list[int]:
        return colour_of(decoder, encode(Image.new("CMYK", (32, 32), parts), "TIFF"))

    assert ink(0, 0, 0, 0) == [255, 255, 255]
    assert np.abs(np.array(ink(255, 0, 0, 0)) - [0, 158, 224]).max() <= 1  # the ink, not screen cyan
    assert np.abs(np.array(ink(0, 255, 255, 0)) - [227, 6, 19]).max() <= 1
    assert max(ink(0, 0, 0, 255)) < 40
    assert all(later < earlier for earlier, later in zip(ink(0, 0, 0, 50), ink(0, 0, 0, 150), strict=True))
    note = decoder(encode(Image.new("CMYK", (32, 32)), "JPEG")).source.notes[0]
    assert "CMYK without" in note


def test_the_press_model_is_smooth_and_within_range() -> None:
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    inks = np.stack(np.meshgrid(steps, steps, steps, steps, indexing="ij"), -1).reshape(81, 81, 4)
    linear = press_to_linear(inks)
    assert linear.min() >= 0 and linear.max() <= 1
    luminance = (linear @ np.array([0.2126, 0.7152, 0.0722])).reshape(9, 9, 9, 9)
    assert np.diff(luminance, axis=3).max() <= 1e-6  # more black is never lighter


def test_lab_tiff(decoder: DecoderProcess) -> None:
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(Image.fromarray(swatch(180, 90, 60)), to_lab)
    assert lab is not None
    assert np.abs(np.array(colour_of(decoder, encode(lab, "TIFF"))) - [180, 90, 60]).max() <= 3


def test_gray_is_linearised_like_colour(decoder: DecoderProcess) -> None:
    gray = noise(channels=1)
    np.testing.assert_allclose(decoder(encode(gray, "BMP")).rgb[..., 0], to_linear(gray / 255), atol=1e-7)
