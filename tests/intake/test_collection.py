"""Files from the wild: broken ones, attacks, and every format a camera or a shop hands over.

Files under ``bad`` may attack whoever opens them; they are handed to nothing but the decoder.
"""

from __future__ import annotations

import numpy as np
import psutil
import pytest

from bgstudio.errors import IntakeError, PictureTooSmall, UnreadablePicture, UnsupportedFormat
from bgstudio.intake import DecoderProcess, own_cutout
from tests.material import material, names

SECONDS = 5.0
"""Most processor time that a file may cost."""


def processor_seconds(decoder: DecoderProcess) -> float:
    assert decoder._child is not None
    times = psutil.Process(decoder._child.process.pid).cpu_times()
    return float(times.user + times.system)


FORMATS: dict[str, tuple[str, int, int, bool] | type[IntakeError]] = {
    "Pillow__frozenpond.mpo": ("mpo", 640, 480, False),
    "Pillow__junk_jpeg_header.jpg": ("jpeg", 1024, 768, False),
    "codec-corpus__bike.jxl": UnsupportedFormat,
    "exif-orientati__Landscape_3.jpg": ("jpeg", 1800, 1200, False),
    "exif-orientati__Landscape_5.jpg": ("jpeg", 1800, 1200, False),
    "exif-orientati__Landscape_6.jpg": ("jpeg", 1800, 1200, False),
    "exif-orientati__Landscape_8.jpg": ("jpeg", 1800, 1200, False),
    "image-png__basn2c16.png": ("png", 32, 32, False),
    "libavif__abc_color_irot_alpha_irot.avif": ("avif", 256, 512, True),
    "libheif__example.avif": ("avif", 800, 533, False),
    "libheif__example.heic": ("heif", 1280, 854, False),
    "libvips__avif-orientation-6.avif": ("avif", 3024, 4032, False),
    "photoprism__iphone_7.heic": ("heif", 3024, 4032, False),
    "photoprism__this-is-a-jpeg.png": ("jpeg", 240, 180, False),
    "pillow_heif__alpha.heic": ("heif", 1440, 960, False),
    "pillow_heif__xiaomi.heic": ("heif", 2592, 1944, False),
    "pngsuite__basn6a16.png": ("png", 32, 32, True),
    "pngsuite__tbbn3p08.png": ("png", 32, 32, True),
    "saleor__saleor-sunnies.png": ("png", 2160, 2160, True),
    "sharp__5_webp_a.webp": ("webp", 300, 300, True),
    "sharp__Channel_digital_image_CMYK_color.jpg": ("jpeg", 500, 333, False),
    "sharp__Channel_digital_image_CMYK_color_no_profile.jpg": ("jpeg", 500, 333, False),
    "sharp__Flag_of_the_Netherlands-16bit.png": ("png", 900, 600, False),
    "sharp__animated-loop-3.gif": ("gif", 370, 285, False),
    "sharp__full-transparent.png": UnreadablePicture,
    "sharp__gain-map.jpg": ("jpeg", 3840, 2160, False),
    "sharp__gamma_dalai_lama_gray.jpg": ("jpeg", 258, 222, False),
    "sharp__prophoto.png": PictureTooSmall,
    "sharp__rotating-squares.webp": ("webp", 80, 80, True),
    "sharp__swiss.png": ("png", 68, 68, False),
    "sharp__uncompressed_tiff.tiff": ("tiff", 246, 345, False),
    "shopware__animated.avif": ("avif", 320, 320, False),
    "shopware__animated.gif": ("gif", 320, 320, False),
    "shopware__animated.webp": ("webp", 320, 320, False),
    "solidus__solidus_bottles_1.png": ("png", 1360, 1190, True),
    "squoosh__example_palette.png": ("png", 1024, 540, False),
    "thumbor__Giunchedi_2C_Filippo_January_2015_01-grayscale.jpg": ("jpeg", 800, 533, False),
}


@pytest.mark.material
@pytest.mark.parametrize("name", names("bad"))
def test_no_file_does_harm(decoder: DecoderProcess, name: str) -> None:
    data = material("bad", name).read_bytes()
    before = processor_seconds(decoder)
    try:
        picture = decoder(data)
    except IntakeError as error:
        assert error.what and (error.meaning or error.remedy)
    else:
        assert min(picture.width, picture.height) >= 32
        assert max(picture.width, picture.height) <= decoder.limits.working_side
        assert np.isfinite(picture.rgb).all()
        assert picture.rgb.min() >= 0 and picture.rgb.max() <= 1
    assert processor_seconds(decoder) - before < SECONDS


@pytest.mark.material
@pytest.mark.parametrize("name", names("formats"))
def test_every_format(decoder: DecoderProcess, name: str) -> None:
    data = material("formats", name).read_bytes()
    expected = FORMATS[name]
    if isinstance(expected, type):
        with pytest.raises(expected):
            decoder(data)
        return
    picture = decoder(data)
    told = (picture.source.format, picture.width, picture.height, picture.alpha is not None)
    assert told == expected
    assert picture.rgb.dtype == np.float32 and picture.rgb.shape == (picture.height, picture.width, 3)


@pytest.mark.material
def test_the_list_of_formats_is_the_collections() -> None:
    material("formats")
    assert set(names("formats")) == set(FORMATS)


@pytest.mark.material
def test_cmyk_with_and_without_its_profile_look_alike(decoder: DecoderProcess) -> None:
    with_profile = decoder(material("formats", "sharp__Channel_digital_image_CMYK_color.jpg").read_bytes()).rgb
    without = decoder(material("formats", "sharp__Channel_digital_image_CMYK_color_no_profile.jpg").read_bytes()).rgb
    assert np.abs(with_profile - without).mean() < 0.06


@pytest.mark.material
@pytest.mark.parametrize("name", names("cutouts"))
def test_cutouts_are_known_as_such(decoder: DecoderProcess, name: str) -> None:
    assert own_cutout(decoder(material("cutouts", name).read_bytes()))


@pytest.mark.material
@pytest.mark.parametrize("name", names("photos/easy"))
def test_ordinary_photos_are_not_taken_for_cutouts(decoder: DecoderProcess, name: str) -> None:
    assert not own_cutout(decoder(material("photos", "easy", name).read_bytes()))
