"""How pictures came to be: what a photo's own file declares, and what is to be said of a finished picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""Before each term of IPTC's vocabulary of digital source types."""

TRAINED = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"})
"""Terms that say that a trained model made the picture, or something in it."""

COMPUTED = frozenset(
    {"algorithmicMedia", "algorithmicallyEnhanced", "composite", "virtualRecording", "dataDrivenMedia"}
)
"""Terms that say that a program made or changed it, and none that was trained is named."""

CAPTURED = frozenset({"digitalCapture", "computationalCapture", "negativeFilm", "positiveFilm", "print",
                      "compositeCapture", "humanEdits", "minorHumanEdits", "digitalCreation", "digitalArt",
                      "screenCapture", "softwareImage"})  # fmt: skip
"""Terms that say that it was taken, scanned, or made by people with tools."""

TERMS = TRAINED | COMPUTED | CAPTURED
"""The vocabulary, retired terms included; other words in a file are not passed on."""


class _Coded(StrEnum):
    """Members with a number of few bits: their place in the class, which must therefore never change."""

    @property
    def code(self) -> int:
        """The number."""
        return list(type(self)).index(self)

    @classmethod
    def of_code(cls, code: int) -> Self | None:
        """The member of a number, or None."""
        members = list(cls)
        return members[code] if 0 <= code < len(members) else None


class Maker(_Coded):
    """What made a picture's background."""

    UNKNOWN = "unknown"
    SIMULATION = "simulation"  # light simulated by the path tracer: no trained model
    TRAINED_HERE = "trained_here"  # a trained image model on the host's machine
    TRAINED_OUTSIDE = "trained_outside"  # a trained image model of an outside service

    @property
    def trained(self) -> bool:
        """Whether a trained model made it."""
        return self in (Maker.TRAINED_HERE, Maker.TRAINED_OUTSIDE)


class PhotoSays(_Coded):
    """What a photo's own file declares of how it was made."""

    NOTHING = "nothing"
    TRAINED = "trained"  # with a trained model, wholly or in part
    COMPUTED = "computed"  # by a program, and no trained model is named
    CAPTURED = "captured"  # by a camera or by hand


@dataclass(frozen=True)
class Origin:
    """What the file of a photo says of its making. Terms and sentences of our own only, nothing of its metadata.

    Attributes:
        term: of IPTC's vocabulary, without its address; empty where nothing is declared.
        said_by: which marks say so, of ``xmp``, ``credentials`` and ``watermark``.
        credentials: whether Content Credentials (C2PA) are in the file: ``none``, ``whole``, ``altered`` or ``unread``.
        ours: whether a mark says that this studio, wherever it runs, has made the picture.
    """

    term: str = ""
    said_by: tuple[str, ...] = ()
    credentials: str = "none"
    ours: bool = False

    @property
    def says(self) -> PhotoSays:
        """The term, in one of four words."""
        if self.term in TRAINED:
            return PhotoSays.TRAINED
        if self.term in COMPUTED:
            return PhotoSays.COMPUTED
        return PhotoSays.CAPTURED if self.term in CAPTURED else PhotoSays.NOTHING

    @property
    def note(self) -> str:
        """A sentence for the person; empty where there is nothing to say."""
        if self.says is PhotoSays.TRAINED:
            return (
                "The photo's own marks say that it was made with AI, at least in part; the picture's marks say so too."
            )
        if self.ours:
            return (
                "The photo is a picture of this studio already, by its own marks; the new picture's marks say so too."
            )
        if self.says is PhotoSays.COMPUTED:
            return "The photo's own marks say that a program made or changed it; the picture's marks say so too."
        if self.credentials != "none":
            return (
                "The photo carries Content Credentials. They are not copied, since they may name people and places; "
                "what they say of its making is told on."
            )
        return ""


NO_ORIGIN = Origin()


@dataclass(frozen=True)
class Making:
    """How a finished picture was made, as its marks are to say.

    Attributes:
        maker: of the background.
        photo: what the photo's file declares.
        number: 24 bits, alike in pictures of one making.
        harmonised: whether the product's colours were pulled to the scene's light, as somebody asked for.
        watermarked: whether the picture has a watermark.
    """

    maker: Maker
    photo: Origin = NO_ORIGIN
    number: int = 0
    harmonised: bool = False
    watermarked: bool = False

    @property
    def term(self) -> str:
        """IPTC's term for the picture as a whole."""
        if self.maker.trained or self.photo.says is PhotoSays.TRAINED:
            return "compositeWithTrainedAlgorithmicMedia"
        return "composite"

    @property
    def background_term(self) -> str:
        """IPTC's term for its background alone; empty where nobody knows."""
        if self.maker is Maker.UNKNOWN:
            return ""
        return "trainedAlgorithmicMedia" if self.maker.trained else "algorithmicMedia"


UNKNOWN_MAKING = Making(Maker.UNKNOWN)
