"""Words that a host does not want in prompts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bgstudio.domain.conduct import folded
from bgstudio.errors import Refused


class Screen:
    """Finds whole words or phrases, whatever their case.

    Args:
        words: words or phrases; empty ones are passed over.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        plain = sorted({one for word in words if (one := folded(word))}, key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, plain))})(?!\w)") if plain else None

    def check(self, text: str | None) -> None:
        """Raise ``Refused`` where the text holds one of the words."""
        if self._found is not None and text and self._found.search(folded(text)):
            raise Refused(
                "The description holds a word that is not accepted here.",
                "No picture was made, and none was counted.",
                "Describe the scene in other words. If this is a mistake, tell the host: /contact?kind=appeal.",
            )
