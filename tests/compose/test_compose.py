from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bgstudio.compose import compose, place_product
from bgstudio.compose.composite import restore_pixels
from bgstudio.domain.brief import Placement
from bgstudio.domain.plate import Plate
from bgstudio.domain.shot import Rect, Shot
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Byte
from tests import factories


def opaque_product(of: Shot) -> tuple[Byte, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """The resized cut-out in a frame of its own, and where it is opaque, reckoned anew."""
    rgb, alpha = resize_straight(*of.cutout.cropped(), of.rect.width, of.rect.height)
    return linear_to_bytes(rgb), alpha >= OPAQUE


@pytest.mark.parametrize("kind", ["bottle", "shoe", "ring", "box"])
def test_product_pixels_are_the_cutouts_own(kind: str) -> None:
    of = factories.shot(factories.cutout(kind))
    picture = compose(of, factories.plate(of)).pixels
    expected, opaque = opaque_product(of)
    rect = of.rect
    inside = picture[rect.top : rect.bottom, rect.left : rect.right]
    assert opaque.sum() > 500
    assert np.array_equal(inside[opaque], expected[opaque])


def test_at_the_photos_own_size_the_photos_own_bytes_are_seen() -> None:
    product = factories.cutout("box", 120, 120)
    left, top, right, bottom = product.box
    world = factories.scene()
    of = Shot(world, product, 200, 200, Rect(40, 50, right - left, bottom - top))
    picture = compose(of, factories.plate(of)).pixels
    alpha = product.alpha[top:bottom, left:right]
    photo = linear_to_bytes(product.rgb)[top:bottom, left:right]
    seen = picture[50 : 50 + bottom - top, 40 : 40 + right - left]
    assert np.array_equal(seen[alpha >= OPAQUE], photo[alpha >= OPAQUE])


def test_harmonising_changes_product_pixels_only_when_asked() -> None:
    of = factories.shot()
    tinted = replace(factories.plate(of), backdrop=factories.plate(of).backdrop * np.array([1.2, 1.0, 0.7], np.float32))
    assert not np.array_equal(compose(of, tinted).pixels, compose(of, tinted, harmonise=1.0).pixels)
    expected, opaque = opaque_product(of)
    rect = of.rect
    changed = compose(of, tinted, harmonise=1.0).pixels[rect.top : rect.bottom, rect.left : rect.right]
    assert (changed[opaque] != expected[opaque]).any()


def glowing(of: Shot) -> Plate:
    """A painted plate whose floor mirrors something red."""
    plate = factories.plate(of)
    glow = np.zeros_like(plate.backdrop)
    glow[of.rect.bottom :, :, 0] = 0.08
    return replace(plate, reflection=glow)


@pytest.mark.parametrize("shadow", [0.0, 0.4, 1.0, 1.5])
@pytest.mark.parametrize("reflection", [0.0, 1.0, 2.0])
def test_layers_give_the_picture_back(shadow: float, reflection: float) -> None:
    of = replace(factories.shot(), shadow=shadow, reflection=reflection)
    composite = compose(of, glowing(of))
    layers = composite.layers
    stack = layers.background.astype(np.float64)
    for layer in (layers.shadow, layers.reflection, layers.product):
        alpha = layer[..., 3:].astype(np.float64) / 255
        stack = layer[..., :3] * alpha + stack * (1 - alpha)
    error = np.abs(stack - composite.pixels)
    assert error.max() <= 2.0
    assert error.mean() < 0.6
    expected, opaque = opaque_product(of)
    inside = composite.pixels[of.rect.top : of.rect.bottom, of.rect.left : of.rect.right]
    assert np.array_equal(inside[opaque], expected[opaque])


def test_the_shadow_is_as_strong_as_asked() -> None:
    of = factories.shot()
    plate = factories.plate(of)
    depth = [
        int(compose(replace(of, shadow=strength), plate).layers.shadow[of.rect.bottom + 3, of.rect.left + 40, 3])
        for strength in (0.0, 0.5, 1.0, 1.5)
    ]
    assert depth[0] <= 2  # the grain's
    assert depth == sorted(depth)
    assert len(set(depth)) == 4
    assert 0.35 < depth[1] / depth[2] < 0.75


def test_a_natural_strength_is_the_limit_of_strengths_near_it() -> None:
    of = factories.shot()
    plate = glowing(of)
    natural = compose(of, plate).pixels.astype(int)
    near = compose(replace(of, shadow=1 - 1e-6, reflection=1 + 1e-6), plate).pixels.astype(int)
    assert np.abs(natural - near).max() <= 1


def test_the_reflection_is_as_strong_as_asked() -> None:
    of = factories.shot()
    plate = glowing(of)
    row = of.rect.bottom + 30
    red = [
        float(compose(replace(of, reflection=factor), plate).pixels[row:, :, 0].mean()) for factor in (0.0, 1.0, 2.0)
    ]
    bare = compose(of, factories.plate(of)).pixels
    assert red[0] < red[1] < red[2]
    assert abs(red[0] - float(bare[row:, :, 0].mean())) < 0.5


def test_a_mirror_without_its_image_is_the_empty_set_again() -> None:
    of = replace(factories.shot(), reflection=0.0)
    plate = factories.plate(of)
    image = np.zeros_like(plate.backdrop)
    image[of.rect.bottom :, of.rect.left : of.rect.right] = 0.5
    mirror = replace(plate, shadow=np.where(image > 0, 0.1, 1).astype(np.float32), reflection=image, foot=None)
    composite = compose(of, mirror)
    below = np.s_[of.rect.bottom + 20 : of.rect.bottom + 60, of.rect.left + 10 : of.rect.right - 10]
    empty = composite.layers.background[below].astype(float).mean()
    assert composite.pixels[below].astype(float).mean() > 0.75 * empty


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.5])
def test_half_a_shadow_on_white_is_still_seen_and_white_stays_white(strength: float) -> None:
    of = replace(factories.shot(), shadow=strength)
    painted = factories.plate(of)
    # a packshot's white lies high on the tone curve: its shadow is put through the curve backwards
    shadow = np.where(painted.shadow < 0.98, 0.1 * painted.shadow, 1).astype(np.float32)
    white = replace(painted, backdrop=np.full_like(painted.backdrop, 8.0), shadow=shadow, vignette=0.0)
    picture = compose(of, white).pixels
    below = picture[of.rect.bottom + 3, of.rect.left + 40]
    assert (picture[: of.rect.top - 20] == 255).all()
    assert (below == 255).all() if strength == 0 else (below < 250).all()


def test_shadow_layer_is_black_and_lies_at_the_foot() -> None:
    of = factories.shot()
    shadow = compose(of, factories.plate(of)).layers.shadow
    assert not shadow[..., :3].any()
    near = shadow[of.rect.bottom + 2, of.rect.left + of.rect.width // 2, 3]
    far = shadow[5, 5, 3]
    assert near > 60
    assert far <= 2


def test_white_backdrop_stays_white_to_the_last_pixel() -> None:
    of = factories.shot()
    painted = factories.plate(of)
    white = replace(painted, backdrop=np.full_like(painted.backdrop, 8.0), vignette=0.0)
    picture = compose(of, white).pixels
    assert (picture[: of.rect.top - 20] == 255).all()


def test_product_beyond_the_frame_is_cut_off() -> None:
    product = factories.cutout("box")
    placed = place_product(product, Rect(-40, 150, 120, 200), 100, 200)
    assert placed.alpha.shape == (200, 100)
    assert placed.alpha[160:, 0:60].mean() > 0.9


def test_same_input_same_bytes() -> None:
    of = factories.shot()
    plate = factories.plate(of)
    assert compose(of, plate).pixels.tobytes() == compose(of, plate).pixels.tobytes()


def test_restore_pixels_undoes_any_damage() -> None:
    of = factories.shot()
    placed = place_product(of.cutout, of.rect, of.width, of.height)
    damaged = np.zeros((of.height, of.width, 3), np.uint8)
    restored = restore_pixels(damaged, placed)
    opaque = placed.alpha >= OPAQUE
    assert np.array_equal(restored[opaque], placed.rgb[opaque])
    assert not restored[~opaque].any()


def test_placement_is_validated() -> None:
    with pytest.raises(ValueError, match="less than or equal"):
        Placement(height=2.0)
