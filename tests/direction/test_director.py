from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgstudio.direction import Director, load_presets
from bgstudio.direction.palette import CONTRAST, contrast, read_colours
from bgstudio.domain.brief import Brief, Placement
from bgstudio.domain.cutout import LightReading, ViewReading
from bgstudio.domain.scene import Scene
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.errors import BadScene, UnknownPreset
from tests.direction.kit import VOCABULARY, picture, product

DIRECTOR = Director(VOCABULARY)
NAMES = [p.name for p in load_presets()]
HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


def _one(brief: Brief, **what: object) -> Scene:
    return DIRECTOR.scenes(brief, product(**what))[0]  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    colours=st.lists(HEX, min_size=1, max_size=4),
    preset=st.sampled_from([None, *NAMES]),
    seed=st.integers(0, 2**31 - 1),
    prompt=st.sampled_from([None, "navy background, no plants", "golden hour on oak with lemons", "pastel, playful"]),
    pitch=st.floats(0, 60),
    rest=st.sampled_from(["standing", "lying", "hanging"]),
)
def test_every_scene_is_valid_and_made_of_the_vocabulary(
    colours: list[str], preset: str | None, seed: int, prompt: str | None, pitch: float, rest: str
) -> None:
    view = ViewReading(pitch, True, rest, True)
    brief = Brief(preset=preset, seed=seed, prompt=prompt, count=2)
    for scene in DIRECTOR.scenes(brief, product(tuple(colours), view=view)):
        assert Scene.model_validate_json(scene.model_dump_json()) == scene
        assert VOCABULARY.find("set", scene.set)
        assert scene.surface is None or VOCABULARY.find("surface", scene.surface)
        assert scene.gobo in (None, "none") or VOCABULARY.find("gobo", scene.gobo)
        assert all(VOCABULARY.find("prop", name) for name in scene.props or ())


@settings(max_examples=60, deadline=None)
@given(colour=HEX, seed=st.integers(0, 50), preset=st.sampled_from([n for n in NAMES if n != "white-packshot"]))
def test_the_product_stands_out_from_its_backdrop(colour: str, seed: int, preset: str) -> None:
    cutout = product((colour,))
    colours = read_colours(cutout)
    scene = DIRECTOR.scenes(Brief(preset=preset, seed=seed), cutout)[0]
    assert contrast(scene.palette.backdrop, colours.edge, colours.edge_weights) >= CONTRAST


def test_the_same_brief_gives_the_same_scenes() -> None:
    brief = Brief(prompt="on marble, morning light", count=4, seed=11)
    assert Director(VOCABULARY).scenes(brief, product()) == DIRECTOR.scenes(brief, product())


def test_a_variant_is_the_scene_of_its_seed() -> None:
    many = DIRECTOR.scenes(Brief(preset="arch-podium", seed=5, count=4), product())
    assert [s.seed for s in many] == [5, 6, 7, 8]
    assert many[2] == DIRECTOR.scenes(Brief(preset="arch-podium", seed=7), product())[0]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "white-packshot"])
def test_variants_differ_and_keep_the_idea(name: str) -> None:
    scenes = DIRECTOR.scenes(Brief(preset=name, count=4), product(("#cc6633", "#eeeeee")))
    assert len({s.name for s in scenes}) == 1
    assert len({s.set for s in scenes}) == 1
    assert len({s.key.azimuth for s in scenes}) == 4
    looks = {(s.palette.backdrop, s.palette.accent, s.gobo, s.props) for s in scenes}
    assert len(looks) >= 3


def test_seeds_wrap_at_the_end_of_their_range() -> None:
    scenes = DIRECTOR.scenes(Brief(preset="seamless", seed=2**31 - 1, count=2), product())
    assert [s.seed for s in scenes] == [2**31 - 1, 0]


# ------------------------------------------------------------------ precedence


def test_the_preset_of_the_brief_beats_the_prompts_and_says_so() -> None:
    scene = _one(Brief(preset="oak-table", prompt="on a terrace, golden hour"))
    assert scene.set == "oak"
    assert scene.key.elevation == 14  # the rest of the prompt is followed
    assert any("left aside" in note and "oak-table" in note for note in scene.notes)


def test_the_colour_of_the_brief_beats_the_prompts() -> None:
    scene = _one(Brief(preset="seamless", prompt="mint background", colour="#CC8844"))
    assert scene.palette.backdrop == "#cc8844"
    assert scene.palette.surface == "#cc8844"
    assert scene.palette.origin == "brief"


def test_a_colour_asked_for_is_kept_even_where_the_product_sinks_and_it_is_said() -> None:
    scene = _one(Brief(preset="seamless", colour="#3366cc"), colours=("#3366cc",))
    assert scene.palette.backdrop == "#3366cc"
    assert any("sink" in note for note in scene.notes)


def test_the_side_of_the_brief_beats_prompt_reference_and_photo() -> None:
    bright_right = picture(np.tile(np.linspace(0.05, 0.9, 80)[None, :, None], (60, 1, 3)))
    cutout = product(light=LightReading("right", 0.5, 0.5))
    order = (
        (Brief(preset="seamless", prompt="light from the right", key_side="left", reference_strength=1), "left"),
        (Brief(preset="seamless", prompt="light from the left", reference_strength=1), "left"),
        (Brief(preset="seamless", reference_strength=1), "right"),
    )
    for brief, side in order:
        assert DIRECTOR.scenes(brief, cutout, bright_right)[0].key.side == side
    left = product(light=LightReading("left", 0.5, 0.5))
    scene = DIRECTOR.scenes(Brief(preset="seamless", reference_strength=1), left, bright_right)[0]
    assert scene.key.side == "right"
    assert any("lit from the left" in note for note in scene.notes)


def test_the_photos_light_decides_where_nobody_says_anything() -> None:
    for side in ("left", "right"):
        scenes = DIRECTOR.scenes(Brief(preset="linen", count=4), product(light=LightReading(side, 0.4, 0.4)))
        assert {s.key.side for s in scenes} == {side}
    free = DIRECTOR.scenes(Brief(preset="linen", count=4), product())
    assert {s.key.side for s in free} == {"left", "right"}


def test_the_size_of_the_brief_beats_the_prompts_which_beats_the_usual() -> None:
    assert _one(Brief(prompt="my 30 cm tall bottle on oak", product_cm=12)).product_cm == 12
    assert _one(Brief(prompt="my 30 cm tall bottle on oak")).product_cm == 30
    assert _one(Brief(prompt="my bottle on oak")).product_cm == 22
    assert _one(Brief(prompt="on oak")).product_cm is None
    wide = _one(Brief(prompt="my 40 cm wide bag on oak"), width=100, height=50)
    assert wide.product_cm == pytest.approx(20)


def test_placement_goes_into_the_camera() -> None:
    scene = _one(Brief(preset="oak-table", placement=Placement(x=0.3, base=0.9, height=0.7)))
    assert (scene.camera.x, scene.camera.base, scene.camera.max_height) == (0.3, 0.9, 0.7)
    assert scene.camera.area == 1
    plain = _one(Brief(preset="oak-table"))
    assert (plain.camera.x, plain.camera.base) == (0.5, 0.78)


def test_the_prompt_beats_the_reference() -> None:
    blue = picture(np.full((40, 40, 3), (0.1, 0.2, 0.6)))
    scene = DIRECTOR.scenes(
        Brief(preset="seamless", prompt="terracotta background", reference_strength=1), product(("#ffffff",)), blue
    )[0]
    assert scene.palette.backdrop == "#c4785a"


def test_a_reference_of_no_strength_changes_nothing() -> None:
    red = picture(np.full((40, 40, 3), (0.6, 0.1, 0.1)))
    brief = Brief(prompt="on oak", reference_strength=0)
    assert DIRECTOR.scenes(brief, product(), red) == DIRECTOR.scenes(brief, product())


# ------------------------------------------------------------------ words and looks


def test_words_choose_the_set_and_the_surfaces_home() -> None:
    assert _one(Brief(prompt="in the snow")).name == "snow"
    scene = _one(Brief(prompt="on dark wood"))
    assert (scene.set, scene.surface) == ("oak", "walnut")


def test_a_surface_with_a_colour_wears_it() -> None:
    scene = _one(Brief(preset="arch-podium", prompt="on pink marble"))
    assert scene.surface == "marble-white"
    assert scene.palette.surface == "#efb2c0"


def test_a_material_asked_for_without_a_colour_has_its_own() -> None:
    assert _one(Brief(preset="arch-podium", prompt="on oak")).palette.surface == "#c49a6c"


def test_unwanted_props_are_gone_from_every_variant() -> None:
    for scene in DIRECTOR.scenes(Brief(preset="oak-table", prompt="no plants", count=5), product()):
        assert "eucalyptus" not in (scene.props or ())
    for scene in DIRECTOR.scenes(Brief(preset="terrazzo-blocks", prompt="without props", count=3), product()):
        assert scene.props == ()


def test_winter_words_call_the_winter_preset_and_nothing_else_does() -> None:
    assert _one(Brief(prompt="winter mood")).name == "snow"
    for seed in range(12):
        for colour in ("#cc2233", "#112244", "#ffffff"):
            assert _one(Brief(seed=seed), colours=(colour,)).name not in ("snow", "white-packshot")


def test_camera_words() -> None:
    near, plain, far = (_one(Brief(preset="oak-table", prompt=p)).camera for p in ("close-up", None, "wide shot"))
    assert near.area > plain.area > far.area
    assert near.max_height > plain.max_height > far.max_height
    assert _one(Brief(preset="concrete-leaves", prompt="blurred background")).camera.depth_of_field == 0.9
    above = _one(Brief(prompt="from above"))
    assert above.camera.overhead
    assert above.set == "flatlay"


# ------------------------------------------------------------------ products


def test_lying_products_lie_flat_and_hanging_ones_hang() -> None:
    lying = product(view=ViewReading(80, True, "lying", True))
    assert {DIRECTOR.scenes(Brief(seed=s), lying)[0].name for s in range(6)} == {"flat-lay"}
    hanging = product(view=ViewReading(2, True, "hanging", True))
    names = {DIRECTOR.scenes(Brief(seed=s), hanging)[0].name for s in range(12)}
    assert names <= {"flat-lay", "plaster-wall"}
    assert "plaster-wall" in names
    unsure = product(view=ViewReading(80, False, "lying", False))
    assert DIRECTOR.scenes(Brief(), unsure)[0].name != "flat-lay"


def test_steep_photos_only_get_sets_that_bear_it() -> None:
    steep = product(("#cc6633",), view=ViewReading(22, True))
    for seed in range(10):
        scene = DIRECTOR.scenes(Brief(seed=seed), steep)[0]
        preset = DIRECTOR.preset(scene.name)
        assert preset.camera.overhead or preset.suits.pitch[1] >= 22
        assert scene.camera.pitch == 22


def test_furniture_goes_into_the_living_room() -> None:
    scene = _one(Brief(product_cm=85), width=200, height=90)
    assert scene.set in ("living", "sweep", "concrete")
    names = {_one(Brief(product_cm=150, seed=s), width=200, height=90).name for s in range(6)}
    assert names == {"living-room"}


def test_a_shelf_of_products_does_not_all_land_in_one_set() -> None:
    shelf = ["#cc3344", "#f2f2f2", "#181818", "#e8c8d0", "#3366cc", "#d8b878", "#4a7a52", "#8a5a3a"]
    names = [_one(Brief(), colours=(c,), width=w, height=h).name for c in shelf for w, h in ((50, 130), (130, 90))]
    assert len(set(names)) >= 6
    assert max(names.count(n) for n in set(names)) <= 5


def test_the_choice_is_explained() -> None:
    assert any("chosen" in note for note in _one(Brief()).notes)
    assert not any("chosen" in note for note in _one(Brief(preset="linen")).notes)


def test_pitch_follows_the_photo_within_the_sets_limits() -> None:
    for pitch, sure, expected in ((12, True, 12), (40, True, 26), (1, True, 3), (40, False, 8)):
        view = ViewReading(pitch, sure)
        term = VOCABULARY.find("set", "oak")
        assert term is not None
        got = DIRECTOR.scenes(Brief(preset="oak-table"), product(view=view))[0].camera.pitch
        assert got == min(max(expected, term.pitch[0]), term.pitch[1])


# ------------------------------------------------------------------ backends with less


def test_a_backend_without_some_props_is_told_apart_not_failed() -> None:
    small = Vocabulary(tuple(t for t in VOCABULARY.terms if t.name not in ("citrus", "bowl", "eucalyptus")))
    scene = Director(small).scenes(Brief(preset="marble-counter"), product())[0]
    assert scene.props == ()
    assert any("citrus" in note for note in scene.notes)


@pytest.mark.parametrize("prompt", ["by the sea", "amazon main image", "in the bathroom", "from above", "on slate"])
def test_words_for_sets_that_a_backend_lacks_still_give_a_scene_of_its_own(prompt: str) -> None:
    small = Vocabulary(tuple(t for t in VOCABULARY.terms if t.name in ("sweep", "oak", "linen")))
    scene = Director(small).scenes(Brief(prompt=prompt), product())[0]
    assert small.find("set", scene.set)
    assert scene.surface is None or small.find("surface", scene.surface)


def test_a_backend_without_sets_is_an_error_with_a_remedy() -> None:
    with pytest.raises(BadScene) as caught:
        Director(Vocabulary(())).scenes(Brief(), product())
    assert caught.value.remedy


def test_an_unknown_preset_is_an_error() -> None:
    with pytest.raises(UnknownPreset):
        DIRECTOR.scenes(Brief(preset="moon-base"), product())
