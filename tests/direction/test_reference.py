from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgstudio.direction import Director
from bgstudio.direction.palette import CONTRAST, contrast, name_of, read_colours, to_lab
from bgstudio.direction.reference import StyleReading, apply, read_style, tell
from bgstudio.domain.brief import Brief
from bgstudio.domain.picture import Picture
from bgstudio.domain.scene import KeyLight, Palette, Scene
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklch
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Double, Float
from tests.direction.kit import VOCABULARY, picture, product


def _room(
    wall: str = "#c9b59a", floor: str = "#8a6a4a", thing: str | None = "#2255cc", light: str = "left", fall: float = 0.8
) -> Float:
    """A wall, a floor, an object in the middle, and light that falls off to one side."""
    h, w = 120, 160
    rgb = np.empty((h, w, 3), np.float32)
    rgb[:80], rgb[80:] = hex_to_linear(wall), hex_to_linear(floor)
    if thing:
        rgb[40:95, 62:98] = hex_to_linear(thing)
    ramp = np.exp(np.linspace(fall / 2, -fall / 2, w, dtype=np.float32))
    if light == "right":
        ramp = ramp[::-1]
    return np.clip(rgb * ramp[None, :, None], 0, 1).astype(np.float32)


def _read(rgb: Float) -> StyleReading:
    return read_style(picture(rgb), VOCABULARY)


def _scene(side: str = "left") -> Scene:
    key = KeyLight.model_validate({"side": side, "azimuth": 55})
    palette = Palette(backdrop="#d8d0e0", surface="#e0d8d0", accent="#a06040", accent2="#406080")
    return Scene(name="test", set="arch", palette=palette, key=key)


def test_colours_come_from_the_surroundings_and_not_from_the_object() -> None:
    reading = _read(_room(fall=0))
    assert np.linalg.norm(to_lab(reading.backdrop) - to_lab("#c9b59a")) < 0.03
    assert np.linalg.norm(to_lab(reading.surface) - to_lab("#8a6a4a")) < 0.04
    assert np.linalg.norm(to_lab(reading.accent) - to_lab("#2255cc")) < 0.06
    assert reading.thing > 0.05
    assert sum(c.part for c in reading.palette) == pytest.approx(1, abs=0.01)


def test_even_a_large_object_is_not_the_backdrop() -> None:
    rgb = _room(fall=0, thing=None)
    rgb[20:110, 40:120] = hex_to_linear("#cc2222")
    assert "red" not in name_of(_read(rgb).backdrop)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_side_of_the_light_is_found(side: str) -> None:
    reading = _read(_room(light=side))
    assert reading.side == side
    assert reading.side_sure > 0.4


def test_even_light_has_no_side() -> None:
    assert _read(_room(fall=0.0)).side_sure < 0.2


def test_a_bright_thing_on_one_side_is_not_light_from_there() -> None:
    rgb = _room(wall="#303030", floor="#282828", thing=None, fall=0)
    rgb[30:90, 5:50] = hex_to_linear("#f0f0f0")
    assert _read(rgb).side_sure < 0.4


def test_warm_and_cold() -> None:
    assert _read(_room(wall="#e0a060", floor="#b07030")).warmth > 0.5
    assert _read(_room(wall="#90b0d8", floor="#6080b0")).warmth < -0.5


def test_hard_and_soft_shadows_on_a_calm_wall() -> None:
    wall = np.full((140, 180, 3), hex_to_linear("#cfc6b8"), np.float32)
    mask = np.ones((140, 180), np.float32)
    mask[40:100, 60:120] = 0.3
    hard = _read(wall * mask[..., None])
    soft = _read(wall * blur(mask, 12)[..., None])
    assert hard.softness < 0.4
    assert soft.softness > 0.6


def test_blur_behind_a_sharp_thing_is_depth_of_field() -> None:
    rng = np.random.default_rng(3)
    fine = rng.uniform(0.1, 0.9, (144, 144)).astype(np.float32)
    coarse = blur(fine, 4.0)
    coarse = (coarse - coarse.mean()) / coarse.std() * 0.2 + 0.5
    mixed = coarse.copy()
    mixed[50:100, 50:100] = fine[50:100, 50:100]
    melted, sharp = (_read(np.repeat(np.clip(v, 0, 1)[..., None], 3, 2)) for v in (mixed, fine))
    assert melted.depth_of_field > 0.5
    assert melted.depth_sure > 0.3
    assert sharp.depth_of_field < 0.1


def test_a_horizon_is_found_and_said_to_be_ignored() -> None:
    rgb = np.empty((120, 160, 3), np.float32)
    rgb[:70], rgb[70:] = hex_to_linear("#9cc4e0"), hex_to_linear("#c8a870")
    reading = _read(rgb)
    assert reading.horizon == pytest.approx(70 / 120, abs=0.02)
    assert "horizon" in " ".join(tell(_scene(), reading, 1))
    assert _read(np.full((80, 80, 3), 0.5, np.float32)).horizon is None


def test_materials_are_guesses_of_the_vocabulary_and_never_sure() -> None:
    rng = np.random.default_rng(1)
    grain = blur(rng.normal(0, 1, (150, 150)).astype(np.float32), 1.0)
    grain = np.repeat(grain[:, :1], 150, 1) + 0.3 * grain
    rgb = hex_to_linear("#c09564") * (1 + 0.12 * grain[..., None])
    reading = _read(np.clip(rgb, 0, 1).astype(np.float32))
    assert reading.surface_name == "oak"
    assert reading.surface_sure <= 0.7
    assert _read(np.full((60, 60, 3), hex_to_linear("#3355cc"), np.float32)).surface_name is None


@pytest.mark.parametrize("shape", [(8, 8), (1, 300), (300, 1), (64, 2000)])
def test_odd_shapes_and_flat_pictures_are_survived(shape: tuple[int, int]) -> None:
    reading = _read(np.full((*shape, 3), 0.4, np.float32))
    assert reading.side_sure < 0.2


def test_transparent_parts_count_as_white() -> None:
    rgb = np.zeros((60, 60, 3), np.float32)
    reading = read_style(Picture(rgb, np.zeros((60, 60), np.float32)), VOCABULARY)
    assert reading.backdrop == "#ffffff"


def test_the_same_picture_reads_the_same() -> None:
    assert _read(_room()) == _read(_room())


# ------------------------------------------------------------------ applying

_READINGS = [
    _read(_room()),
    _read(_room(wall="#203040", floor="#101820", light="right")),
    _read(_room(wall="#f0e8e0", floor="#e0d0c0", thing=None, fall=0)),
]


@pytest.mark.parametrize("reading", _READINGS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_no_strength_is_identity(reading: StyleReading, side: str) -> None:
    scene = _scene(side)
    assert apply(scene, reading, 0) is scene


def _figures(scene: Scene) -> Double:
    key = scene.key
    signed = key.azimuth * (1 if key.side == "right" else -1)
    colours = np.concatenate([to_lab(getattr(scene.palette, r)) for r in ("backdrop", "surface", "accent", "accent2")])
    other = [signed / 90, key.warmth, key.softness, key.ratio, scene.exposure, scene.camera.depth_of_field]
    return np.concatenate([colours, other])


@settings(max_examples=80, deadline=None)
@given(
    index=st.integers(0, len(_READINGS) - 1),
    side=st.sampled_from(["left", "right"]),
    strength=st.floats(0, 1),
    step=st.floats(0, 0.01),
)
def test_strength_acts_continuously_and_stays_valid(index: int, side: str, strength: float, step: float) -> None:
    scene = _scene(side)
    a = apply(scene, _READINGS[index], strength)
    b = apply(scene, _READINGS[index], min(1.0, strength + step))
    assert Scene.model_validate(a.model_dump()) == a
    assert np.abs(_figures(a) - _figures(b)).max() < 0.08


@pytest.mark.parametrize("reading", _READINGS)
def test_full_strength_follows_fully(reading: StyleReading) -> None:
    for side in ("left", "right"):
        scene = apply(_scene(side), reading, 1)
        assert scene.palette.accent == reading.accent
        assert scene.palette.origin == "reference"
        if reading.side_sure >= 0.4:
            assert scene.key.side == reading.side
        if reading.softness_sure >= 0.4:
            assert scene.key.softness == pytest.approx(reading.softness)


def test_a_sets_own_material_keeps_its_colour_in_the_main() -> None:
    blue = _read(_room(wall="#90b0d8", floor="#3050c0"))
    scene = _scene().model_copy(update={"set": "oak"})
    moved = apply(scene, blue, 1).palette.surface
    own, target = to_lab(scene.palette.surface), to_lab(blue.surface)
    assert np.linalg.norm(to_lab(moved) - own) < 0.5 * np.linalg.norm(target - own)


def test_what_was_taken_and_left_is_told() -> None:
    brief = Brief(preset="arch-podium", reference_strength=0.9)
    notes = " ".join(Director(VOCABULARY).scenes(brief, product(), picture(_room()))[0].notes)
    assert "From the reference" in notes
    assert "light from the left" in notes
    assert "palette of" in notes
    assert "Left out" in notes
    assert "the object in its middle" in notes


def test_a_dark_reference_leads_to_a_dark_look() -> None:
    dark = picture(_room(wall="#182430", floor="#0c1014", thing=None, fall=0.3))
    names = {Director(VOCABULARY).scenes(Brief(seed=s), product(("#e8e0d0",)), dark)[0].name for s in range(5)}
    assert names <= {"dark-acrylic", "dark-slate"}


def test_a_dark_red_reference_gives_a_light_set_its_hue_and_not_grey() -> None:
    rgb = _room(wall="#2a1416", floor="#2a1416", thing=None, fall=0.4)
    rgb[20:70, :60] = hex_to_linear("#b0202a")
    backdrop = apply(_scene(), _read(rgb), 1).palette.backdrop
    L, C, h = linear_to_oklch(hex_to_linear(backdrop))
    assert L > 0.6
    assert C > 0.08
    assert h < 40


def test_a_reference_never_hides_the_product() -> None:
    cutout = product(("#c9b59a",))
    colours = read_colours(cutout)
    scene = Director(VOCABULARY).scenes(Brief(preset="seamless", reference_strength=1), cutout, picture(_room(fall=0)))[
        0
    ]
    assert contrast(scene.palette.backdrop, colours.edge, colours.edge_weights) >= CONTRAST
