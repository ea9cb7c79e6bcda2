from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bgstudio.domain.render import Layers
from bgstudio.errors import ExportError
from bgstudio.export import LAYER_NAMES, confidence_png, cutout_png, layers_png, mask_png, shadow_png
from bgstudio.pixels.colour import linear_to_bytes, quantise
from bgstudio.pixels.types import Byte
from tests import factories


def pixels(data: bytes) -> Byte:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        return np.asarray(image)


def test_the_cutout_is_straight_and_keeps_every_product_pixel() -> None:
    cutout = factories.cutout()
    rgba = pixels(cutout_png(cutout))
    assert rgba.shape == (*cutout.alpha.shape, 4)
    np.testing.assert_array_equal(rgba[..., 3], quantise(cutout.alpha))
    shown = rgba[..., 3] > 0
    np.testing.assert_array_equal(rgba[shown, :3], linear_to_bytes(cutout.rgb)[shown])


def test_nothing_of_the_surroundings_hides_under_the_transparency() -> None:
    rgba = pixels(cutout_png(factories.cutout()))
    assert (rgba[..., 3] == 0).any()
    assert (rgba[rgba[..., 3] == 0] == 0).all()


def test_a_cutout_may_have_the_size_of_any_photo() -> None:
    assert pixels(cutout_png(factories.cutout(height=40, width=33))).shape == (40, 33, 4)


def test_mask_and_confidence_are_gray() -> None:
    cutout = factories.cutout()
    cutout = replace(
        cutout, confidence=np.linspace(0, 1, cutout.alpha.size, dtype=np.float32).reshape(cutout.alpha.shape)
    )
    np.testing.assert_array_equal(pixels(mask_png(cutout)), quantise(cutout.alpha))
    np.testing.assert_array_equal(pixels(confidence_png(cutout)), quantise(cutout.confidence))


def layers(height: int = 70, width: int = 90) -> Layers:
    rng = np.random.default_rng(0)
    background, *others = (rng.integers(0, 256, (height, width, n), dtype=np.uint8) for n in (3, 4, 4, 4))
    return Layers(background, *others)


def test_layers_come_by_name_from_the_bottom_up() -> None:
    source = layers()
    files = layers_png(source)
    assert tuple(files) == LAYER_NAMES == ("background", "shadow", "reflection", "product")
    for name, data in files.items():
        np.testing.assert_array_equal(pixels(data), getattr(source, name))


def test_the_shadow_alone() -> None:
    source = layers()
    np.testing.assert_array_equal(pixels(shadow_png(source)), source.shadow)
    assert shadow_png(source) == layers_png(source)["shadow"]


def test_layers_of_a_size_that_is_not_written() -> None:
    with pytest.raises(ExportError, match="90 × 63"):
        layers_png(layers(63))
    with pytest.raises(ExportError, match="90 × 63"):
        shadow_png(layers(63))
