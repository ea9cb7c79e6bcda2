from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bgstudio.domain.brief import Brief, LightWish


def test_a_brief_that_says_nothing_leaves_everything_to_the_look() -> None:
    brief = Brief()
    assert brief.palette == {}
    assert not brief.light.said
    assert (brief.shadow, brief.reflection, brief.surface) == (1.0, None, None)


def test_colours_go_to_their_roles_in_order() -> None:
    brief = Brief(colours=("#AABBCC", "#112233"))
    assert brief.palette == {"backdrop": "#aabbcc", "surface": "#112233"}


def test_the_short_form_of_one_colour_is_the_backdrop() -> None:
    assert Brief(colour="#ABCDEF").palette == {"backdrop": "#abcdef"}
    assert Brief(colour="#ABCDEF", colours=("#abcdef", "#000000")).palette["surface"] == "#000000"


def test_two_backdrops_that_differ_are_refused() -> None:
    with pytest.raises(ValidationError, match="differ"):
        Brief(colour="#abcdef", colours=("#000000",))


def test_every_field_survives_json() -> None:
    light = LightWish(azimuth=270, height="low", softness=0.2, warmth=-0.5)
    brief = Brief(light=light, shadow=0.5, reflection=0, surface="marble-white", colours=("#000000",) * 4)
    assert Brief.model_validate_json(brief.model_dump_json()) == brief


@pytest.mark.parametrize(
    "wish",
    [
        {"light": {"azimuth": 361}},
        {"light": {"height": "noon"}},
        {"light": {"softness": 2}},
        {"light": {"side": "left"}},
        {"shadow": 1.6},
        {"shadow": -0.1},
        {"reflection": 2.1},
        {"surface": "../etc"},
        {"colours": ("#000000",) * 5},
        {"colours": ("red",)},
        {"key_side": "top"},
    ],
)
def test_values_out_of_range_are_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Brief.model_validate(wish)
