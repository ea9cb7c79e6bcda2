from __future__ import annotations

import numpy as np
import pytest

from bgstudio.pixels.cushion import cushion


def test_a_disc_becomes_a_ball() -> None:
    y, x = np.mgrid[-30:31, -30:31]
    depth = cushion(x**2 + y**2 < 25**2)
    assert depth[30, 30] == pytest.approx(25, abs=0.8)
    assert depth[30, 30 + 15] == pytest.approx(20, abs=0.8)


def test_a_strip_is_as_round_as_it_is_wide() -> None:
    mask = np.zeros((200, 41), bool)
    mask[:, 10:31] = True
    assert cushion(mask)[100].max() == pytest.approx(np.sqrt(2) * 10.5, rel=0.1)


def test_nothing_stays_flat() -> None:
    assert cushion(np.zeros((8, 9), bool)).max() == 0


def test_what_touches_the_frame_is_solved_too() -> None:
    assert np.isfinite(cushion(np.ones((20, 30), bool))).all()
