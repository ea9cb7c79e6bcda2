"""Every Protocol of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bgstudio.domain.picture import Picture
from bgstudio.domain.plate import Plate
from bgstudio.domain.shot import Shot
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.errors import Cancelled
from bgstudio.pixels.types import Byte, Float

Progress = Callable[[str, float], None]
"""Told (step in plain words, part done 0..1); must return at once and never raise."""


def silent(_step: str, _part: float) -> None:
    """A ``Progress`` that says nothing."""


class Cancel(Protocol):
    """Asked between steps whether to go on."""

    def __call__(self) -> bool:
        """True once somebody asked to stop."""
        ...


def never() -> bool:
    """A ``Cancel`` that never stops."""
    return False


def check(cancel: Cancel) -> None:
    """Raise ``Cancelled`` if somebody asked to stop."""
    if cancel():
        raise Cancelled("The picture was cancelled.", remedy="Start it again whenever you like.")


class Decoder(Protocol):
    """Turns photo bytes into a ``Picture``; raises ``IntakeError``."""

    def __call__(self, data: bytes) -> Picture:
        """Decode one file held in memory."""
        ...


class MatteModel(Protocol):
    """A trained network that tells product from surroundings."""

    @property
    def name(self) -> str:
        """Name for reports."""
        ...

    def __call__(self, rgb: Byte) -> Float:
        """Encoded sRGB uint8 (H, W, 3) to a matte float32 (H, W), 0..1, at the same size."""
        ...


class SentenceEncoder(Protocol):
    """Maps sentences to unit vectors whose dot product is likeness of meaning."""

    def __call__(self, sentences: list[str]) -> Float:
        """n sentences to float32 (n, d), rows of length 1."""
        ...


@dataclass(frozen=True)
class Capabilities:
    """What a backend is and needs, shown to people before they choose it."""

    leaves_machine: bool
    needs_gpu: bool
    max_pixels: int
    follows_reference: bool
    trained_model: bool


class Backend(Protocol):
    """Makes a background for a product. Never has the last word on product pixels."""

    @property
    def name(self) -> str:
        """Name for reports and recipes."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it is and needs."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """What it can build."""
        ...

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        """Make the background; raises ``BackendError`` or ``Cancelled``."""
        ...

    def close(self) -> None:
        """Give back what it holds: processes, memory."""
        ...
