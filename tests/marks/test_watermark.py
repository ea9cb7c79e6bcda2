"""The watermark: found after what pictures go through, read, never on the product, never seen."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgstudio.domain.making import Maker, PhotoSays
from bgstudio.marks.pattern import LONGEST, SHORTEST, TILE, patterns, signal
from bgstudio.marks.period import period
from bgstudio.marks.watermark import LEAST, MOST, NARROW, SMALL, find, fold, marked, strength, watermark
from bgstudio.marks.word import Word, bits_of
from bgstudio.pixels.types import Byte
from tests.marks.pictures import WORD, again, studio_picture, with_mark

Attack = Callable[[Byte], Byte]


def half(pixels: Byte) -> Byte:
    return np.asarray(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


ATTACKS: dict[str, Attack] = {
    "nothing": lambda pixels: pixels,
    "jpeg 75": lambda pixels: again(pixels, "JPEG", quality=75),
    "webp 80": lambda pixels: again(pixels, "WEBP", quality=80),
    "avif 70": lambda pixels: again(pixels, "AVIF", quality=70),
    "half": half,
    "crop": lambda pixels: pixels[45:-19, 23:-41],
    "crop, jpeg 75": lambda pixels: again(pixels[45:-19, 23:-41], "JPEG", quality=75),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("level", [40.0, 150.0, 215.0])
def test_found_and_read_after(attack: str, level: float) -> None:
    picture = with_mark(level=level)[0]
    found = find(ATTACKS[attack](picture))
    assert found is not None
    assert found.word == WORD
    assert found.scale == pytest.approx(2.0 if "half" in attack else 1.0, rel=0.01)


def test_found_after_half_size_and_compression() -> None:
    picture = with_mark(height=1024, width=1024, grain=3.0)[0]
    found = find(again(half(picture), "JPEG", quality=75))
    assert found is not None and found.word in (WORD, None)


@pytest.mark.parametrize("seed", range(4))
def test_not_found_where_none_is(seed: int) -> None:
    pixels, _ = studio_picture(seed=seed, level=60 + 40 * seed)
    assert find(pixels) is None
    assert find(again(pixels, "JPEG", quality=75)) is None


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((300, 300, 3), np.uint8),
        np.full((300, 300, 3), 255, np.uint8),
        np.full((300, 300, 4), 120, np.uint8),
        np.zeros((1, 4000, 3), np.uint8),
        np.random.default_rng(0).integers(0, 256, (40, 400, 3), dtype=np.uint8),
        np.random.default_rng(0).integers(0, 256, (500, 300, 3), dtype=np.uint8),
    ],
    ids=["black", "white", "with alpha", "a line", "narrow", "noise"],
)
def test_odd_pictures_have_none(pixels: Byte) -> None:
    assert find(pixels) is None


def test_what_is_too_faint_to_be_read_is_told_as_such() -> None:
    pixels, alpha = studio_picture(level=150.0)
    added = watermark(pixels, alpha, WORD)
    clear = find(marked(pixels, added))
    assert clear is not None and clear.word == WORD
    rng = np.random.default_rng(3)
    for noise in range(6, 60, 2):
        noisy = np.clip(marked(pixels, added) + rng.normal(0, noise, pixels.shape), 0, 255).astype(np.uint8)
        found = find(noisy)
        if found is None or found.word is None:
            break
        assert found.word == WORD  # never another word
    else:
        pytest.fail("noise did not drown it")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(Maker),
    st.sampled_from(PhotoSays),
    st.integers(0, 2**24 - 1),
    st.integers(150, 400),
    st.integers(150, 400),
    st.floats(0, 255),
)
def test_product_and_white_stay_and_nothing_clips(
    maker: Maker, says: PhotoSays, making: int, height: int, width: int, level: float
) -> None:
    pixels, alpha = studio_picture(height, width, level)
    pixels[:20] = 255
    added = watermark(pixels, alpha, Word(maker, says, making))
    picture = marked(pixels, added)
    assert not added[alpha > 0].any()
    assert (picture[:20] == 255).all()
    difference = picture.astype(int) - pixels
    assert np.array_equal(difference, np.broadcast_to(added[..., None], difference.shape))  # nothing wrapped around
    assert np.abs(added).max() <= 9


def test_at_least_42_db_outside_the_product() -> None:
    for level in (20.0, 128.0, 235.0):
        picture, pixels, alpha = with_mark(level=level, height=512, width=512)
        difference = (picture.astype(float) - pixels)[alpha == 0]
        assert 10 * np.log10(255**2 / np.square(difference).mean()) >= 42


def test_stronger_on_busy_ground_and_where_there_is_little_of_it() -> None:
    pixels, alpha = studio_picture(1024, 1024)
    free = alpha == 0
    plain = strength(pixels, free)
    assert plain[:200].mean() == pytest.approx(LEAST, rel=0.05)
    busy = np.clip(pixels + np.random.default_rng(0).normal(0, 9, pixels.shape), 0, 255).astype(np.uint8)
    assert plain[:200].mean() < strength(busy, free)[:200].mean() <= MOST
    few = free.copy()
    few[100:] = False
    assert strength(pixels, few)[:200].mean() == pytest.approx(NARROW, rel=0.05)
    small, its = studio_picture(400, 400)
    assert strength(small, its == 0)[:80].mean() == pytest.approx(SMALL, rel=0.05)
    assert strength(pixels, np.zeros_like(free)).max() <= MOST


def test_weaker_in_the_dark_none_in_white_and_no_halo_around_edges() -> None:
    pixels = np.full((300, 400, 3), 120, np.uint8)
    pixels[:, 300:] = 10
    pixels[:, 390:] = 255
    levels = strength(pixels, np.ones((300, 400), bool))
    assert levels[150, 340] < 0.75 * levels[150, 100]
    assert levels[150, 395] == 0
    assert levels[150, 285] <= 1.05 * levels[150, 100]


def test_the_same_picture_and_word_give_the_same_bytes() -> None:
    pixels, alpha = studio_picture()
    assert watermark(pixels, alpha, WORD).tobytes() == watermark(pixels, alpha, WORD).tobytes()


def test_the_patterns_are_settled() -> None:
    # pictures in the world were marked with them: these figures may never change
    tiles = patterns()
    assert tiles.shape == (49, TILE, TILE)
    products = tiles.reshape(49, -1) @ tiles.reshape(49, -1).T / TILE**2
    np.testing.assert_allclose(products, np.eye(49), atol=1e-5)
    np.testing.assert_allclose(tiles[0, 0, :4], [0.811481, 0.429689, -0.011619, -0.521425], atol=1e-4)
    np.testing.assert_allclose(tiles[48, 77, :4], [-0.089695, 0.810923, 1.519095, 1.582485], atol=1e-4)


def test_the_signal_has_one_level_and_its_band_only() -> None:
    tile = signal(bits_of(WORD))
    assert np.square(tile).mean() == pytest.approx(1)
    spectrum = np.abs(np.fft.fft2(tile))
    radius = np.hypot(*np.meshgrid(np.fft.fftfreq(TILE), np.fft.fftfreq(TILE)))
    outside = (radius < 1 / LONGEST - 1e-9) | (radius > 1 / SHORTEST + 1e-9)
    assert spectrum[outside].max() < 1e-3 * spectrum.max()


def test_folding_adds_up_tiles_of_any_size() -> None:
    assert fold(np.zeros((127, 500), np.float32)) is None
    folded = fold(np.tile(signal(bits_of(WORD)), (3, 2))[:300, :200] * 5)
    assert folded is not None and folded.shape == (TILE, TILE)


@pytest.mark.parametrize("factor", [0.6, 0.781, 0.9, 1.25, 1.9])
def test_found_at_any_size(factor: float) -> None:
    picture = with_mark(height=900, width=760)[0]
    size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
    found = find(again(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)), "JPEG", quality=88))
    assert found is not None and found.word == WORD
    assert found.scale == pytest.approx(1 / factor, rel=0.003)


def test_the_tiles_size_is_told_by_their_repetition_alone() -> None:
    tile = signal(bits_of(WORD))
    rng = np.random.default_rng(0)
    for side in (61.5, 100.0, 128.0, 173.25):
        size = round(side * 4)
        wide = np.asarray(cv2.resize(np.tile(tile, (4, 4)), (size, size), interpolation=cv2.INTER_AREA), np.float32)
        measured = period(wide + rng.normal(0, 1, wide.shape).astype(np.float32))
        assert measured == pytest.approx(size / 4, rel=0.004)
    assert period(rng.normal(0, 1, (600, 500)).astype(np.float32)) is None
    assert period(np.zeros((600, 500), np.float32)) is None
    assert period(np.zeros((60, 5000), np.float32)) is None
