from __future__ import annotations

import cv2
import numpy as np
import pytest

from bgstudio.cutout.rest import hangs, lies
from bgstudio.pixels.types import Float
from tests import factories


def strap(angle: float) -> Float:
    """A long thin thing, turned by degrees."""
    canvas = np.zeros((300, 300), np.float32)
    box = cv2.boxPoints(((150.0, 150.0), (260.0, 40.0), angle))
    cv2.fillPoly(canvas, [np.round(box).astype(np.int32)], 1.0)
    return canvas


@pytest.mark.parametrize("kind", ["bottle", "shoe", "box", "ring"])
def test_what_can_stand_stands(kind: str) -> None:
    assert not lies(factories.matte(kind))


def test_long_things_lie_when_tilted_and_stand_when_upright_or_level() -> None:
    assert lies(strap(45))
    assert lies(strap(130))
    assert not lies(strap(0))
    assert not lies(strap(90))


def test_a_head_on_a_thin_stalk_lies_and_a_glass_with_a_foot_stands() -> None:
    dryer = np.zeros((300, 300), np.float32)
    dryer[20:110, 10:290] = 1
    dryer[110:295, 80:105] = 1
    assert lies(dryer)
    glass = dryer.copy()
    glass[280:298, 40:150] = 1
    assert not lies(glass)


def test_nothing_and_specks_do_not_lie() -> None:
    assert not lies(np.zeros((50, 50), np.float32))
    speck = np.zeros((50, 50), np.float32)
    speck[10:14, 10:14] = 1
    assert not lies(speck)


def shirt() -> Float:
    """A t-shirt laid out by hand: sleeves, a neck, not quite symmetric."""
    canvas = np.zeros((300, 300), np.float32)
    outline = [(100, 20), (130, 34), (170, 33), (200, 18), (285, 80), (262, 118), (220, 95), (226, 280), (76, 284)]
    outline += [(82, 96), (40, 122), (14, 82)]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], 1.0)
    return canvas


def test_garments_hang_and_bottles_and_boxes_do_not() -> None:
    assert hangs(shirt())
    assert not any(hangs(factories.matte(kind)) for kind in ("bottle", "shoe", "box", "ring"))
    assert not hangs(strap(45))
    assert not hangs(np.zeros((50, 50), np.float32))


def drawn(*outlines: list[tuple[int, int]]) -> Float:
    canvas = np.zeros((300, 300), np.float32)
    for outline in outlines:
        cv2.fillPoly(canvas, [np.array(outline, np.int32)], 1.0)
    return canvas


BODY = [(105, 20), (190, 25), (215, 60), (205, 285), (95, 280), (85, 60)]


def test_sleeves_hang_apart_however_they_are_laid() -> None:
    """A cardigan whose sleeves are laid out differently is far from symmetric."""
    left = [(90, 50), (40, 240), (62, 262), (95, 150), (105, 90)]
    right = [(200, 50), (280, 180), (262, 205), (205, 130)]
    assert hangs(drawn(BODY, left, right))
    assert not hangs(drawn(BODY, left))


def test_spout_and_handle_are_no_sleeves() -> None:
    pot = [(100, 70), (200, 70), (225, 160), (200, 270), (100, 270), (75, 160)]
    knob = [(135, 20), (165, 20), (165, 72), (135, 72)]
    spout = [(90, 190), (10, 80), (30, 70), (100, 150)]
    handle = [(215, 110), (285, 100), (290, 190), (215, 200), (215, 185), (268, 175), (265, 118), (215, 125)]
    assert not hangs(drawn(pot, knob, spout, handle))


def test_a_dress_hangs_and_a_flask_with_a_neck_does_not() -> None:
    dress = [
        (115, 10),
        (135, 35),
        (160, 35),
        (182, 8),
        (195, 50),
        (178, 95),
        (205, 285),
        (95, 290),
        (122, 95),
        (104, 52),
    ]
    assert hangs(drawn(dress))
    flask = [(125, 10), (178, 8), (178, 50), (158, 60), (158, 100), (205, 140), (206, 290), (95, 290), (95, 140)]
    assert not hangs(drawn([*flask, (140, 100), (140, 60), (125, 50)]))


def test_threads_that_fade_away_when_made_smaller_do_no_harm() -> None:
    bag = np.zeros((2000, 1200), np.float32)
    bag[100:1500, 100:1100] = 1
    bag[1500:1990, 600:602] = 1
    assert not lies(bag)
    assert not hangs(bag)


def test_a_tree_does_not_hang() -> None:
    """Nearly symmetric and hollow at its sides like a garment, but ragged."""
    rng = np.random.default_rng(2)
    rows = np.arange(300)
    tiers = (8 + 104 * rows / 300) * (0.55 + 0.45 * (rows % 50) / 50)
    left, right = (tiers * (1 + 0.12 * rng.standard_normal(300)) for _ in range(2))
    x = np.arange(240)[None]
    tree = ((x > 119 - left[:, None]) & (x < 119 + right[:, None])).astype(np.float32)
    assert not hangs(tree)
    smooth = ((x > 119 - (tiers.max() + tiers[:, None]) / 2) & (x < 119 + (tiers.max() + tiers[:, None]) / 2.2)).astype(
        np.float32
    )
    assert hangs(smooth)


def test_a_purse_with_a_tassel_stands() -> None:
    purse = np.zeros((300, 300), np.float32)
    purse[20:275, 20:230] = 1
    purse[200:298, 255:290] = 1
    purse[200:215, 220:260] = 1
    assert not lies(purse)
