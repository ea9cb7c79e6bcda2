from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bgstudio
from bgstudio.domain.brief import Brief, Placement, Quality
from bgstudio.errors import BadScene
from bgstudio.export import Recipe, make_recipe
from tests import factories


def recipe(**changes: Any) -> Recipe:
    fields: dict[str, Any] = {
        "photo_sha256": hashlib.sha256(b"photo").hexdigest(),
        "brief": Brief(prompt="on moss, „soft“ light", width=800, height=600, quality=Quality.FINE),
        "scene": factories.scene(),
        "seed": 7,
        "backend": "raytrace",
        "model": "drawn",
        "versions": {"variant": "llvm_ad_rgb", "mitsuba": "3.9.1", "oidn": "2.5.1"},
    }
    return make_recipe(**(fields | changes))


def test_comes_back_as_it_was() -> None:
    assert Recipe.from_json(recipe().to_json()) == recipe()


def test_names_the_studio_and_all_versions() -> None:
    fields = json.loads(recipe().to_json())
    assert fields["studio"] == bgstudio.__version__
    assert fields["version"] == 1
    assert fields["versions"] == {"variant": "llvm_ad_rgb", "mitsuba": "3.9.1", "oidn": "2.5.1"}
    assert (fields["brief"]["width"], fields["brief"]["height"], fields["brief"]["quality"]) == (800, 600, "fine")


def test_the_text_is_stable_sorted_and_readable() -> None:
    text = recipe().to_json()
    shuffled = recipe(versions={"oidn": "2.5.1", "mitsuba": "3.9.1", "variant": "llvm_ad_rgb"})
    assert shuffled.to_json() == text
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert text.endswith("}\n") and "„soft“" in text
    assert Recipe.from_json(text).to_json() == text


def test_holds_no_pixels() -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else [value]

    text = recipe().to_json()
    assert len(text) < 5000
    assert all(not isinstance(leaf, str) or len(leaf) <= 64 for leaf in leaves(json.loads(text)))


@given(
    seed=st.integers(0, 2**31 - 1),
    x=st.floats(0.1, 0.9),
    strength=st.floats(0, 1),
    prompt=st.text(max_size=200),
    cm=st.none() | st.floats(0.3, 999),
)
def test_any_brief_comes_back(seed: int, x: float, strength: float, prompt: str, cm: float | None) -> None:
    brief = Brief(prompt=prompt, placement=Placement(x=x), reference_strength=strength, product_cm=cm, seed=seed)
    made = recipe(brief=brief, seed=seed)
    assert Recipe.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "7", "null", "{}", '{"version": 1}', "[" * 100_000, " " * 1_000_001]
)
def test_what_is_no_recipe(text: str) -> None:
    with pytest.raises(BadScene, match="not a recipe") as caught:
        Recipe.from_json(text)
    assert caught.value.remedy


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_version_is_named(version: object) -> None:
    fields = json.loads(recipe().to_json()) | {"version": version}
    with pytest.raises(BadScene, match=f"version {version}; version 1 is read"):
        Recipe.from_json(json.dumps(fields))


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("photo_sha256", {"photo_sha256": "abc"}),
        ("seed", {"seed": -1}),
        ("studio", {"studio": None}),
        ("scene.set", {"scene": {"name": "x", "palette": json.loads(factories.PALETTE.model_dump_json())}}),
        ("brief.width", {"brief": {"width": 5}}),
        ("surprise", {"surprise": 1}),
    ],
)
def test_a_broken_place_is_named(place: str, change: dict[str, Any]) -> None:
    fields = json.loads(recipe().to_json()) | change
    with pytest.raises(BadScene, match=f"at '{place}'"):
        Recipe.from_json(json.dumps(fields))


def test_a_missing_version_is_another_version() -> None:
    fields = json.loads(recipe().to_json())
    del fields["version"]
    with pytest.raises(BadScene, match="version None"):
        Recipe.from_json(json.dumps(fields))
