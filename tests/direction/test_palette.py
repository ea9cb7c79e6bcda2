from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.direction.palette import (
    CONTRAST,
    DARK,
    LIGHT,
    SAND,
    clusters,
    contrast,
    from_lab,
    harmonise,
    mix,
    name_of,
    read_colours,
    separate,
    to_lab,
)
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklab, linear_to_oklch
from bgstudio.pixels.types import Double
from tests.direction.kit import product

HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
VALID = re.compile("^#[0-9a-f]{6}$")


def _edge(colours: list[str]) -> tuple[Double, Double]:
    return np.array([to_lab(c) for c in colours]), np.full(len(colours), 1 / len(colours))


@given(st.lists(HEX, min_size=1, max_size=3), HEX, st.sampled_from([LIGHT, DARK]))
def test_up_to_three_edge_colours_are_always_kept_at_a_distance(edge: list[str], wish: str, limits: object) -> None:
    lab, weights = _edge(edge)
    colour, reached = separate(wish, lab, weights, limits)  # type: ignore[arg-type]
    assert VALID.match(colour)
    assert reached >= CONTRAST
    assert contrast(colour, lab, weights) == pytest.approx(reached)


@given(st.lists(HEX, min_size=1, max_size=5), HEX)
def test_separation_never_makes_it_worse(edge: list[str], wish: str) -> None:
    lab, weights = _edge(edge)
    assert separate(wish, lab, weights)[1] >= min(CONTRAST, contrast(wish, lab, weights))


@given(HEX, HEX)
def test_a_backdrop_that_stands_apart_is_left_alone(edge: str, wish: str) -> None:
    lab, weights = _edge([edge])
    if contrast(wish, lab, weights) >= CONTRAST:
        assert separate(wish, lab, weights)[0] == wish


def test_white_is_not_put_on_white_nor_black_on_black() -> None:
    for colour, wish, limits in (("#fbfbfb", "#f2f2f0", LIGHT), ("#101010", "#161618", DARK)):
        lab, weights = _edge([colour])
        shifted = separate(wish, lab, weights, limits)[0]
        assert abs(to_lab(shifted)[0] - to_lab(colour)[0]) > 0.08


def test_hue_is_kept_where_it_was_asked_for() -> None:
    lab, weights = _edge(["#23304f"])
    shifted, reached = separate("#26345a", lab, weights, LIGHT, keep_hue=True)
    wanted, got = (linear_to_oklch(hex_to_linear(c))[2] for c in ("#26345a", shifted))
    assert reached >= CONTRAST
    assert abs(wanted - got) < 6


@given(HEX, HEX, st.floats(0, 1))
def test_mix_is_valid_exact_at_its_ends_and_moves_little_for_little(a: str, b: str, part: float) -> None:
    assert mix(a, b, 0) == a
    assert mix(a, b, 1) == b
    assert VALID.match(mix(a, b, part))
    near = min(1.0, part + 0.004)
    if 0 < part < near < 1:
        step = np.abs(to_lab(mix(a, b, part)) - to_lab(mix(a, b, near))).max()
        assert step < 0.05  # a few 8-bit levels, never a jump


@given(HEX)
def test_oklab_and_back_is_the_same_colour_to_a_level(colour: str) -> None:
    back = from_lab(to_lab(colour))
    assert max(abs(int(colour[i : i + 2], 16) - int(back[i : i + 2], 16)) for i in (1, 3, 5)) <= 1


def test_neutral_products_get_sand() -> None:
    for grey in ("#ffffff", "#808080", "#0a0a0a"):
        colours = read_colours(product((grey,)))
        assert colours.neutral
        assert colours.hue == SAND


def test_the_main_colour_is_the_bodys_and_not_a_small_prints() -> None:
    colours = read_colours(product(("#3366cc",) * 7 + ("#ff2200",)))
    assert abs(colours.hue - linear_to_oklch(hex_to_linear("#3366cc"))[2]) < 8
    assert not colours.neutral


def test_harmonies_turn_as_they_say() -> None:
    colours = read_colours(product(("#cc4433",)))
    for harmony, degrees in (("mono", 0), ("analogous", 28), ("complement", 180), ("split", 150), ("triad", 120)):
        hue = linear_to_oklch(hex_to_linear(harmonise(colours, harmony, 0.7, 0.06)))[2]  # type: ignore[arg-type]
        apart = (hue - colours.hue - degrees + 180) % 360 - 180
        assert abs(apart) < 4, harmony


def test_yellow_greens_are_calmed() -> None:
    colours = read_colours(product(("#a8a800",)))
    sour = linear_to_oklch(hex_to_linear(harmonise(colours, "mono", 0.85, 0.10)))[1]
    blue = linear_to_oklch(hex_to_linear(harmonise(colours, "complement", 0.75, 0.10)))[1]
    assert sour < 0.075 < blue


def test_clusters_find_the_colours_with_their_weights_and_are_repeatable() -> None:
    a, b = linear_to_oklab(hex_to_linear("#d04040")), linear_to_oklab(hex_to_linear("#3060c0"))
    lab = np.concatenate([np.tile(a, (300, 1)), np.tile(b, (100, 1))])
    centres, weights = clusters(lab, 5)
    assert len(centres) == 2
    assert weights == pytest.approx([0.75, 0.25])
    assert centres[0] == pytest.approx(a)
    again, _ = clusters(lab, 5)
    assert np.array_equal(centres, again)


def test_mass_moves_weight() -> None:
    lab = np.array([[0.2, 0, 0]] * 10 + [[0.8, 0, 0]] * 10, float)
    mass = np.array([1.0] * 10 + [3.0] * 10)
    centres, weights = clusters(lab, 2, mass=mass)
    assert weights == pytest.approx([0.75, 0.25])
    assert centres[0][0] == pytest.approx(0.8)


def test_a_thin_or_translucent_product_still_has_colours() -> None:
    thin = product(("#cc0000",), width=1, height=60)
    assert read_colours(thin).chroma > 0.1


def test_names_are_what_people_would_say() -> None:
    spoken = {
        "#ffffff": "white",
        "#111111": "black",
        "#3c3f42": "charcoal",
        "#cc2222": "red",
        "#2244cc": "blue",
        "#d8c8a8": "sand",
        "#22aa44": "green",
        "#f2b6c4": "pink",
        "#7a4a28": "brown",
    }
    assert {colour: name_of(colour) for colour in spoken} == spoken
