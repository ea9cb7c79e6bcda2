"""Words that a host does not want in prompts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bgstudio.errors import Refused


class Screen:
    """Finds whole words or phrases, whatever their case.

    Args:
        words: words or phrases; empty ones are passed over.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        plain = sorted({folded for word in words if (folded := _folded(word))}, key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, plain))})(?!\w)") if plain else None

    def check(self, text: str | None) -> None:
        """Raise ``Refused`` where the text holds one of the words."""
        if self._found is not None and text and self._found.search(_folded(text)):
            raise Refused(
                "The description holds a word that is not accepted here.",
                "No picture was made, and none was counted.",
                "Describe the scene in other words.",
            )


def _folded(text: str) -> str:
    """Case, width and invisible letters do not matter; any run of spaces is one."""
    visible = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return " ".join(visible.casefold().split())
