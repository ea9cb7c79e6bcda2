from __future__ import annotations

import numpy as np
import pytest

from bgstudio.domain.picture import Picture
from bgstudio.intake import own_cutout
from bgstudio.pixels.types import Float


def picture(alpha: Float | None) -> Picture:
    return Picture(np.full((80, 100, 3), 0.5, np.float32), alpha)


def disc(softness: float = 1.0) -> Float:
    y, x = np.mgrid[0:80, 0:100].astype(np.float32)
    return np.clip((30 - np.hypot(x - 50, y - 40)) / softness + 0.5, 0, 1)


def test_a_product_on_nothing_is_a_cutout() -> None:
    assert own_cutout(picture(disc()))


def test_a_product_trimmed_to_its_outline_is_a_cutout() -> None:
    assert own_cutout(Picture(np.zeros((60, 60, 3), np.float32), disc()[10:70, 20:80]))


def test_glass_with_a_solid_rim_is_a_cutout() -> None:
    glass = disc()
    glass[30:50, 40:60] *= 0.4
    assert own_cutout(picture(glass))


@pytest.mark.parametrize(
    "name",
    [
        "no alpha",
        "opaque",
        "veil over all",
        "all clear",
        "rounded corners",
        "hole inside",
        "faint everywhere",
        "feathered",
    ],
)
def test_what_is_no_cutout(name: str) -> None:
    corners = np.ones((80, 100), np.float32)
    corners[:2, :2] = corners[:2, -2:] = corners[-2:, :2] = corners[-2:, -2:] = 0
    cases: dict[str, Float | None] = {
        "no alpha": None,
        "opaque": np.ones((80, 100), np.float32),
        "veil over all": np.full((80, 100), 0.5, np.float32),
        "all clear": np.zeros((80, 100), np.float32),
        "rounded corners": corners,
        "hole inside": 1 - disc(),
        "faint everywhere": disc() * np.float32(0.3),
        "feathered": np.maximum(disc(40), 0),
    }
    assert not own_cutout(picture(cases[name]))
