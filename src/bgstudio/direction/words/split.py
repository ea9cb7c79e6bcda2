"""A prompt to segments and tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bgstudio.direction.words.nouns import ARTICLES, CONJUNCTIONS, NEGATIONS, PREPOSITIONS

_SPELLING = {
    "gray": "grey",
    "color": "colour",
    "colors": "colour",
    "colored": "coloured",
    "colorful": "colourful",
    "cosy": "cozy",
    "centre": "center",
    "centered": "center",
    "centred": "center",
    "leaves": "leaf",
    "shelves": "shelf",
    "knives": "knife",
    "blurry": "blurred",
    "jewelry": "jewellery",
    "timber": "wood",
}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BORDER = re.compile(r"[,;.!?:()\n/|–—]|\s-+\s")


@dataclass(frozen=True)
class Token:
    """One word.

    Attributes:
        raw: lower case, as typed; ``stem``: without plural endings and with one spelling.
        start, end: place in the prompt.
        glued: part of a hyphenated word.
        phrase: running number of the noun phrase it belongs to; prepositions, conjunctions and negations begin one.
    """

    raw: str
    stem: str
    start: int
    end: int
    glued: bool = False
    phrase: int = 0


@dataclass(frozen=True)
class Segment:
    """A part of the prompt between commas and the like; articles are left out."""

    tokens: tuple[Token, ...]


def stem(word: str) -> str:
    """A word without its plural ending, in one spelling; crude, and the same on both sides of every comparison."""
    word = word.lower().replace("’", "'")
    for ending in ("'s", "s'"):
        word = word.removesuffix(ending)
    word = word.replace("'", "")
    if word in _SPELLING:
        return _SPELLING[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search("(sh|ch|x|ss|z)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _SPELLING.get(word, word)


def stems(phrase: str) -> tuple[str, ...]:
    """A phrase as stems, without articles."""
    return tuple(stem(w) for w in _WORD.findall(phrase.lower()) if w not in ARTICLES)


def raws(phrase: str) -> tuple[str, ...]:
    """A phrase as lower-case words, without articles."""
    return tuple(w for w in _WORD.findall(phrase.lower()) if w not in ARTICLES)


def segments(prompt: str) -> tuple[Segment, ...]:
    """The prompt cut at punctuation; offsets count in the prompt as given."""
    found: list[Segment] = []
    number = start = 0
    for end in [*(m.span() for m in _BORDER.finditer(prompt)), (len(prompt), len(prompt))]:
        if prompt[start : end[0]].strip():
            tokens, number = _tokens(prompt, start, end[0], number + 1)
            if tokens:
                found.append(Segment(tokens))
        start = end[1]
    return tuple(found)


def _tokens(prompt: str, start: int, end: int, number: int) -> tuple[tuple[Token, ...], int]:
    tokens: list[Token] = []
    fresh = True
    for m in _WORD.finditer(prompt, start, end):
        raw = m.group().lower()
        if raw in ARTICLES:
            continue
        glued = bool(tokens) and prompt[tokens[-1].end : m.start()] == "-"
        if glued:
            tokens[-1] = replace(tokens[-1], glued=True)
        border = raw in PREPOSITIONS or raw in CONJUNCTIONS or (raw in NEGATIONS and raw != "free")
        if border and not glued:
            number += 1
            fresh = False
        elif fresh:
            fresh = False
        tokens.append(Token(raw, stem(raw), m.start(), m.end(), glued, number))
    return tuple(tokens), number
