"""What was found of marks in a picture's file: facts in words of our own, nothing of the file's metadata beside."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bgstudio.domain.making import TERMS, Maker, Origin, PhotoSays


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _known(term: str) -> str:
    if term and term not in TERMS:
        raise ValueError("not in the vocabulary")
    return term


class WatermarkFound(_Found):
    """A watermark of this studio.

    Attributes:
        readable: whether its word could be read; the other fields say nothing where not.
        maker: of the background.
        photo: what the photo's file had declared.
        making: 24 bits, alike in pictures of one making.
        score: deviations by which it stands out of the picture.
    """

    readable: bool
    maker: Maker = Maker.UNKNOWN
    photo: PhotoSays = PhotoSays.NOTHING
    making: int = Field(0, ge=0, lt=1 << 24)
    score: float = Field(0, ge=0, le=1000)


class XmpFound(_Found):
    """What XMP says: ``term`` of IPTC's digital source types, empty for none; ``ours``: the tool's name is ours."""

    term: str = ""
    ours: bool = False

    _term = field_validator("term")(_known)


class CredentialsFound(_Found):
    """Content Credentials (C2PA).

    Attributes:
        state: ``whole``: signature and hashes fit; ``altered``: they do not; ``unread``: there, and not readable here.
        trusted: whether somebody known here vouches for the signer.
        signer: name in the signing certificate, cut short.
        generator: the program that is named as the maker, cut short.
        ours: whether that is this studio.
        terms: IPTC's digital source types of its actions, in their order.
        codes: what fails, as the specification names it.
    """

    state: Literal["whole", "altered", "unread"]
    trusted: bool = False
    signer: str = Field("", max_length=100)
    generator: str = Field("", max_length=100)
    ours: bool = False
    terms: tuple[str, ...] = Field((), max_length=16)
    codes: tuple[str, ...] = Field((), max_length=16)

    @field_validator("terms")
    @classmethod
    def _all_known(cls, terms: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known(term) for term in terms)

    @field_validator("codes")
    @classmethod
    def _short(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(code) > 80 for code in codes):
            raise ValueError("too long")
        return codes


class MarksFound(_Found):
    """All marks of a file; None where there is no such mark.

    Attributes:
        format: of the file.
        width, height: as decoded.
        watermark, xmp, credentials: what was found.
    """

    format: str = Field(max_length=20)
    width: int = Field(ge=1, le=1_000_000)
    height: int = Field(ge=1, le=1_000_000)
    watermark: WatermarkFound | None = None
    xmp: XmpFound | None = None
    credentials: CredentialsFound | None = None

    @property
    def origin(self) -> Origin:
        """What they say together: the strongest word counts, since marks are lost easily and seldom made up.

        A watermark that cannot be read says nothing here: nothing is put down to a photo on a suspicion.
        """
        said: list[tuple[str, str]] = []
        if self.xmp is not None and self.xmp.term:
            said.append((self.xmp.term, "xmp"))
        if self.credentials is not None:
            said += [(term, "credentials") for term in self.credentials.terms]
        mark = self.watermark if self.watermark is not None and self.watermark.readable else None
        if mark is not None:
            said.append((_of_watermark(mark), "watermark"))
        term = next((term for kind in _STRONGEST for term, _ in said if kind is Origin(term).says), "")
        ours = mark is not None or any(found is not None and found.ours for found in (self.xmp, self.credentials))
        return Origin(
            term,
            tuple(dict.fromkeys(by for _, by in said)),
            "none" if self.credentials is None else self.credentials.state,
            ours,
        )


_STRONGEST = (PhotoSays.TRAINED, PhotoSays.COMPUTED, PhotoSays.CAPTURED)


def _of_watermark(mark: WatermarkFound) -> str:
    if mark.maker.trained or mark.photo is PhotoSays.TRAINED:
        return "compositeWithTrainedAlgorithmicMedia"
    return "composite"
