"""What a backend can build, and the words that call it.

A backend publishes its ``Vocabulary``; the direction turns wishes into scenes made of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["set", "surface", "prop", "gobo"]


@dataclass(frozen=True)
class Term:
    """One thing that can be built.

    Attributes:
        kind: what it is.
        name: registry name, as it stands in a ``Scene``.
        label: for people.
        words: phrases that mean it, lower case, in the language of prompts.
        pitch: camera pitches in degrees that suit it (sets and surfaces).
        largest_cm: tallest product that looks right in it (sets).
        behind: farthest that its key light can go round towards the back, in degrees from the camera's axis, before a
            wall keeps it from the product (sets).
        sun: lit by the sun itself, whose shadows are always crisp (sets).
        white: backdrop and ground are pure white, whatever colour or material is asked for (sets).
    """

    kind: Kind
    name: str
    label: str
    words: tuple[str, ...]
    pitch: tuple[float, float] = (0.0, 30.0)
    largest_cm: float = 400.0
    behind: float = 180.0
    sun: bool = False
    white: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """All terms of one backend."""

    terms: tuple[Term, ...]

    def of(self, kind: Kind) -> tuple[Term, ...]:
        """Terms of one kind, in the order of their registration."""
        return tuple(term for term in self.terms if term.kind == kind)

    def find(self, kind: Kind, name: str) -> Term | None:
        """The term of that name, or None."""
        return next((term for term in self.terms if term.kind == kind and term.name == name), None)
