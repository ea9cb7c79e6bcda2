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
