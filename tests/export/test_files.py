"""Files open again at the right size, carry a colour profile and nothing else, and are the same bytes each time."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageCms

from bgstudio.domain.brief import FileFormat
from bgstudio.errors import ExportError
from bgstudio.export import DEFAULT_QUALITY, EXTENSIONS, MEDIA_TYPES, encode, on_white
from bgstudio.export.srgb import srgb_profile
from bgstudio.pixels.types import Byte


def picture(height: int = 80, width: int = 120, channels: int = 3) -> Byte:
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    rgb = np.stack([60 + 150 * x, 60 + 150 * y, 200 - 120 * x], -1)
    if channels == 4:
        rgb = np.dstack([rgb, np.where(np.hypot(x - 0.5, y - 0.5) < 0.35, 255, 0)])
    return rgb.astype(np.uint8)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("file_format", FileFormat)
def test_opens_again(file_format: FileFormat) -> None:
    data = encode(picture(), file_format)
    image = opened(data)
    assert image.format == file_format.value.upper()
    assert image.size == (120, 80) and image.mode == "RGB"
    assert np.abs(np.asarray(image).astype(int) - picture()).mean() < 2


def test_png_keeps_every_byte() -> None:
    for channels in (3, 4):
        np.testing.assert_array_equal(
            np.asarray(opened(encode(picture(channels=channels), FileFormat.PNG))), picture(channels=channels)
        )


@pytest.mark.parametrize("file_format", [FileFormat.WEBP, FileFormat.AVIF])
def test_transparency_is_kept(file_format: FileFormat) -> None:
    image = opened(encode(picture(channels=4), file_format))
    assert image.mode == "RGBA"
    assert np.abs(np.asarray(image)[..., 3].astype(int) - picture(channels=4)[..., 3]).max() <= 2


@pytest.mark.parametrize("file_format", FileFormat)
def test_tagged_as_srgb_and_nothing_else(file_format: FileFormat) -> None:
    info = opened(encode(picture(), file_format)).info
    profile = ImageCms.ImageCmsProfile(io.BytesIO(info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert not info.keys() & {"exif", "xmp", "comment", "photoshop", "Software", "date:create"}


@pytest.mark.parametrize("file_format", FileFormat)
def test_the_same_bytes_in_another_process_at_another_time(file_format: FileFormat) -> None:
    script = (
        "import sys; from tests.export.test_files import picture\n"
        "from bgstudio.domain.brief import FileFormat; from bgstudio.export import encode\n"
        "sys.stdout.buffer.write(encode(picture(), FileFormat(sys.argv[1])))"
    )
    there = subprocess.run([sys.executable, "-c", script, file_format.value], capture_output=True, timeout=60)
    assert there.returncode == 0, there.stderr
    assert there.stdout == encode(picture(), file_format)


def test_the_profile_holds_no_date_of_its_making() -> None:
    library = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert srgb_profile()[24:36] == b"\x07\xe4\x00\x01\x00\x01" + bytes(6)
    assert srgb_profile()[:24] + srgb_profile()[36:] == library[:24] + library[36:]
    assert len(srgb_profile()) < 4000


def test_jpeg_has_full_colour_resolution() -> None:
    red_dots = np.full((64, 64, 3), 128, np.uint8)
    red_dots[::2, ::2] = [200, 40, 40]
    data = encode(red_dots, FileFormat.JPEG)
    frame = data.index(b"\xff\xc0")
    assert data[frame + 11] == 0x11  # luminance is sampled as often as colour
    assert np.abs(np.asarray(opened(data)).astype(int) - red_dots).mean() < 6


@pytest.mark.parametrize("file_format", [FileFormat.JPEG, FileFormat.WEBP, FileFormat.AVIF])
def test_quality_counts(file_format: FileFormat) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)
    low, default, high = (len(encode(noise, file_format, quality=quality)) for quality in (20, None, 98))
    assert low < default < high
    assert default == len(encode(noise, file_format, quality=DEFAULT_QUALITY[file_format]))


def test_a_transparent_jpeg_is_refused_with_a_way_out() -> None:
    with pytest.raises(ExportError, match="JPEG cannot be transparent") as caught:
        encode(picture(channels=4), FileFormat.JPEG)
    assert "white" in caught.value.remedy


def test_flattened_on_white_in_linear_light() -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:, :20] = [10, 20, 30, 255]
    rgba[:, 20:40] = [0, 0, 0, 128]
    flat = on_white(rgba)
    assert (flat[0, 0] == [10, 20, 30]).all() and (flat[0, 50] == 255).all()
    assert (flat[0, 30] == 187).all()  # half the light of white, not half its code
    assert opened(encode(rgba, FileFormat.JPEG, flatten=True)).mode == "RGB"


@pytest.mark.parametrize(("width", "height"), [(63, 100), (100, 63), (4097, 100), (100, 4097)])
def test_sizes_that_are_not_written(width: int, height: int) -> None:
    with pytest.raises(ExportError, match=f"{width} × {height}") as caught:
        encode(np.zeros((height, width, 3), np.uint8), FileFormat.PNG)
    assert "64 to 4096" in caught.value.meaning


@pytest.mark.parametrize(("width", "height"), [(64, 64), (4096, 64)])
def test_the_smallest_and_the_longest_that_are(width: int, height: int) -> None:
    assert opened(encode(np.zeros((height, width, 3), np.uint8), FileFormat.PNG)).size == (width, height)


@pytest.mark.parametrize("quality", [0, -1, 101])
def test_qualities_that_do_not_exist(quality: int) -> None:
    with pytest.raises(ExportError, match="quality"):
        encode(picture(), FileFormat.JPEG, quality=quality)


def test_what_is_no_picture_is_a_programming_error() -> None:
    for pixels in (np.zeros((80, 80), np.uint8), np.zeros((80, 80, 3), np.float32), np.zeros((80, 80, 2), np.uint8)):
        with pytest.raises(TypeError):
            encode(pixels, FileFormat.PNG)  # type: ignore[arg-type]


def test_every_format_has_an_extension_and_a_media_type() -> None:
    assert set(EXTENSIONS) == set(MEDIA_TYPES) == set(FileFormat)
