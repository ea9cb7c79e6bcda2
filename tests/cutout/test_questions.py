from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout.passes import Looks
from bgstudio.cutout.questions import find_doubts
from bgstudio.domain.cutout import Doubt
from bgstudio.pixels.types import Float

SIDE = 240


def disc(x: float = 120, y: float = 120, radius: float = 60) -> Float:
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    return (np.hypot(cols - x, rows - y) < radius).astype(np.float32)


def doubts(
    matte: Float, *, second: Float | None = None, agreement: float = 1.0, sure: Float | None = None, grey: float = 0.2
) -> tuple[Doubt, ...]:
    image = np.where(matte[..., None] > 0.5, np.float32(grey), np.float32(0.9)).repeat(3, -1).astype(np.float32)
    looks = Looks(matte, matte, second, agreement)
    return find_doubts(image, matte, looks, np.ones_like(matte) if sure is None else sure, SIDE / 320, 0.5)


def test_a_clear_product_raises_no_doubt() -> None:
    assert doubts(disc()) == ()


def test_disagreement_is_placed_in_pixels_of_the_photo() -> None:
    other = disc()
    other[120:, :] = 0
    (found,) = doubts(disc(), second=other, agreement=0.5)
    assert "disagree" in found.reason
    assert found.severity > 0.8
    assert found.box is not None
    left, top, right, bottom = found.box
    assert 230 <= top <= 250
    assert 340 <= bottom <= 365
    assert left < 140 < 340 < right


@pytest.mark.parametrize(
    ("x", "y", "edge"), [(10, 120, "left"), (120, 235, "bottom"), (120, 5, "top"), (236, 120, "right")]
)
def test_a_product_that_is_cut_off_is_told_with_its_edge(x: float, y: float, edge: str) -> None:
    (found,) = doubts(disc(x, y))
    assert edge in found.reason
    assert found.severity > 0.5


def test_a_broad_guess_is_a_doubt_and_a_thin_one_along_the_edge_is_not() -> None:
    matte = disc()
    broad = np.ones_like(matte)
    broad[100:150, 90:140] = 0.2
    (found,) = doubts(matte, sure=broad)
    assert "guess" in found.reason
    thin = np.where(disc(radius=61) != disc(radius=59), np.float32(0.2), np.float32(1))
    assert doubts(matte, sure=thin) == ()


def test_white_on_white_is_told() -> None:
    (found,) = doubts(disc(), grey=0.89)
    assert "looks like its backdrop" in found.reason
    assert "100%" in found.reason


def test_two_things_are_a_hint_and_specks_are_not() -> None:
    (found,) = doubts(np.maximum(disc(60, 120, 40), disc(180, 120, 40)))
    assert found.reason.startswith("2 separate things")
    assert found.severity < 0.4
    assert doubts(np.maximum(disc(), disc(10, 10, 3))) == ()


def on_glossy_ground(fades: float) -> tuple[Doubt, ...]:
    """A dark block whose mirror image, cut out with it, fades into a light ground by the part ``fades``."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    matte = ((np.abs(cols - 120) < 50) & (rows > 40) & (rows < 200)).astype(np.float32)
    ground = np.float32(0.9)
    strength = np.where(rows < 150, 1.0, 1 - fades * np.clip((rows - 150) / 50 + 0.5, 0, 1)).astype(np.float32)
    grey = ground + matte * strength * (np.float32(0.2) - ground)
    looks = Looks(matte, matte, None, 1.0)
    image = grey[..., None].repeat(3, -1).astype(np.float32)
    return find_doubts(image, matte, looks, np.ones_like(matte), SIDE / 320, 0.5)


def test_a_mirror_image_that_fades_into_the_ground_is_told() -> None:
    (found,) = on_glossy_ground(1.0)
    assert "reflection" in found.reason
    assert found.severity > 0.5
    assert found.box is not None
    left, top, right, bottom = found.box
    assert (top, bottom) == (398, 400)
    assert left < 150 < 330 < right


def test_a_foot_that_can_be_seen_is_no_doubt() -> None:
    assert on_glossy_ground(0.6) == ()
