from __future__ import annotations

from pathlib import Path

import pytest

from bgstudio.direction import Director, Preset, load_presets
from bgstudio.direction.presets import Framing, KeyRecipe, PaletteRecipes, Recipe, Suits, choose, parse
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.errors import BadScene, UnknownPreset
from tests.direction.kit import VOCABULARY

GOOD = """
name = "plain"
title = "Plain"
description = "A plain sheet of paper."
set = "sweep"
[suits]
[palette]
backdrop = [{ harmony = "mono", lightness = 0.85, chroma = 0.05 }]
accent = [{ hex = "#102030" }]
accent2 = [{ hex = "#102030" }]
[key]
azimuth = [40, 60]
elevation = [30, 40]
"""


@pytest.mark.parametrize("preset", load_presets(), ids=lambda p: p.name)
def test_every_preset_resolves_against_the_vocabulary(preset: Preset) -> None:
    assert preset.unresolved(VOCABULARY) == ()


def test_the_promised_presets_are_there_with_their_sets() -> None:
    sets = {p.name: p.set for p in load_presets()}
    promised = {
        "seamless": "sweep",
        "arch-podium": "arch",
        "dark-acrylic": "acrylic",
        "marble-counter": "marble",
        "oak-table": "oak",
        "linen": "linen",
        "concrete-leaves": "concrete",
        "terrazzo-blocks": "terrazzo",
        "water-stones": "water",
        "sunny-terrace": "terrace",
        "dark-slate": "slate",
        "white-packshot": "packshot",
        "colour-paper": "paper",
        "snow": "snow",
        "flat-lay": "flatlay",
        "plaster-wall": "wall",
        "living-room": "living",
    }
    assert promised.items() <= sets.items()


def test_every_surface_has_one_home() -> None:
    homes = [name for p in load_presets() for name in p.home_of]
    assert sorted(homes) == sorted(t.name for t in VOCABULARY.of("surface"))


def test_packshot_can_fill_eighty_five_percent_of_the_frame() -> None:
    camera = choose(load_presets(), "white-packshot").camera
    assert min(camera.max_height, camera.max_width) >= 0.85
    assert camera.base - 0.85 > 0.02  # the head of a tall product stays inside


def test_a_good_file_is_read() -> None:
    preset = parse(GOOD, "plain.toml")
    assert preset.palette.surface is None
    assert preset.unresolved(VOCABULARY) == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('set = "sweep"', "", "set"),
        ("azimuth = [40, 60]", "azimuth = [60, 40]", "key"),
        ("elevation = [30, 40]", "elevation = [30, 99]", "key"),
        ('hex = "#102030"', 'hex = "blue"', "palette.accent.0.hex"),
        ("lightness = 0.85, ", "", "palette.backdrop.0"),
        ("[suits]", "[suits]\ncolour = 3", "suits.colour"),
        ('title = "Plain"', "title = ", "not valid TOML"),
        ('name = "plain"', 'name = "other"', "name"),
    ],
)
def test_a_broken_file_is_named_with_its_field(old: str, new: str, field: str) -> None:
    assert old in GOOD
    with pytest.raises(BadScene) as caught:
        parse(GOOD.replace(old, new, 1), "plain.toml")
    assert "plain.toml" in caught.value.what
    assert field in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("typed", "near"), [("marbel-counter", "marble-counter"), ("oak", "oak-table"), ("flatlay", "flat-lay")]
)
def test_an_unknown_preset_names_its_neighbours(typed: str, near: str) -> None:
    with pytest.raises(UnknownPreset) as caught:
        Director(VOCABULARY).preset(typed)
    assert near in caught.value.remedy


def test_names_forgive_case_and_spaces() -> None:
    assert Director(VOCABULARY).preset("Marble Counter").name == "marble-counter"


def test_presets_of_missing_sets_are_not_offered() -> None:
    small = Vocabulary(tuple(t for t in VOCABULARY.terms if t.kind != "set" or t.name in ("sweep", "oak")))
    assert [p.name for p in Director(small).presets()] == ["oak-table", "seamless"]
    with pytest.raises(UnknownPreset):
        Director(small).preset("snow")


def test_the_preset_in_the_guide_is_a_good_one() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/presets.md").read_text("utf-8")
    text = guide.split("```toml\n")[1].split("```")[0]
    assert parse(text, "arch-podium.toml").unresolved(VOCABULARY) == ()


def test_the_guide_names_every_field() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/presets.md").read_text("utf-8")
    for model in (Preset, Suits, PaletteRecipes, KeyRecipe, Framing, Recipe):
        for field in model.model_fields:
            assert field in guide, field
