"""Every Protocol of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bgstudio.domain.marks import MarksFound
from bgstudio.domain.outside import OutsideAnswer, OutsideCall
from bgstudio.domain.painting import Ask, Painted, Sizes
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


def part_of(progress: Progress, start: float, length: float) -> Progress:
    """A report scaled into the stretch from ``start`` over ``length`` of a larger one."""

    def tell(step: str, part: float) -> None:
        progress(step, start + length * min(1.0, max(0.0, part)))

    return tell


Glimpse = Callable[[Byte], None]
"""Shown an unfinished picture: uint8 (h, w, 3), small, encoded sRGB; must return at once and never raise."""


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


class FileReader(Decoder, Protocol):
    """A decoder that also tells what a file's marks say."""

    def marks(self, data: bytes) -> MarksFound:
        """What the marks of a file say of its making; raises ``IntakeError``."""
        ...

    def close(self) -> None:
        """Give back processes and memory; may be called more than once."""
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
class Price:
    """What one picture costs the host: ``amount`` in ``currency`` (ISO 4217), as last read from the vendor's list."""

    amount: float
    currency: str = "USD"


@dataclass(frozen=True)
class Capabilities:
    """What a backend is and needs, shown to people before they choose it.

    Attributes:
        leaves_machine: whether the picture is sent anywhere.
        needs_gpu: whether it is of use only with one.
        max_pixels: largest picture.
        follows_reference: whether it takes a reference picture's look over.
        trained_model: whether a trained image model makes the background.
        any_prompt: whether it can show what nobody modelled, in whatever words.
        seeded: whether the same wish and seed give the same picture again.
        seconds: usual time of one picture at 1024 pixels, or None where it was not measured.
        price: of one picture; None where it costs nothing.
        service: name of the ``OutsideService`` that it is sent to; empty where nothing is sent.
    """

    leaves_machine: bool
    needs_gpu: bool
    max_pixels: int
    follows_reference: bool
    trained_model: bool
    any_prompt: bool = False
    seeded: bool = True
    seconds: float | None = None
    price: Price | None = None
    service: str = ""


class Channel(Protocol):
    """The only way from a stage to an outside service. Whoever hands it in answers for consent, keys and limits."""

    def __call__(self, call: OutsideCall, cancel: Cancel = never) -> OutsideAnswer:
        """Send, and wait for the answer, whatever its status.

        Raises ``ConsentNeeded``, ``OutsideDown`` (no answer, or not in time), ``LimitReached`` or ``Cancelled``.
        """
        ...


class CredentialSigner(Protocol):
    """Signs Content Credentials. The key stays where it is; only what is to be signed and the signature travel."""

    @property
    def algorithm(self) -> str:
        """Of C2PA's: ``es256``, ``es384``, ``es512``, ``ps256`` or ``ed25519``."""
        ...

    @property
    def chain(self) -> str:
        """Certificates as PEM, the signer's own first."""
        ...

    def __call__(self, claim: bytes) -> bytes:
        """The signature of some bytes; raises ``CredentialsFailed``."""
        ...


class Chosen(Protocol):
    """What people choose by name, and are told of before they do."""

    @property
    def name(self) -> str:
        """Name for reports, recipes and ``--backend``."""
        ...

    @property
    def title(self) -> str:
        """Name for people."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it is and needs."""
        ...

    def close(self) -> None:
        """Give back what it holds: processes, memory."""
        ...


class Painter(Chosen, Protocol):
    """A trained image model, here or elsewhere: paints around a product. ``backends.painted`` makes a ``Backend`` of
    it, and mends what it does to the product."""

    @property
    def sizes(self) -> Sizes:
        """Sizes it takes."""
        ...

    def paint(self, ask: Ask, progress: Progress = silent, cancel: Cancel = never) -> Painted:
        """Paint once; raises ``BackendError`` (``PaintingRefused`` for a moderation block), ``ConsentNeeded``,
        ``OutsideDown``, ``LimitReached``, ``WeightsError`` or ``Cancelled``."""
        ...


class Backend(Chosen, Protocol):
    """Makes a background for a product. Never has the last word on product pixels."""

    @property
    def vocabulary(self) -> Vocabulary:
        """What it can build."""
        ...

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        """Make the background; raises ``BackendError`` or ``Cancelled``."""
        ...
