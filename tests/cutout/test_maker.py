from __future__ import annotations

import numpy as np
import pytest

from bgstudio.cutout import CutoutMaker, from_own_alpha
from bgstudio.errors import Cancelled, NoProductFound
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.types import Byte, Float
from tests.cutout.kit import Constant, RedNetwork, disc_mask, grid, mug, photo, picture


def cut_mug(**changes: object) -> tuple[Float, Byte, CutoutMaker]:
    alpha = mug()
    return alpha, photo(alpha, **changes), CutoutMaker(RedNetwork())  # type: ignore[arg-type]


def test_a_mug_comes_out_whole_with_an_open_handle() -> None:
    alpha, rgb, maker = cut_mug()
    cutout = maker(picture(rgb))
    assert np.abs(cutout.alpha - alpha).mean() < 0.004
    hole = disc_mask(480, 640, 0.52 * 480, 0.6 * 640, 0.095 * 480) & (grid(480, 640)[1] > 0.61 * 640)
    assert cutout.alpha[hole].max() < 0.1
    inside = disc_mask(480, 640, 264, 288, 60)
    assert cutout.alpha[inside].min() == 1
    assert cutout.model == "red"
    assert cutout.box == pytest.approx((191, 144, 466, 384), abs=3)
    assert cutout.confidence[inside].min() > 0.95


def test_its_opaque_pixels_are_the_photos() -> None:
    _, rgb, maker = cut_mug(backdrop=(0.2, 0.6, 0.3))
    shot = picture(rgb)
    cutout = maker(shot)
    solid = cutout.alpha >= OPAQUE
    assert np.array_equal(cutout.rgb[solid], shot.rgb[solid])


def test_the_same_photo_gives_the_same_cutout() -> None:
    _, rgb, maker = cut_mug()
    a, b = maker(picture(rgb)), maker(picture(rgb))
    assert np.array_equal(a.alpha, b.alpha)
    assert np.array_equal(a.rgb, b.rgb)


def test_large_photos_are_cut_at_their_own_size() -> None:
    alpha = mug(1500, 2000)
    cutout = CutoutMaker(RedNetwork(side=160))(picture(photo(alpha)))
    assert cutout.alpha.shape == (1500, 2000)
    assert np.abs(cutout.alpha - alpha).mean() < 0.005


def test_a_preview_looks_once_and_says_so() -> None:
    alpha, rgb, _ = cut_mug()
    quick, slow = RedNetwork(), RedNetwork()
    cutout = CutoutMaker(slow, preview_model=quick)(picture(rgb), preview=True)
    assert len(quick.seen) == 1
    assert slow.seen == []
    assert np.abs(cutout.alpha - alpha).mean() < 0.01
    assert any(note.startswith("A preview") for note in cutout.notes)


def test_a_second_opinion_is_asked_and_named() -> None:
    _, rgb, _ = cut_mug()
    other = RedNetwork(side=200)
    cutout = CutoutMaker(RedNetwork(), second_opinion=other)(picture(rgb))
    assert len(other.seen) == 1
    assert cutout.model == "red and red"
    CutoutMaker(RedNetwork(), second_opinion=other)(picture(rgb), preview=True)
    assert len(other.seen) == 1


def test_a_part_that_stays_open_is_looked_at_once_more_by_the_faster_network() -> None:
    alpha = disc_mask(480, 640, 220, 320, 150).astype(np.float32)
    rgb = photo(alpha, backdrop=(0.45, 0.5, 0.4))
    pale = (alpha > 0) & (grid(480, 640)[0] > 280)
    rgb[pale] = (138, 64, 60)  # redder than green by .29, which is not enough to be sure of
    slow, quick = RedNetwork(sure=0.5), RedNetwork(side=160, sure=0.25, called="quick")
    cutout = CutoutMaker(slow, quick)(picture(rgb))
    assert len(slow.seen) == 2
    assert len(quick.seen) == 1
    assert cutout.model == "red and quick"
    assert (cutout.alpha[pale] > 0.5).mean() > 0.95
    assert (CutoutMaker(slow, Constant(0))(picture(rgb)).alpha[pale] > 0.5).mean() < 0.5


def test_a_second_look_that_loses_half_is_told_and_does_not_make_it_translucent() -> None:
    alpha = disc_mask(480, 640, 240, 320, 120).astype(np.float32)
    cutout = CutoutMaker(RedNetwork(blind=(1,)))(picture(photo(alpha)))
    assert cutout.alpha[disc_mask(480, 640, 240, 320, 100)].min() == 1
    assert any("disagree" in doubt.reason for doubt in cutout.doubts)


@pytest.mark.parametrize(("value", "words"), [(0.0, "No product stands out"), (1.0, "whole photo was taken")])
def test_nothing_and_everything_are_errors(value: float, words: str) -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    with pytest.raises(NoProductFound, match=words) as caught:
        CutoutMaker(Constant(value))(picture(rgb))
    assert caught.value.remedy


def test_cancel_is_asked_between_the_steps() -> None:
    _, rgb, maker = cut_mug()
    steps: list[str] = []
    with pytest.raises(Cancelled):
        maker(picture(rgb), progress=lambda step, part: steps.append(step), cancel=lambda: len(steps) >= 2)
    assert steps == ["Looking for the product", "Finding the contour"]


def test_a_transparent_picture_keeps_its_alpha_and_colours() -> None:
    alpha, rgb, maker = cut_mug()
    shot = picture(rgb, alpha)
    cutout = maker(shot)
    assert cutout.model == "own alpha"
    assert np.array_equal(cutout.alpha, alpha)
    assert np.array_equal(cutout.rgb, shot.rgb)
    assert cutout.confidence.min() == 1


def test_own_alpha_needs_something_in_it() -> None:
    rgb = np.zeros((50, 50, 3), np.uint8)
    with pytest.raises(NoProductFound):
        from_own_alpha(picture(rgb))
    with pytest.raises(NoProductFound):
        from_own_alpha(picture(rgb, np.zeros((50, 50), np.float32)))
