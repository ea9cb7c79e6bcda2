from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout import CutoutMaker, Hint
from bgstudio.cutout.hints import brushed, shown_part, within
from bgstudio.errors import UsageError
from tests.cutout.kit import Constant, RedNetwork, disc_mask, photo, picture


def two_discs() -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.uint8]], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
]:
    left, right = disc_mask(400, 600, 200, 150, 80), disc_mask(400, 600, 200, 450, 80)
    return photo((left | right).astype(np.float32)), left


def test_a_box_takes_one_of_two_things() -> None:
    rgb, left = two_discs()
    both = CutoutMaker(RedNetwork())(picture(rgb))
    one = CutoutMaker(RedNetwork())(picture(rgb), hint=Hint(box=(50, 100, 260, 300)))
    assert both.box[2] > 500
    assert one.box[2] <= 260
    assert np.abs(one.alpha - left).mean() < 0.01
    assert "Only what lies inside the drawn box was taken." in one.notes


def test_the_network_is_shown_the_box_with_some_surroundings() -> None:
    network = RedNetwork()
    CutoutMaker(network)(picture(two_discs()[0]), hint=Hint(box=(50, 100, 250, 300)))
    assert network.seen[0] == (225, 225)
    assert shown_part(Hint(), 1.0, 600, 400) == (0, 0, 600, 400)


def test_a_stroke_brings_a_lost_part_back_and_leaves_the_rest_alone() -> None:
    rgb, left = two_discs()
    matte = left.astype(np.float32)
    stroke = np.zeros((400, 600), bool)
    stroke[195:205, 420:480] = True
    out = brushed(rgb, matte, Hint(keep=stroke))
    right = disc_mask(400, 600, 200, 450, 76)
    assert out[right].mean() > 0.95
    assert out[disc_mask(400, 600, 200, 150, 100)].tolist() == matte[disc_mask(400, 600, 200, 150, 100)].tolist()


def test_a_stroke_takes_a_splash_away() -> None:
    left, splash = disc_mask(400, 600, 200, 150, 80), disc_mask(400, 600, 330, 400, 50)
    rgb = photo(left.astype(np.float32))
    rgb[splash] = (120, 120, 118)
    stroke = np.zeros((400, 600), bool)
    stroke[325:335, 380:420] = True
    out = brushed(rgb, (left | splash).astype(np.float32), Hint(drop=stroke))
    assert out[stroke].max() < 0.1
    assert out[splash].mean() < 0.2
    assert out[left].min() > 0.95


def test_drop_wins_over_keep_and_painted_pixels_are_never_argued_with() -> None:
    rgb = np.full((200, 200, 3), 128, np.uint8)
    painted = disc_mask(200, 200, 100, 100, 40)
    kept = brushed(rgb, np.zeros((200, 200), np.float32), Hint(keep=painted))
    assert kept[disc_mask(200, 200, 100, 100, 36)].min() > 0.9
    both = brushed(rgb, np.zeros((200, 200), np.float32), Hint(keep=painted, drop=painted))
    assert both.max() < 0.5


def test_strokes_that_cannot_be_are_refused() -> None:
    shot = picture(two_discs()[0])
    maker = CutoutMaker(Constant(1))
    with pytest.raises(UsageError, match="does not lie inside"):
        maker(shot, hint=Hint(box=(10, 10, 700, 300)))
    with pytest.raises(UsageError, match="smaller than 16 pixels"):
        maker(shot, hint=Hint(box=(10, 10, 20, 300)))
    with pytest.raises(UsageError, match="strokes are 10 x 10"):
        maker(shot, hint=Hint(keep=np.ones((10, 10), bool)))


def test_nothing_outside_a_box_survives() -> None:
    out = within(np.ones((100, 100), np.float32), (40, 40, 120, 160), 0.5)
    assert out.sum() == 40 * 60
