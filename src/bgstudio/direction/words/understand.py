"""Reading a prompt."""

from __future__ import annotations

import re

from bgstudio.direction.words.found import Found, forbid_plants, take
from bgstudio.direction.words.lexicon import ALIKE_AGAIN, ALIKE_WORD, Guess, Lexicon
from bgstudio.direction.words.nouns import STOP
from bgstudio.direction.words.reader import Reader
from bgstudio.direction.words.split import segments
from bgstudio.direction.words.wish import Wish

_SIZE = re.compile(
    r"(?<![\w.])(\d{1,4}(?:[.,]\d{1,2})?)\s*-?\s*(mm|cm|centimet(?:er|re)s?|millimet(?:er|re)s?|m|met(?:er|re)s?|"
    r"in|inch(?:es)?|ft|feet|foot|\")(?![\w])\s*-?\s*(tall|high|height|wide|width|long|across|broad)?",
    re.IGNORECASE,
)
_CM = {
    "mm": 0.1,
    "mi": 0.1,
    "cm": 1.0,
    "ce": 1.0,
    "m": 100.0,
    "me": 100.0,
    "in": 2.54,
    '"': 2.54,
    "ft": 30.48,
    "fe": 30.48,
}


def understand(prompt: str, lexicon: Lexicon) -> Wish:
    """Read a prompt of any length and content; never raises.

    The words of the tables are looked up first, longest phrases first; what is left is compared by meaning, and what
    is near nothing is named in ``Wish.unknown``. The product itself ("my bottle", "a sneaker on ...") asks for nothing.
    """
    found = Found()
    text, tall, wide = _sizes(prompt)
    leftovers: list[tuple[str, bool, str]] = []
    negated_before = False
    opening = True  # until a part that is more than "Etsy listing photo:"
    for segment in segments(text):
        goes_on = negated_before and any(t.raw in ("or", "nor") for t in segment.tokens)
        reader = Reader(prompt, segment, lexicon, found, opening, goes_on)
        leftovers += reader.read()
        negated_before = reader.ends_negated
        opening = opening and all(t.raw in STOP or t.stem in STOP for t in segment.tokens)
    _by_meaning(leftovers, lexicon, found)
    if found.set_name is None and found.surface is None and "backdrop" not in found.colours:
        found.set_name = found.hint
    return Wish(
        preset=found.preset,
        set=found.set_name,
        surface=found.surface,
        gobo=found.gobo,
        props=tuple(dict.fromkeys(p for p in found.props if p not in found.without)),
        without=frozenset(found.without),
        avoid=frozenset(found.avoid),
        bare=found.bare,
        colours=found.colours,
        touches=tuple(dict.fromkeys(found.touches)),
        product_cm=tall,
        product_wide_cm=wide,
        usual_cm=found.usual_cm,
        garment=found.garment,
        taken=tuple(dict.fromkeys(found.taken)),
        unknown=tuple(dict.fromkeys(found.unknown)),
        beyond=tuple(dict.fromkeys(found.beyond)),
        refused=tuple(dict.fromkeys(found.refused)),
    )


def _sizes(prompt: str) -> tuple[str, float | None, float | None]:
    """The prompt with sizes blanked out, and the product's height and width in centimetres where they are said."""
    tall = wide = None
    for m in _SIZE.finditer(prompt):
        unit = m.group(2).lower()
        cm = float(m.group(1).replace(",", ".")) * _CM.get(unit[:2], _CM.get(unit, 1.0))
        if (m.group(3) or "").lower() in ("wide", "width", "across", "broad", "long"):
            wide = wide or cm
        else:
            tall = tall or cm
    return _SIZE.sub(lambda m: " " * len(m.group()), prompt), tall, wide


def _by_meaning(leftovers: list[tuple[str, bool, str]], lexicon: Lexicon, found: Found) -> None:
    guesses = lexicon.guess([words for words, _, _ in leftovers])
    for (words, negated, beside), guess in zip(leftovers, guesses, strict=True):
        if guess is not None and not guess.sure:
            if beside and not negated and guess.likeness >= ALIKE_AGAIN and guess.target in found.targets:
                continue
            guess = _word_by_word(words, lexicon)
        if guess is not None and "-" in words and guess.target.kind == "beyond":
            guess = None  # the hand in "hand-thrown" is nobody's
        if guess is not None and not (beside and guess.target.kind in ("set", "preset") and found.set_name is not None):
            take(found, lexicon, (guess.target,), words, negated)
        elif negated:
            forbid_plants(found, words)
        else:
            found.unknown.append(words)


def _word_by_word(words: str, lexicon: Lexicon) -> Guess | None:
    """The surest meaning of a single word, where the phrase as a whole means nothing known."""
    parts = [w for w in words.split() if w.lower() not in STOP]
    if len(parts) < 2:
        return None
    sure = [g for g in lexicon.guess(parts) if g is not None and g.sure and g.likeness >= ALIKE_WORD]
    return max(sure, key=lambda g: g.likeness, default=None)
