"""Puts the marks on what a studio makes: into the pixels once, and into each file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import Making, Origin
from bgstudio.domain.ports import CredentialSigner
from bgstudio.domain.render import Composite
from bgstudio.marks.credentials import available, signed, signed_again
from bgstudio.marks.watermark import marked, watermark
from bgstudio.marks.word import Word
from bgstudio.marks.xmp import packet

_MOST_LIFTED = 6  # levels that the mark may have in the background layer, under a deep shadow


class Mark(StrEnum):
    """The marks that a host can switch off."""

    WATERMARK = "watermark"
    XMP = "xmp"
    CREDENTIALS = "credentials"


@dataclass(frozen=True)
class Marker:
    """Puts the wanted marks on.

    Attributes:
        wanted: which; all that can be by default.
        signer: of Content Credentials; none are written without one.
    """

    wanted: frozenset[Mark] = field(default_factory=lambda: frozenset(Mark))
    signer: CredentialSigner | None = None

    def composite(self, composite: Composite, making: Making) -> tuple[Composite, Making]:
        """The picture with its watermark, and what is now to be said of it.

        The background layer gets the mark too, so that the layers still give the picture; in a shadow it has to be
        stronger there, by what the shadow will take away.
        """
        if Mark.WATERMARK not in self.wanted:
            return composite, making
        layers = composite.layers
        word = Word(making.maker, making.photo.says, making.number)
        added = watermark(composite.pixels, layers.product[..., 3], word)
        left = (255 - layers.shadow[..., 3].astype(np.float32)) * (255 - layers.reflection[..., 3].astype(np.float32))
        lifted = np.rint(
            np.clip(added.astype(np.float32) * 65025 / np.maximum(left, 1), -_MOST_LIFTED, _MOST_LIFTED)
        ).astype(np.int16)
        below = np.clip(layers.background.astype(np.int16) + lifted[..., None], 0, 255).astype(np.uint8)
        whole = Composite(marked(composite.pixels, added), replace(layers, background=below))
        return whole, replace(making, watermarked=bool(added.any()))

    def packet(self, term: str) -> bytes | None:
        """XMP for a picture of ours whose source has a term of IPTC's; None where no XMP is wanted."""
        return packet(term) if Mark.XMP in self.wanted else None

    def photo_packet(self, origin: Origin) -> bytes | None:
        """XMP for a part of the photo, which says what the photo said; None where it said nothing."""
        return packet(origin.term, tool=False) if Mark.XMP in self.wanted and origin.term else None

    def prepare(self) -> None:
        """Find out now whether pictures can be signed, not when the first is done; raises as ``sign``."""
        if Mark.CREDENTIALS in self.wanted and self.signer is not None and available():
            _ = self.signer.chain

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of marks that are wanted and cannot be written here."""
        if Mark.CREDENTIALS in self.wanted and self.signer is not None and not available():
            return (
                "Content Credentials are not written: the library for them is not made for this platform. "
                "The other marks are.",
            )
        return ()

    def sign(self, data: bytes, file_format: FileFormat, making: Making) -> bytes:
        """A finished picture's file with its Content Credentials; raises ``CredentialsFailed``."""
        if Mark.CREDENTIALS not in self.wanted or self.signer is None or not available():
            return data
        return signed(data, file_format, making, self.signer)

    def sign_converted(self, data: bytes, file_format: FileFormat, source: bytes, before: FileFormat) -> bytes:
        """A picture of ours in another format, with the credentials of the file that it was made of as its parent."""
        if Mark.CREDENTIALS not in self.wanted or self.signer is None or not available():
            return data
        return signed_again(data, file_format, (source, before), self.signer)


def making_number(parts: Iterable[str]) -> int:
    """24 bits of a digest over what a recipe holds: alike for the same making, and pointing back to nothing."""
    digest = hashlib.sha256("\n".join(parts).encode())
    return int.from_bytes(digest.digest()[:3], "big")
