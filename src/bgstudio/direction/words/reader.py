"""One segment of a prompt, read word by word."""

from __future__ import annotations

from dataclasses import dataclass

from bgstudio.direction.words.colours import modify
from bgstudio.direction.words.found import Found, take
from bgstudio.direction.words.lexicon import LONGEST, Lexicon, Target
from bgstudio.direction.words.nouns import (
    ACCENT_NOUNS,
    BACKDROP_NOUNS,
    COLOUR_NOUNS,
    FRUIT_NOUNS,
    GARMENTS,
    LIGHT_NOUNS,
    NEGATIONS,
    PREPOSITIONS,
    PRODUCT_CM,
    STOP,
    SURFACE_NOUNS,
)
from bgstudio.direction.words.split import Segment
from bgstudio.direction.words.touches import TOUCHES
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklch

_STAND = frozenset(["on", "in", "at", "against", "upon", "onto", "inside", "next", "under", "before", "near"])
_POSSESSIVE = frozenset(["my", "our", "your", "this", "these"])
_INTRODUCES = frozenset(["of", "for", "show", "shows", "showing", "put", "place", "photograph", "feature", "featuring"])
_WORLD = ("preset", "set", "surface", "gobo", "prop")


@dataclass(frozen=True)
class Span:
    """Words with a meaning: ``first`` and ``last`` are token indices, last exclusive."""

    first: int
    last: int
    targets: tuple[Target, ...] = ()
    colour: str | None = None


class Reader:
    """Reads one segment into the wish."""

    def __init__(
        self, prompt: str, segment: Segment, lexicon: Lexicon, found: Found, first: bool, negated: bool
    ) -> None:
        self.prompt, self.tokens, self.lexicon, self.found = prompt, segment.tokens, lexicon, found
        self.first = first
        self.taken = [False] * len(self.tokens)
        self.product = [False] * len(self.tokens)
        self.noun = [False] * len(self.tokens)  # of them, what the product is called: no car drives in "toy car"
        self.negated = [negated] * len(self.tokens)
        self.ends_negated = negated

    def read(self) -> list[tuple[str, bool, str]]:
        """Take everything that the tables know; give back (words, negated, what they stand beside) of the rest."""
        self._find_product()
        spans = self._spans()
        self._find_negations()
        for i, span in enumerate(spans):
            if not self._is_stuff_of(span, spans[i - 1] if i else None):
                self._take(span)
        return self._rest()

    # ---------------------------------------------------------------- the product

    def _find_product(self) -> None:
        """Mark the words that name the product: "my bottle", "a sneaker on", "a photo of a watch"."""
        i = 0
        while i < len(self.tokens):
            end = self._phrase_end(i)
            begin = i
            while begin < end and self.tokens[begin].raw in STOP and self.tokens[begin].raw not in _POSSESSIVE:
                begin += 1
            self._name_product(i, begin, end)
            i = end

    def _phrase_end(self, i: int) -> int:
        end = i + 1
        while end < len(self.tokens) and self.tokens[end].phrase == self.tokens[i].phrase:
            end += 1
        return end

    def _name_product(self, start: int, begin: int, end: int) -> None:
        if begin >= end:
            return
        own = self.tokens[begin].raw in _POSSESSIVE
        introduced = any(t.raw in _INTRODUCES for t in self.tokens[start:begin])
        after = self.tokens[end].raw if end < len(self.tokens) else None
        opening = (
            self.first
            and not self.found.subject
            and start == 0
            and (after is None or after in _STAND or after == "with")
        )
        if not (own or introduced or opening):
            return
        noun = self._product_noun(begin, end)
        if noun is None and not own:
            return
        if noun is not None and noun[0] < end and after == "with" and not (own or introduced):
            return  # the glass in "glass dome with a rose" is no product
        last, name = noun if noun is not None else (end, None)
        if noun is None and own:
            last = next((k for k in range(begin, end) if self.tokens[k].raw in STOP - _POSSESSIVE), end)
        if not own and self._is_world(begin, last):
            return
        self.found.subject = True
        if name is not None and PRODUCT_CM[name] > 0:
            self.found.usual_cm = PRODUCT_CM[name]
        for k in range(begin, last):
            self.product[k] = True
        if name is not None:
            self.found.garment = self.found.garment or name in GARMENTS
            for k in range(max(begin, last - len(name.split())), last):
                self.noun[k] = True

    def _product_noun(self, begin: int, end: int) -> tuple[int, str] | None:
        """(index after the noun, its name): the last and longest product noun between two tokens."""
        best: tuple[int, str] | None = None
        k = begin
        while k < end:
            for n in range(min(3, end - k), 0, -1):
                names = [t.name for t in self.lexicon.look_up(self.tokens[k : k + n]) if t.kind == "product"]
                if names:
                    best = (k + n, names[0])
                    k += n - 1
                    break
            k += 1
        return best

    def _is_world(self, begin: int, end: int) -> bool:
        """Whether the words as a whole are something that can be built: "books", "vase"."""
        after = self.tokens[end].raw if end < len(self.tokens) else None
        targets = self.lexicon.look_up(self.tokens[begin:end])
        return any(t.kind in _WORLD for t in targets) and after not in ("on", "in", "against", "at", "upon")

    # ---------------------------------------------------------------- spans

    def _spans(self) -> list[Span]:
        spans: list[Span] = []
        for n in range(min(LONGEST, len(self.tokens)), 0, -1):
            for i in range(len(self.tokens) - n + 1):
                if any(self.taken[i : i + n]):
                    continue
                span = self._meaning(i, i + n)
                if span is not None:
                    spans.append(span)
                    self.taken[i : i + n] = [True] * n
        return sorted(spans, key=lambda s: s.first)

    def _meaning(self, first: int, last: int) -> Span | None:
        tokens = self.tokens[first:last]
        targets = tuple(t for t in self.lexicon.look_up(tokens) if t.kind not in ("product", "colour"))
        colour = self.lexicon.colour(tokens)
        inside = any(self.product[first:last])
        if inside:  # of the product's own words only people, animals and moods matter, not its colour or material
            targets = tuple(t for t in targets if t.kind == "beyond" or self._is_mood(t))
            named = self._product_noun(first, last)
            targets = () if all(self.noun[first:last]) or (named and last - first == 1) else targets
            return Span(first, last, targets) if targets else None
        if colour is not None and (not targets or self._as_colour(first, last, targets)):
            hexa = colour[0]
            for modifier in colour[1]:
                hexa = modify(hexa, modifier)
            return Span(first, last, (), hexa)
        if targets and tokens[0].raw in ("with", "in", "on") and last - first == 1:
            return None
        return Span(first, last, targets) if targets else None

    @staticmethod
    def _is_mood(target: Target) -> bool:
        return target.kind == "touch" and bool(TOUCHES[target.name].moods) and TOUCHES[target.name].softness is None

    def _as_colour(self, first: int, last: int, targets: tuple[Target, ...]) -> bool:
        """Whether words that are a thing and a colour are meant as the colour here."""
        following = [t.stem for t in self.tokens[last : last + 2]]
        if any(word in COLOUR_NOUNS for word in following):
            return True
        if following and following[0] in FRUIT_NOUNS:
            return False
        if self.lexicon.look_up(self.tokens[last : last + 1])[:1] and self.lexicon.colour(self.tokens[last : last + 1]):
            return True
        world = any(t.kind in _WORLD for t in targets)
        if not world:
            return targets[0].kind == "beyond"
        if any(t.kind != "prop" for t in targets):
            return False
        before = self.tokens[first - 1].raw if first else ""
        plural = self.tokens[last - 1].raw != self.tokens[last - 1].stem
        return not plural and before not in ("with", "of", "and", "beside", "to", "some", "slice", "slices")

    # ---------------------------------------------------------------- negation

    def _find_negations(self) -> None:
        for i, token in enumerate(self.tokens):
            if token.raw not in NEGATIONS and token.raw not in ("don't", "doesn't", "isn't"):
                continue
            if self.taken[i]:
                continue
            self.taken[i] = True
            if token.raw == "free" and not (i + 1 < len(self.tokens) and self.tokens[i + 1].raw == "of"):
                for k in range(i):
                    self.negated[k] = self.negated[k] or self.tokens[k].phrase == token.phrase
                continue
            for k in range(i + 1, len(self.tokens)):
                word = self.tokens[k].raw
                if word == "but" or (word in PREPOSITIONS and not self.taken[k] and k > i + 1):
                    break
                self.negated[k] = True
        self.ends_negated = bool(self.negated) and self.negated[-1]

    # ---------------------------------------------------------------- taking

    def _text(self, first: int, last: int) -> str:
        return self.prompt[self.tokens[first].start : self.tokens[last - 1].end]

    def _take(self, span: Span) -> None:
        said = self._text(span.first, span.last)
        if span.colour is not None:
            if not self.negated[span.first]:
                self._take_colour(span, said)
            return
        before = next(
            (self.tokens[k].raw for k in range(span.first - 1, -1, -1) if self.tokens[k].raw in PREPOSITIONS), ""
        )
        take(self.found, self.lexicon, span.targets, said, self.negated[span.first], before)

    def _is_stuff_of(self, span: Span, before: Span | None) -> bool:
        """Whether words only say what the prop before them is made of: the water in "drops of water"."""
        if before is None or not before.targets or before.targets[0].kind != "prop":
            return False
        joined = span.first == before.last + 1 and self.tokens[before.last].raw == "of"
        return joined and bool(span.targets) and span.targets[0].kind in ("set", "surface")

    def _take_colour(self, span: Span, said: str) -> None:
        colour = span.colour
        assert colour is not None
        phrase = self.tokens[span.first].phrase
        following = [t for t in self.tokens[span.last :] if t.phrase == phrase]
        words = [t.stem for t in following]
        found = self.found
        if words and words[0] in LIGHT_NOUNS:
            hue = linear_to_oklch(hex_to_linear(colour))[2]
            warm, cold = hue < 115 or hue > 345, 170 < hue < 290
            if warm or cold:
                found.touches.append("warm light" if warm else "cold light")
                found.taken.append((said, "warm light" if warm else "cold light"))
            else:
                found.refused.append(f"Coloured light ('{said}') is left out: lamps here are only warmer or colder.")
            return
        role = self._role(words, span)
        while role in found.colours and role != "accent2":
            role = {"backdrop": "accent", "surface": "accent", "accent": "accent2"}[role]
        found.colours[role] = colour
        found.taken.append((said, f"colour of the {'second accent' if role == 'accent2' else role}"))

    def _role(self, words: list[str], span: Span) -> str:
        for word in words:
            if word in BACKDROP_NOUNS:
                return "backdrop"
            if word in ACCENT_NOUNS:
                return "accent"
            if word in SURFACE_NOUNS:
                return "surface"
        if words:
            tokens = self.tokens[span.last : span.last + len(words)]
            kinds = [t.kind for n in range(len(tokens), 0, -1) for t in self.lexicon.look_up(tokens[:n])]
            if "surface" in kinds:
                return "surface"
            if "prop" in kinds:
                return "accent"
        return "backdrop"

    # ---------------------------------------------------------------- the rest

    def _rest(self) -> list[tuple[str, bool, str]]:
        rest: list[tuple[str, bool, str]] = []
        i = 0
        while i < len(self.tokens):
            if self.taken[i] or self.product[i]:
                i += 1
                continue
            end = i + 1
            while (
                end < len(self.tokens)
                and not self.taken[end]
                and not self.product[end]
                and self.tokens[end].phrase == self.tokens[i].phrase
            ):
                end += 1
            first, last = self._trim(i, end)
            if first < last:
                beside = self._beside(i)
                rest.append((self._text(first, last), self.negated[first], beside))
            i = end
        return rest

    def _trim(self, first: int, last: int) -> tuple[int, int]:
        def idle(k: int) -> bool:
            token = self.tokens[k]
            return token.raw in STOP or token.stem in STOP or token.raw.isdigit()

        while first < last and idle(first):
            first += 1
        while last > first and idle(last - 1):
            last -= 1
        return first, last

    def _beside(self, first: int) -> str:
        """The whole noun phrase, where a part of it was taken already; else nothing."""
        phrase = self.tokens[first].phrase
        same = [k for k, t in enumerate(self.tokens) if t.phrase == phrase]
        if not any(self.taken[k] for k in same):
            return ""
        return self._text(same[0], same[-1] + 1)
