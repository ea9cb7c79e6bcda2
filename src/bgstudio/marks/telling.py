"""What was found of marks, in plain words: what made the picture, whether it was changed, and what cannot be known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from bgstudio.domain.making import Maker, PhotoSays
from bgstudio.domain.marks import CredentialsFound, MarksFound, WatermarkFound

Verdict = Literal["ours", "ai", "other", "altered", "unknown"]

SELF_MADE = "self-made certificate"
"""Stands in the name on certificates that a studio made for itself; see ``vault.signing``."""

_EXPIRED = {"signingCredential.expired", "claimSignature.outsideValidity"}
_OURS = "This picture was put together by AI Background Studio."
_NOTHING = (
    "No mark was found that says how this picture was made.",
    "No mark does not mean no AI: marks are lost when a file is written anew or a picture is changed, and many "
    "programs write none.",
)
_BACKGROUND = {
    Maker.SIMULATION: "The background is a physical simulation of light; no trained model made it.",
    Maker.TRAINED_HERE: "The background was made by a trained image model: by what is called generative AI.",
    Maker.TRAINED_OUTSIDE: "The background was made by a trained image model of an outside service: by what is called "
    "generative AI.",
}
_PHOTO = {
    PhotoSays.NOTHING: "The product was cut out of a photo, whose file said nothing of how it was made.",
    PhotoSays.TRAINED: "The product was cut out of a photo that was marked as made with AI, at least in part.",
    PhotoSays.COMPUTED: "The product was cut out of a picture that was marked as made or changed by a program.",
    PhotoSays.CAPTURED: "The product was cut out of a photo that was marked as taken with a camera or made by hand.",
}


@dataclass(frozen=True)
class Telling:
    """What a person is told.

    Attributes:
        verdict: ``ours``, ``ai`` (somebody else's, with a trained model), ``other`` (marked, and no trained model is
            named), ``altered`` (a signature that does not fit), ``unknown`` (nothing found).
        headline: the answer in a sentence.
        sentences: what else is to be said, the weightiest first.
    """

    verdict: Verdict
    headline: str
    sentences: tuple[str, ...]

    def view(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self) | {"sentences": list(self.sentences)}


def tell(found: MarksFound) -> Telling:
    """Put what was found into words."""
    if found.watermark is None and found.xmp is None and found.credentials is None:
        return Telling("unknown", _NOTHING[0], _NOTHING[1:])
    verdict, headline, sentences = _what(found)
    sentences += _contradiction(found)
    credentials = found.credentials
    if credentials is not None:
        sentences += [_signature(credentials)]
        if credentials.state == "altered" and not _only_expired(credentials):
            verdict = "altered"
            headline = "This file was changed after it was signed."
            sentences = [sentences.pop(), "What the marks say may no longer hold.", *_ours_then(found), *sentences]
    if found.watermark is not None:
        sentences.append(_watermark(found.watermark))
    sentences += _missing(found)
    return Telling(verdict, headline, tuple(sentences))


def _what(found: MarksFound) -> tuple[Verdict, str, list[str]]:
    origin = found.origin
    mark = found.watermark
    if origin.ours:
        read = mark if mark is not None and mark.readable else None
        maker, photo = (read.maker, read.photo) if read is not None else (_maker(found), None)
        told = [_BACKGROUND.get(maker, "")]
        told.append(_PHOTO[photo] if photo is not None else "The product was cut out of a photo.")
        return "ours", _OURS, [sentence for sentence in told if sentence]
    if origin.says is PhotoSays.TRAINED:
        return "ai", "This picture's marks say that it was made with AI, at least in part.", []
    if origin.says is PhotoSays.COMPUTED:
        return "other", "This picture's marks say that a program made or changed it; they name no trained model.", []
    if origin.says is PhotoSays.CAPTURED:
        return "other", "This picture's marks say that it was taken with a camera or made by hand.", []
    if mark is not None:
        return "ours", "This picture seems to have been put together by AI Background Studio.", []
    by = (
        f" They were written by {found.credentials.generator}."
        if found.credentials and found.credentials.generator
        else ""
    )
    return "other", f"This picture carries Content Credentials that do not say what kind of source it has.{by}", []


def _maker(found: MarksFound) -> Maker:
    terms = (*(found.credentials.terms if found.credentials else ()), found.xmp.term if found.xmp else "")
    if "algorithmicMedia" in terms or "composite" in terms:
        return Maker.SIMULATION
    return Maker.TRAINED_HERE if "trainedAlgorithmicMedia" in terms else Maker.UNKNOWN


def _ours_then(found: MarksFound) -> list[str]:
    return ["Before that, it was put together by AI Background Studio, by its marks."] if found.origin.ours else []


def _signature(credentials: CredentialsFound) -> str:
    if credentials.state == "unread":
        return (
            "There are Content Credentials in the file that cannot be read: they are broken, or kept at an address, "
            "which is not asked."
        )
    if _only_expired(credentials):
        return "The signature fits, and its certificate has expired, so that it no longer counts."
    if credentials.state == "altered":
        return "The signature does not fit: something in the file is not as it was signed."
    if credentials.trusted:
        return f"The signature is whole: nothing in the file was changed since {credentials.signer} signed it."
    whole = "The signature is whole: nothing in the file was changed since it was signed."
    if SELF_MADE in credentials.signer:
        return f"{whole} The certificate is one that the studio made for itself: it proves that, and not who signed."
    name = f" ({credentials.signer})" if credentials.signer else ""
    return f"{whole} Nobody known here vouches for the signer{name}: it proves that, and not who signed."


def _only_expired(credentials: CredentialsFound) -> bool:
    failing = set(credentials.codes) - {"signingCredential.untrusted"}
    return credentials.state == "altered" and bool(failing) and failing <= _EXPIRED


def _watermark(mark: WatermarkFound) -> str:
    if mark.readable:
        return "The watermark in its pixels is there and can be read."
    return (
        "There seems to be a watermark of AI Background Studio in its pixels, too faint to be read: the picture was "
        "made smaller or compressed, or much of it was changed."
    )


def _contradiction(found: MarksFound) -> list[str]:
    """Marks that cannot all be true."""
    if found.watermark is None:
        return []
    camera = {"digitalCapture", "computationalCapture"}
    terms = {found.xmp.term if found.xmp else "", *(found.credentials.terms[:1] if found.credentials else ())}
    if terms & camera:
        return ["The marks contradict each other: its file says that a camera took it, and its pixels say otherwise."]
    return []


def _missing(found: MarksFound) -> list[str]:
    names = {"a watermark": found.watermark, "XMP": found.xmp, "Content Credentials": found.credentials}
    gone = [name for name, mark in names.items() if mark is None]
    if not (found.origin.ours or found.watermark) or not gone:
        return []
    return [f"Not found: {' and '.join(gone)}. Programs that write a file anew often drop marks."]
