"""What no trained model is asked for, and what is only a product."""

from __future__ import annotations

import pytest

from bgstudio.domain.conduct import RULES, check_words
from bgstudio.errors import Refused


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("a sexy teenager holding the bottle", "minors"),
        ("a naked child on a beach", "minors"),
        ("NAKED   Little\u200b Girl", "minors"),
        ("hardcore porn scene", "sexual"),
        ("nude woman on a bed beside the perfume", "nudity"),
        ("a man standing naked in a shower", "nudity"),
        ("eine nackte Frau am Strand", "nudity"),
        ("a beheaded corpse on the floor", "cruelty"),
        ("a swastika on the wall", "hate"),
        ("a person attempting suicide", "self-harm"),
        ("next to a fake passport", "deceit"),
        ("ｐｏｒｎ", "sexual"),
    ],
)
def test_is_refused_with_the_rule_and_without_the_words(words: str, rule: str) -> None:
    with pytest.raises(Refused) as raised:
        check_words(words)
    assert raised.value.reason == rule
    said = f"{raised.value.what} {raised.value.meaning} {raised.value.remedy}".casefold()
    assert words.casefold() not in said
    assert "/contact?kind=appeal" in said


@pytest.mark.parametrize(
    "words",
    [
        None, "", "on a marble counter, morning light", "nude lipstick on pink silk", "in nude and beige tones",
        "a naked cake with berries", "naked juice bottle in a fridge", "a woman in a kitchen, smiling",
        "baby clothes on a wooden shelf", "kids playing in a garden, toy in front", "a child drinking from the cup",
        "bare feet on a beach", "sex on the beach cocktail glass, a bar behind", "essex countryside",
        "blood orange slices", "red dragon blood serum", "gorgeous light", "a mens grooming kit",
        "a young man with a backpack", "shot glass on a bar", "a knife on a chopping board", "death metal poster",
        "fake fur and velvet", "faux leather", "a model wearing the shoes", "a skull candle",
        "knife", "penny on the table", "the grape harvest", "a rapeseed field in bloom", "torte",
    ],
)  # fmt: skip
def test_products_and_people_are_let_through(words: str | None) -> None:
    check_words(words)


def test_every_rule_has_a_name_and_words_for_people() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.title and not rule.title.endswith(".") for rule in RULES)
