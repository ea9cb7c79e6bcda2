"""What a promise is, and the headings of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """One heading of the policy: its number, its words, and what it says before its promises."""

    number: int
    title: str
    lead: str = ""


HEADINGS = (
    Heading(1, "Information we collect"),
    Heading(2, "How we use your information"),
    Heading(3, "Data storage and security"),
    Heading(4, "Third-party services"),
    Heading(5, "Anonymous users"),
    Heading(6, "Data retention"),
    Heading(7, "Your rights"),
    Heading(8, "Commercial use"),
    Heading(9, "Changes to this policy"),
    Heading(10, "Contact us"),
)


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes:
        number: 1 to 26; ``name`` is how everything calls it.
        heading: number of the heading that it stands under.
        title: a few words.
        said: what people are told; names in braces are filled in from the settings.
        proof: how it can be checked, in plain words.
        tests: files and names of tests that would fail if it were broken.
    """

    number: int
    heading: int
    title: str
    said: str
    proof: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        """Such as ``P15``."""
        return f"P{self.number}"

    def sentence(self, filled: Mapping[str, str]) -> str:
        """What people are told, with the settings filled in."""
        return " ".join(self.said.format(**filled).split())
