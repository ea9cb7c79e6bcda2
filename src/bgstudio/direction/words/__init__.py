"""A prompt to a ``Wish``: phrases looked up in tables first, compared by meaning second, named to the person last."""

from __future__ import annotations

from bgstudio.direction.words.colours import NAMES
from bgstudio.direction.words.lexicon import Lexicon
from bgstudio.direction.words.understand import understand
from bgstudio.direction.words.wish import FIRM, NATURAL, Wish, apply_wish, notes_of

__all__ = ["FIRM", "NAMES", "NATURAL", "Lexicon", "Wish", "apply_wish", "notes_of", "understand"]
