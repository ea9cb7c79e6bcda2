from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout.light import read_light
from bgstudio.cutout.pitch import pitch_reader
from bgstudio.cutout.reading import read_scene
from bgstudio.pixels.types import Float
from tests.cutout.kit import disc_mask, grid


def lit_ball(side: str, strength: float = 0.8) -> tuple[Float, Float]:
    """A grey ball lit from one side: linear colours and alpha."""
    alpha = disc_mask(300, 300, 150, 150, 110).astype(np.float32)
    x = grid(300, 300)[1]
    nx = (x - 150) / 110 * (1 if side == "right" else -1)
    shade = 0.25 + strength * np.clip(0.5 + 0.5 * nx, 0, 1)
    noise = np.random.default_rng(0).normal(1, 0.02, (300, 300, 1))
    return (shade[..., None] * np.array([0.5, 0.45, 0.4]) * noise).astype(np.float32), alpha


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_lit_side_of_a_ball_is_told(side: str) -> None:
    found = read_light(*lit_ball(side))
    assert found.side == side
    assert found.fit > 0.3


def test_flat_light_and_print_tell_nothing() -> None:
    rgb, alpha = lit_ball("left", strength=0.0)
    assert read_light(rgb, alpha).side is None
    stripes = (grid(300, 300)[1] // 20 % 2 * 0.5 + 0.2)[..., None] * np.ones(3, np.float32)
    assert read_light(stripes.astype(np.float32), alpha).side is None


def test_a_product_dark_below_and_lit_from_another_side_above_is_not_trusted() -> None:
    rgb, alpha = lit_ball("left")
    other, _ = lit_ball("right")
    mixed = np.where(np.arange(300)[:, None, None] % 150 < 75, rgb, other).astype(np.float32)
    assert read_light(mixed, alpha).side is None


def test_nothing_and_slivers_tell_nothing() -> None:
    empty = np.zeros((80, 80), np.float32)
    assert read_light(np.zeros((80, 80, 3), np.float32), empty).side is None
    assert pitch_reader()(np.zeros((80, 80, 3), np.float32), empty) is None
    line = np.zeros((300, 300), np.float32)
    line[150:153] = 1
    assert read_light(np.ones((300, 300, 3), np.float32), line).side is None


def cylinder(pitch: float) -> tuple[Float, Float]:
    """An upright can seen from ``pitch`` degrees: encoded colours and alpha, drawn by parallel projection."""
    y, x = grid(360, 240)
    sin, cos = np.sin(np.radians(pitch)), np.cos(np.radians(pitch))
    radius, tall = 80.0, 200 * cos
    top, low = 180 - tall / 2, 180 + tall / 2
    u = (x - 120) / radius
    half = radius * sin * np.sqrt(np.clip(1 - u * u, 0, 1))
    alpha = ((np.abs(u) < 1) & (y > top - half) & (y < low + half)).astype(np.float32)
    lid = (np.abs(u) < 1) & (np.abs(y - top) < half)
    shade = np.where(lid, 0.85, 0.35 + 0.3 * np.sqrt(np.clip(1 - u * u, 0, 1)))
    return np.repeat(shade[..., None], 3, -1).astype(np.float32), alpha


def test_the_pitch_of_a_can_rises_with_the_camera() -> None:
    readings = [pitch_reader()(*cylinder(pitch)) for pitch in (3, 25, 50)]
    found = [reading.pitch for reading in readings if reading is not None]
    assert len(found) == 3
    assert found[0] < found[1] < found[2]
    assert found[0] == pytest.approx(3, abs=6)
    assert found[1] == pytest.approx(25, abs=10)


def test_an_unsure_pitch_is_the_usual_one() -> None:
    rng = np.random.default_rng(1)
    blob = np.clip(disc_mask(200, 200, 100, 100, 70) * rng.random((200, 200)), 0, 1).astype(np.float32)
    view, _ = read_scene(rng.random((200, 200, 3)).astype(np.float32), (blob > 0.2).astype(np.float32))
    assert view.sure or view.pitch == 8.0


def test_large_pictures_are_read_like_small_ones() -> None:
    rgb, alpha = lit_ball("right")
    big = np.kron(rgb, np.ones((5, 5, 1), np.float32)), np.kron(alpha, np.ones((5, 5), np.float32))
    assert read_scene(*big)[1].side == "right"
