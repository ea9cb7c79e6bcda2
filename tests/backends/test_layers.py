from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.layers import effect, split
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Float


def painted() -> tuple[Float, Float, Float, Float]:
    """(lit, lit_small, empty_small, covered) of a textured floor with a soft shadow, a red glow and a product."""
    h = w = 160
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    texture = 0.4 + 0.1 * np.sin(x / 2) * np.sin(y / 3)
    empty = np.repeat(texture[..., None], 3, -1).astype(np.float32)
    shadow = 1 - 0.7 * np.exp(-(((x - 110) / 20) ** 2) - ((y - 110) / 8) ** 2)
    glow = 0.2 * np.exp(-(((x - 60) / 12) ** 2) - ((y - 130) / 8) ** 2)
    lit = empty * shadow[..., None]
    lit[..., 0] += glow
    covered = ((np.abs(x - 80) < 18) & (y > 40) & (y < 110)).astype(np.float32)
    lit = np.where(covered[..., None] > 0, np.float32(0.05), lit).astype(np.float32)
    return lit, resize(lit, 40, 40), resize(empty, 40, 40), covered


def test_layers_sum_to_the_render_beside_the_product() -> None:
    lit, lit_small, empty_small, covered = painted()
    backdrop, shadow, reflection = split(lit, lit_small, empty_small, covered)
    error = np.abs(backdrop * shadow + reflection - lit)[covered < 0.02]
    assert error.max() < 1e-4
    assert shadow.min() >= 0
    assert shadow.max() <= 1
    assert reflection.min() >= 0


def test_shadow_and_reflection_are_where_they_belong() -> None:
    lit, lit_small, empty_small, covered = painted()
    _, shadow, reflection = split(lit, lit_small, empty_small, covered)
    assert shadow[110, 112].mean() < 0.5
    assert shadow[20, 20].mean() > 0.97
    assert reflection[132, 60, 0] > 0.1
    assert reflection[132, 60, 2] < 0.05
    assert reflection[20, 20].max() < 0.02


def test_the_backdrop_keeps_its_texture_and_loses_the_product() -> None:
    lit, lit_small, empty_small, covered = painted()
    backdrop, _, _ = split(lit, lit_small, empty_small, covered)
    far = np.s_[5:35, 5:35]
    assert np.abs(backdrop[far] - lit[far]).max() < 0.02
    assert backdrop[70:90, 75:85].mean() > 0.3  # the stand-in's .05 is gone


def test_behind_a_things_image_in_a_mirror_the_set_goes_on() -> None:
    _, _, empty_small, covered = painted()
    lit = np.full((160, 160, 3), 0.05, np.float32)
    lit[115:150, 60:100] = 0.4 + 0.1 * np.random.default_rng(1).random((35, 40, 3), np.float32)
    empty_small = np.full_like(empty_small, 0.05)
    backdrop, shadow, reflection = split(lit, resize(lit, 40, 40), empty_small, covered)
    seen = covered < 0.02
    assert np.abs(backdrop * shadow + reflection - lit)[seen].max() < 1e-4
    assert np.abs(backdrop - 0.05)[110:155, 55:105][seen[110:155, 55:105]].max() < 0.02


def test_effect_is_guessed_from_the_rim_where_hidden() -> None:
    lit = np.full((20, 20, 3), 0.2, np.float32)
    empty = np.full((20, 20, 3), 0.4, np.float32)
    hidden = np.zeros((20, 20), bool)
    hidden[5:15, 5:15] = True
    lit[hidden] = 5.0
    ratio, gain = effect(lit, empty, hidden)
    assert np.allclose(ratio, 0.5, atol=1e-3)
    assert gain.max() < 1e-6


def test_a_picture_without_product_is_all_backdrop() -> None:
    lit = np.random.default_rng(0).random((32, 32, 3), np.float32)
    small = resize(lit, 8, 8)
    backdrop, shadow, reflection = split(lit, small, small, np.zeros((32, 32), np.float32))
    assert np.allclose(backdrop, lit)
    assert shadow.min() == 1
    assert reflection.max() == 0
