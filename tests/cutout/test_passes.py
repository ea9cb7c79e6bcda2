from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout.passes import (
    Looks,
    ask_another,
    contour_distance,
    decide,
    join,
    look_closest,
    look_once,
    look_twice,
    overlap,
    pasted,
    product_box,
)
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Byte, Float
from tests.cutout.kit import Constant, RedNetwork, disc_mask, grid, photo


def test_a_small_product_is_looked_at_closer() -> None:
    alpha = disc_mask(400, 600, 200, 150, 60).astype(np.float32)
    network = RedNetwork()
    looks = look_twice(network, photo(alpha), 600 / 320)
    assert network.seen[0] == (400, 600)
    assert network.seen[1][0] < 250
    assert looks.zoomed
    assert looks.second is not None
    assert np.abs(looks.second - alpha).mean() < 0.7 * np.abs(looks.first - alpha).mean()
    assert np.abs(looks.matte - alpha).mean() < np.abs(looks.first - alpha).mean()


def test_a_product_that_fills_the_frame_is_looked_at_in_the_mirror() -> None:
    y, x = np.mgrid[0:300, 0:400]
    alpha = ((y > 12) & (y < 285) & (x > 15) & (x < 330)).astype(np.float32)
    looks = look_twice(RedNetwork(), photo(alpha), 400 / 320)
    assert not looks.zoomed
    assert looks.agreement > 0.97
    assert looks.second is not None
    assert overlap(looks.second, alpha) > 0.95


def test_where_nothing_is_found_there_is_no_second_look() -> None:
    network = RedNetwork()
    looks = look_twice(network, np.full((200, 200, 3), 128, np.uint8), 1.0)
    assert len(network.seen) == 1
    assert looks.second is None
    assert looks.agreement == 1


def test_a_second_look_cannot_take_a_sure_inside_away() -> None:
    first = blur(disc_mask(320, 320, 160, 160, 100).astype(np.float32), 1.0)
    hollow = np.where(disc_mask(320, 320, 160, 160, 60), 0, first).astype(np.float32)
    joined = join(first, hollow, 1.0, zoomed=True)
    assert joined[160, 160] > 0.99
    assert joined[disc_mask(320, 320, 160, 160, 85)].min() > 0.9


def test_a_second_look_that_contradicts_counts_near_the_contour_only() -> None:
    y, x = np.mgrid[0:320, 0:320]
    ring = np.hypot(y - 160, x - 160)
    first = ((ring < 100) & (ring > 80)).astype(np.float32)
    filled = (ring < 100).astype(np.float32)
    assert overlap(first, filled) < 0.5
    assert join(first, filled, 1.0, zoomed=True)[160, 160] == 0


def test_a_second_look_that_agrees_moves_the_contour() -> None:
    first = disc_mask(320, 320, 160, 160, 100).astype(np.float32)
    second = disc_mask(320, 320, 160, 160, 104).astype(np.float32)
    joined = join(first, second, 1.0, zoomed=True)
    assert joined[160, 160 + 102] == pytest.approx(0.75)
    assert join(first, second, 1.0, zoomed=False)[160, 160 + 102] == pytest.approx(0.5)


def test_broad_doubt_becomes_a_decision_and_a_soft_contour_stays() -> None:
    ramp = np.clip((np.arange(320, dtype=np.float32)[None] - 150) / 20, 0, 1).repeat(320, 0).astype(np.float32)
    assert ((decide(ramp, 1.0) > 0.05) & (decide(ramp, 1.0) < 0.95)).any()
    broad = np.full((320, 320), 0.3, np.float32)
    broad[:, 160:] = 0.66
    decided = decide(broad, 1.0)
    assert decided[:, 180:].min() == 1
    assert decided[:, :140].max() == 0


class Fixed(Constant):
    """A network with a fixed answer."""

    def __init__(self, answer: Float) -> None:
        super().__init__(0)
        self.answer = answer

    def __call__(self, rgb: Byte) -> Float:
        return self.answer


def test_another_network_moves_the_contour_and_cannot_tear_the_inside() -> None:
    first, blank = disc_mask(320, 320, 160, 160, 100).astype(np.float32), np.zeros((320, 320, 3), np.uint8)
    torn = np.where(disc_mask(320, 320, 150, 160, 15), 0, disc_mask(320, 320, 160, 160, 104)).astype(np.float32)
    looks = ask_another(Looks(first, first), Fixed(torn), blank, 1.0)
    assert looks.matte[150, 160] == 1
    assert looks.matte[160, 160 + 102] == pytest.approx(0.5)
    assert looks.agreement == pytest.approx(overlap(first, torn))


def test_another_network_that_sees_another_product_does_not_count() -> None:
    first, blank = disc_mask(320, 320, 160, 160, 100).astype(np.float32), np.zeros((320, 320, 3), np.uint8)
    part = disc_mask(320, 320, 160, 160, 60).astype(np.float32)
    looks = ask_another(Looks(first, first), Fixed(part), blank, 1.0)
    np.testing.assert_array_equal(looks.matte, first)
    assert looks.agreement < 0.5


def goblet(foot_at: int = 250) -> tuple[Bool, Bool]:
    """A bowl, and a foot below it that spans 40 rows."""
    y, x = grid(320, 320)
    bowl = (y > 60) & (y <= foot_at) & (np.abs(x - 160) < 40)
    return bowl, (y > foot_at) & (y < foot_at + 40) & (np.abs(x - 160) < 60)


def half_seen(sure: Bool, faint: Bool) -> Looks:
    matte = blur((sure + 0.4 * faint).astype(np.float32), 1.0)
    return Looks(matte, matte)


def test_a_foot_that_was_half_seen_is_found_from_close_by() -> None:
    bowl, foot = goblet()
    looks, network = half_seen(bowl, foot), RedNetwork(side=160)
    closest = look_closest(looks, network, photo((bowl | foot).astype(np.float32)), 1.0)
    assert len(network.seen) == 1
    assert network.seen[0][0] == network.seen[0][1] < 250
    assert overlap(looks.matte, (bowl | foot).astype(np.float32)) < 0.8
    assert overlap(closest.matte, (bowl | foot).astype(np.float32)) > 0.95
    assert closest.first is looks.first


def test_what_is_not_seen_from_close_by_stays_as_it_was() -> None:
    bowl, foot = goblet()
    looks, network = half_seen(bowl, foot), RedNetwork(side=160)
    closest = look_closest(looks, network, photo(bowl.astype(np.float32)), 1.0)
    assert len(network.seen) == 1
    assert (closest.matte >= looks.matte).all()
    assert closest.matte[foot].mean() == pytest.approx(looks.matte[foot].mean(), abs=0.03)


def test_a_closest_look_that_takes_another_thing_for_the_product_does_not_count() -> None:
    bowl, hand = goblet()
    looks, network = half_seen(bowl, hand), RedNetwork(side=160)
    closest = look_closest(looks, network, photo(hand.astype(np.float32)), 1.0)
    assert len(network.seen) == 1
    np.testing.assert_array_equal(closest.matte, looks.matte)


def test_what_comes_in_from_the_frames_side_is_not_added() -> None:
    bowl, table = goblet(foot_at=285)
    looks, network = half_seen(bowl, table), RedNetwork(side=160)
    closest = look_closest(looks, network, photo((bowl | table).astype(np.float32)), 1.0)
    assert len(network.seen) == 1
    assert closest.matte[300:, 160].max() < 0.5


def test_where_nothing_is_open_there_is_no_closest_look() -> None:
    bowl, foot = goblet()
    looks, network = half_seen(bowl | foot, np.zeros_like(foot)), RedNetwork()
    assert look_closest(looks, network, photo((bowl | foot).astype(np.float32)), 1.0) is looks
    assert network.seen == []


def test_looks_at_a_part_find_nothing_outside_of_it() -> None:
    ones = np.ones((20, 30), np.float32)
    looks = pasted(Looks(ones, ones, ones), (5, 10, 35, 30), 60, 50)
    assert looks.matte.shape == (50, 60)
    assert looks.matte.sum() == 600
    assert looks.second is not None
    assert looks.second[10:30, 5:35].min() == 1
    assert look_once(Constant(0.5), np.zeros((4, 4, 3), np.uint8)).second is None


def test_boxes_and_distances() -> None:
    matte = np.zeros((100, 200), np.float32)
    assert product_box(matte, 0.1) is None
    matte[40:60, 80:120] = 1
    left, top, right, bottom = product_box(matte, 0.25) or (0, 0, 0, 0)
    assert left in range(64, 68)
    assert right in range(133, 137)
    assert top in range(24, 28)
    assert bottom in range(73, 77)
    assert contour_distance(matte)[50, 140] == pytest.approx(21, abs=0.5)
    assert overlap(np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)) == 1
