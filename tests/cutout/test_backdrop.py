from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout.backdrop import Backdrop, find_backdrop
from bgstudio.cutout.backdrop import unmix as unmix_fully
from bgstudio.cutout.passes import decide
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Byte, Float
from tests.cutout.kit import disc_mask, grid, mug, photo


def encoded(rgb: Byte) -> Float:
    return np.asarray(rgb / np.float32(255), np.float32)


def soft(alpha: Float, sigma: float = 4) -> Float:
    """What a coarse network would make of it."""
    return blur(alpha, sigma)


def unmix(image: Float, network: Float, backdrop: Backdrop, cell: float) -> Float:
    return unmix_fully(image, decide(network, cell), network, backdrop, cell)


def test_a_backdrop_that_falls_off_is_followed_under_the_product() -> None:
    y, x = grid(300, 400)
    light = 0.85 - 0.2 * (x / 400) - 0.1 * (y / 300) ** 2
    image = np.repeat(light[..., None], 3, -1).astype(np.float32)
    disc = disc_mask(300, 400, 150, 200, 70)
    image[disc] = (0.2, 0.3, 0.6)
    found = find_backdrop(image, disc.astype(np.float32))
    assert found is not None
    assert np.abs(found.colour[..., 0] - light).max() < 0.01
    assert found.noise < 0.01


def test_a_room_is_no_plain_backdrop() -> None:
    rng = np.random.default_rng(3)
    image = np.kron(rng.random((10, 12, 3)), np.ones((30, 30, 1))).astype(np.float32)
    assert find_backdrop(image, disc_mask(300, 360, 150, 180, 60).astype(np.float32)) is None


def test_a_frame_full_of_product_has_no_backdrop() -> None:
    image = np.full((200, 200, 3), 0.5, np.float32)
    assert find_backdrop(image, np.ones((200, 200), np.float32)) is None


def test_the_hole_of_a_handle_is_opened() -> None:
    alpha = mug()
    image = encoded(photo(alpha))
    filled = alpha.copy()
    hole = disc_mask(480, 640, 0.52 * 480, 0.6 * 640, 0.1 * 480) & (grid(480, 640)[1] > 0.62 * 640)
    filled[hole] = 0.6
    backdrop = find_backdrop(image, filled)
    assert backdrop is not None
    out = unmix(image, soft(filled), backdrop, 4.0)
    assert out[hole].mean() < 0.05
    assert out[alpha > 0.99].mean() > 0.99


def test_a_shadow_is_not_added_and_a_lost_part_is() -> None:
    alpha = mug()
    image = encoded(photo(alpha))
    y, x = grid(480, 640)
    shadow = 1 - 0.4 * np.exp(-(((y - 400) / 20) ** 2) - ((x - 330) / 150) ** 2)
    image = image * np.where(alpha > 0.5, 1, shadow)[..., None].astype(np.float32)
    matte = soft(alpha)
    lost = (alpha > 0.9) & (x > 0.66 * 640)
    matte[lost] = 0
    backdrop = find_backdrop(image, matte)
    assert backdrop is not None
    out = unmix(image, matte, backdrop, 2.0)
    assert out[lost].mean() > 0.9
    assert out[(alpha < 0.01) & (y > 395) & (shadow < 0.8)].max() < 0.3


def test_white_on_white_is_left_to_the_network() -> None:
    alpha = disc_mask(320, 320, 160, 160, 90).astype(np.float32)
    image = encoded(photo(alpha, product=(0.91, 0.91, 0.9)))
    backdrop = find_backdrop(image, alpha)
    assert backdrop is not None
    assert unmix(image, soft(alpha, 1), backdrop, 1.0)[alpha > 0.5].min() > 0.4


def test_the_edge_of_a_table_far_from_the_product_stays_out() -> None:
    alpha = disc_mask(320, 320, 160, 130, 60).astype(np.float32)
    image = encoded(photo(alpha))
    y, x = grid(320, 320)
    slab = (np.abs(y - 160) < 14) & (x > 130)
    image[slab & (alpha < 0.5)] = (0.3, 0.2, 0.1)
    backdrop = find_backdrop(image, np.maximum(alpha, slab))
    assert backdrop is not None
    out = unmix(image, soft(alpha, 1), backdrop, 1.0)
    assert out[slab & (x > 230)].max() < 0.1


def test_a_thin_cord_far_from_the_product_is_added() -> None:
    alpha = disc_mask(320, 320, 160, 130, 60).astype(np.float32)
    image = encoded(photo(alpha))
    y, x = grid(320, 320)
    cord = (np.abs(y - 160) < 3) & (x > 130) & (x < 300)
    image[cord] = (0.1, 0.1, 0.3)
    backdrop = find_backdrop(image, alpha)
    assert backdrop is not None
    out = unmix(image, soft(alpha, 1), backdrop, 3.0)
    assert out[160, 230:290].min() > 0.8


def test_a_grey_part_inside_is_no_hole() -> None:
    alpha = disc_mask(320, 320, 160, 160, 90).astype(np.float32)
    image = encoded(photo(alpha))
    grey = disc_mask(320, 320, 160, 160, 25)
    image[grey] = (0.55, 0.55, 0.54)
    matte = soft(alpha, 1)
    matte[grey] = 0.2
    backdrop = find_backdrop(image, alpha)
    assert backdrop is not None
    assert unmix(image, matte, backdrop, 1.0)[grey].min() == pytest.approx(1, abs=0.01)
