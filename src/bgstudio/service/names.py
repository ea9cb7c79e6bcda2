"""Names of files that every system can store."""

from __future__ import annotations

import unicodedata

MOST_LETTERS = 60


def plain_name(text: str) -> str:
    """``my-mug`` for ``My mug!``: letters and digits of any script, in lower case, with single dashes between."""
    said = unicodedata.normalize("NFC", text).casefold()
    parts = "".join(letter if letter.isalnum() else " " for letter in said).split()
    return "-".join(parts)[:MOST_LETTERS].strip("-")


class Names:
    """Hands out each name once: the second time it has a ``-2`` behind."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str) -> str:
        """The name, or it with the first number that is free."""
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name}-{number}"
        self._taken.add(found)
        return found
