from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout.edges import in_linear_light, local_discriminant, sharpen
from bgstudio.pixels.colour import to_encoded, to_linear
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Byte, Float
from tests.cutout.kit import disc_mask, grid, photo


def encoded(rgb: Byte) -> Float:
    return np.asarray(rgb / np.float32(255), np.float32)


def test_a_coarse_contour_becomes_the_true_one() -> None:
    alpha = blur(disc_mask(640, 640, 320, 320, 180).astype(np.float32), 0.8)
    image = encoded(photo(alpha, backdrop=(0.2, 0.5, 0.3), noise=0.02))
    coarse = np.clip((blur(disc_mask(640, 640, 321, 319, 182).astype(np.float32), 4) - 0.25) * 2, 0, 1)
    sharp = in_linear_light(image, sharpen(image, coarse.astype(np.float32), 2.0), 2.0)
    assert np.abs(sharp - alpha).mean() < 0.4 * np.abs(coarse - alpha).mean()


def test_where_colours_do_not_differ_the_network_stays() -> None:
    alpha = blur(disc_mask(320, 320, 160, 160, 90).astype(np.float32), 4)
    image = np.random.default_rng(0).normal(0.5, 0.05, (320, 320, 3)).astype(np.float32)
    band = (alpha > 0.1) & (alpha < 0.9)
    assert np.abs(sharpen(image, alpha, 1.0) - alpha)[band].mean() < 0.15


def test_a_thin_leg_in_another_colour_is_not_erased() -> None:
    y, x = grid(640, 640)
    seat = (y > 150) & (y < 300) & (x > 200) & (x < 440)
    leg = (y >= 300) & (y < 560) & (np.abs(x - 240) < 4)
    image = np.full((640, 640, 3), (0.45, 0.35, 0.3), np.float32)
    image[seat], image[leg] = (0.9, 0.65, 0.1), (0.3, 0.22, 0.2)
    image += np.random.default_rng(1).normal(0, 0.03, image.shape).astype(np.float32)
    matte = blur((seat | leg).astype(np.float32), 2.0)
    matte = np.clip((matte - 0.2) * 2, 0, 1).astype(np.float32)
    assert sharpen(np.clip(image, 0, 1), matte, 2.0)[400:540, 240].mean() > 0.5


def test_the_discriminant_is_fishers() -> None:
    rng = np.random.default_rng(5)
    size = (40, 40)
    left = np.zeros(size, np.float32)
    left[:, :20] = 1
    colours = np.where(left[..., None] > 0, (0.7, 0.4, 0.2), (0.3, 0.5, 0.4)).astype(np.float32)
    spread = np.array([0.05, 0.02, 0.03], np.float32)
    colours = colours + rng.normal(0, 1, (*size, 3)).astype(np.float32) * spread
    r, g, b = colours[..., 0], colours[..., 1], colours[..., 2]
    second = np.dstack([r * r, g * g, b * b, r * g, r * b, g * b]).astype(np.float32)
    linear, separation, support = local_discriminant(colours, second, left, 1 - left, 12.0)
    difference = np.array([0.4, -0.1, -0.2])
    expected = float((difference**2 / (spread**2 + 6e-4)).sum())
    assert separation[20, 20] == pytest.approx(expected, rel=0.25)
    alpha = (linear[..., :3] * colours).sum(-1) - linear[..., 3]
    assert alpha[:, :20].mean() == pytest.approx(1, abs=0.05)
    assert alpha[:, 20:].mean() == pytest.approx(0, abs=0.05)
    assert support[20, 20] == pytest.approx(0.5, abs=0.05)


def test_alpha_of_light_lays_the_photo_over_its_own_backdrop() -> None:
    """Half mixed in light is a fifth in encoded values for black before white; the answer is the half."""
    true = np.clip((grid(200, 200)[1] - 90) / 20, 0, 1)
    white, black = to_linear([0.95] * 3), to_linear([0.05] * 3)
    image = to_encoded(true[..., None] * black + (1 - true[..., None]) * white)
    share = (to_encoded(white)[0] - image[..., 0]) / (to_encoded(white)[0] - to_encoded(black)[0])
    assert np.abs(share - true).max() > 0.2
    assert np.abs(in_linear_light(image, np.clip(share, 0, 1).astype(np.float32), 4.0) - true).max() < 0.02


def test_alpha_of_light_is_the_same_where_both_sides_are_equally_bright() -> None:
    share = np.clip((grid(100, 100)[1] - 40) / 20, 0, 1).astype(np.float32)
    image = np.full((100, 100, 3), 0.5, np.float32)
    assert np.abs(in_linear_light(image, share, 1.0) - share).max() < 1e-6
