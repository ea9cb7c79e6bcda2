from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgstudio.backends.raytrace.registry import VOCABULARY as REAL
from bgstudio.direction import Director, load_presets
from bgstudio.domain.brief import Brief, LightWish
from bgstudio.domain.cutout import LightReading, ViewReading
from bgstudio.domain.scene import Scene
from bgstudio.errors import UnknownSurface
from tests.direction.kit import product

DIRECTOR = Director(REAL)
NAMES = [p.name for p in load_presets()]


def direct(brief: Brief, **what: object) -> Scene:
    return DIRECTOR.scenes(brief, product(**what))[0]  # type: ignore[arg-type]


def told(scene: Scene, words: str) -> bool:
    return any(words in note for note in scene.notes)


# ------------------------------------------------------------------ light


@pytest.mark.parametrize(
    ("azimuth", "side", "away", "words"),
    [
        (90, "right", 90, "from the right"),
        (270, "left", 90, "from the left"),
        (45, "right", 45, "from the front right"),
        (315, "left", 45, "from the front left"),
        (225, "left", 135, "from behind on the left"),
    ],
)
def test_degrees_seen_from_above_become_side_and_azimuth(azimuth: float, side: str, away: float, words: str) -> None:
    scene = direct(Brief(preset="water-stones", light=LightWish(azimuth=azimuth)))
    assert (scene.key.side, scene.key.azimuth) == (side, away)
    assert told(scene, words)


@pytest.mark.parametrize("azimuth", [0, 180, 360])
def test_straight_ahead_the_photos_side_stays(azimuth: float) -> None:
    for side in ("left", "right"):
        light = LightWish(azimuth=azimuth)
        scene = direct(Brief(preset="dark-slate", light=light), light=LightReading(side, 0.4, 0.4))
        assert scene.key.side == side
        assert not told(scene, "may look wrong")


def test_light_against_the_photos_own_is_followed_and_said() -> None:
    scene = direct(Brief(preset="linen", light=LightWish(azimuth=270)), light=LightReading("right", 0.4, 0.4))
    assert scene.key.side == "left"
    assert told(scene, "itself is lit from the right")


def test_height_softness_and_warmth() -> None:
    light = LightWish(height="high", softness=0.05, warmth=-0.7)
    scene = direct(Brief(preset="seamless", light=light))
    assert (scene.key.elevation, scene.key.softness, scene.key.warmth) == (62, 0.05, -0.7)
    assert told(scene, "high, hard, cold")


def test_the_brief_goes_before_the_words_and_says_so() -> None:
    light = LightWish(azimuth=90, softness=0.9)
    scene = direct(Brief(preset="seamless", prompt="hard shadows, light from the left", light=light))
    assert (scene.key.side, scene.key.softness) == ("right", 0.9)
    assert told(scene, "'hard shadows', 'light from the left' gave way")
    warm = direct(Brief(preset="seamless", prompt="light from the left, warm light", light=LightWish(height="low")))
    assert warm.key.side == "left"
    assert not told(warm, "gave way")


def test_the_exact_direction_goes_before_the_side() -> None:
    scene = direct(Brief(preset="seamless", key_side="left", light=LightWish(azimuth=100)))
    assert (scene.key.side, scene.key.azimuth) == ("right", 100)


def test_a_soft_light_draws_no_pattern() -> None:
    hard = direct(Brief(preset="concrete-leaves", prompt="leaf shadows", light=LightWish(softness=0.1)))
    soft = direct(Brief(preset="concrete-leaves", prompt="leaf shadows", light=LightWish(softness=0.8)))
    assert hard.gobo == "leaves"
    assert soft.gobo == "none"
    assert told(soft, "'leaves' is left out")


@pytest.mark.parametrize("wish", [Brief(light=LightWish(azimuth=180)), Brief(prompt="light from behind")])
def test_a_wall_behind_the_product_turns_light_from_behind_to_the_side(wish: Brief) -> None:
    scene = direct(wish.model_copy(update={"preset": "arch-podium"}))
    assert scene.key.azimuth == 90
    assert told(scene, "wall close behind")
    free = direct(wish.model_copy(update={"preset": "dark-slate"}))
    assert free.key.azimuth > 130
    assert not told(free, "wall close behind")


@pytest.mark.parametrize("azimuth", [0, 180])
def test_a_low_lamp_on_the_cameras_axis_would_stand_in_the_picture(azimuth: float) -> None:
    scene = direct(Brief(preset="dark-slate", light=LightWish(azimuth=azimuth, height="low")))
    assert scene.key.elevation > 20
    assert told(scene, "higher than asked")
    assert direct(Brief(preset="dark-slate", light=LightWish(azimuth=80, height="low"))).key.elevation == 16


def test_the_sun_has_crisp_shadows() -> None:
    assert told(direct(Brief(preset="sunny-terrace", light=LightWish(softness=1))), "lies in the sun")


@settings(max_examples=80, deadline=None)
@given(
    preset=st.sampled_from(NAMES),
    light=st.builds(
        LightWish,
        azimuth=st.none() | st.floats(0, 360),
        height=st.sampled_from([None, "low", "mid", "high"]),
        softness=st.none() | st.floats(0, 1),
        warmth=st.none() | st.floats(-1, 1),
    ),
    surface=st.sampled_from([None, *(t.name for t in REAL.of("surface"))]),
    colours=st.lists(st.sampled_from(["#ff00aa", "#F0F0F0", "#101010"]), max_size=4),
)
def test_every_wish_gives_a_valid_scene_that_its_set_can_follow(
    preset: str, light: LightWish, surface: str | None, colours: list[str]
) -> None:
    scene = direct(Brief(preset=preset, light=light, surface=surface, colours=tuple(colours)))
    assert Scene.model_validate_json(scene.model_dump_json()) == scene
    term = REAL.find("set", scene.set)
    assert term is not None
    assert scene.key.azimuth <= term.behind


# ------------------------------------------------------------------ material and colours


def test_a_surface_is_taken_with_its_own_colour() -> None:
    scene = direct(Brief(preset="arch-podium", prompt="on oak", surface="slate"))
    assert scene.surface == "slate"
    assert scene.palette.surface == "#3a3d42"
    assert told(scene, "surface is slate, as you set it")


def test_a_surface_alone_leads_to_its_home() -> None:
    assert direct(Brief(surface="walnut")).set == "oak"
    assert direct(Brief(surface="marble-white", prompt="in a living room")).set == "living"


def test_an_unknown_surface_is_an_error_with_near_names() -> None:
    with pytest.raises(UnknownSurface, match="marble-white") as caught:
        direct(Brief(surface="marble-pink"))
    assert caught.value.remedy


def test_four_colours_take_their_roles() -> None:
    colours = ("#AA0000", "#00aa00", "#0000aa", "#aaaa00")
    palette = direct(Brief(preset="terrazzo-blocks", colours=colours)).palette
    assert (palette.backdrop, palette.surface, palette.accent, palette.accent2) == tuple(c.lower() for c in colours)
    assert palette.origin == "brief"


def test_one_colour_fills_a_sweep_and_two_divide_it() -> None:
    one = direct(Brief(preset="seamless", colours=("#aa0000",))).palette
    two = direct(Brief(preset="seamless", colours=("#aa0000", "#eeeeee"))).palette
    assert (one.backdrop, one.surface) == ("#aa0000", "#aa0000")
    assert (two.backdrop, two.surface) == ("#aa0000", "#eeeeee")


def test_a_firm_material_takes_a_colour_only_as_a_hint() -> None:
    asked = Brief(preset="arch-podium", surface="marble-white", colours=("#ffffff", "#ff88aa"))
    assert told(direct(asked), "only as a hint")


def test_pure_white_stays_white_and_says_so() -> None:
    scene = direct(Brief(preset="white-packshot", surface="oak", colours=("#ff0000",), reflection=2))
    assert scene.surface is None
    assert told(scene, "not shown")
    assert told(scene, "stays pure white")
    assert told(scene, "no reflection to change")


# ------------------------------------------------------------------ shadow and reflection


def test_what_is_asked_of_shadow_and_reflection_is_said() -> None:
    assert told(direct(Brief(preset="seamless", shadow=0)), "casts no shadow")
    assert told(direct(Brief(preset="seamless", shadow=0.5)), "50% of its natural strength")
    assert told(direct(Brief(preset="dark-acrylic", reflection=0.5)), "reflection has 50%")
    assert told(direct(Brief(preset="linen", reflection=2)), "mirrors almost nothing")
    quiet = direct(Brief(preset="seamless"))
    assert not told(quiet, "as you set it")


# ------------------------------------------------------------------ what cannot stand

HANGING = ViewReading(4, True, "hanging", True)


@pytest.mark.parametrize("name", [p.name for p in load_presets() if "hanging" not in p.suits.resting])
def test_a_garment_in_a_look_with_a_floor_is_told(name: str) -> None:
    assert told(direct(Brief(preset=name), view=HANGING), "'Flat lay' or 'Plaster wall' would show it as it is")
    assert not told(direct(Brief(preset=name)), "foot to stand on")


def test_the_words_tell_a_garment_where_the_silhouette_does_not() -> None:
    for prompt in ("my summer dress, soft light", "a t-shirt with books", "linen shorts on oak"):
        assert direct(Brief(prompt=prompt)).set in ("flatlay", "wall"), prompt
    assert direct(Brief(prompt="my dress shoes on oak")).set == "oak"
    assert told(direct(Brief(preset="oak-table", prompt="my cotton shirt")), "foot to stand on")


def test_a_garment_on_a_packshot_lies_on_the_white_and_does_not_stand_on_it() -> None:
    flat = direct(Brief(preset="white-packshot"), view=HANGING).camera
    assert (flat.overhead, flat.base) == (True, 0.5)
    assert not direct(Brief(preset="white-packshot")).camera.overhead
    assert not direct(Brief(preset="plaster-wall"), view=HANGING).camera.overhead


def test_a_garment_on_a_surface_lies_flat_on_it() -> None:
    for brief in (Brief(prompt="on oak"), Brief(surface="oak")):
        scene = direct(brief, view=HANGING)
        assert (scene.set, scene.surface) == ("flatlay", "oak")
    assert told(direct(Brief(prompt="in the snow"), view=HANGING), "foot to stand on")
