"""Content Credentials: a signed C2PA manifest in the file, and what those of other files say.

Nothing of the person is in it: no name, no time, no thumbnail, no copy or hash of the photo. A hash would let whoever
holds the photo prove that a published picture was made of it, and serves no reader of the picture; the recipe, which
only its owner has, keeps it. No network is used: no remote manifest is fetched, no revocation asked, no time stamped.
"""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import IPTC, TERMS, Maker, Making
from bgstudio.domain.marks import CredentialsFound
from bgstudio.domain.ports import CredentialSigner
from bgstudio.errors import CredentialsFailed
from bgstudio.version import __version__

NAME = "AI Background Studio"
"""How the maker of the manifest calls itself."""

_MEDIA_TYPES = {
    FileFormat.PNG: "image/png",
    FileFormat.JPEG: "image/jpeg",
    FileFormat.WEBP: "image/webp",
    FileFormat.AVIF: "image/avif",
}
_SETTINGS: dict[str, Any] = {
    "version": 1,
    "builder": {"thumbnail": {"enabled": False}},
    "verify": {
        "verify_after_reading": True,
        "verify_after_sign": True,
        "verify_trust": True,
        "verify_timestamp_trust": True,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    },
}
_MOST_SIGNED = 262_144
_MOST_MANIFESTS = 32
_BACKGROUND = {
    Maker.UNKNOWN: "The background was made by a program.",
    Maker.SIMULATION: "The background is a physical simulation of light in a modelled set. No trained model made it.",
    Maker.TRAINED_HERE: "The background was made by a trained image model.",
    Maker.TRAINED_OUTSIDE: "The background was made by a trained image model of an outside service.",
}
_PRODUCT = "The product was cut out of a photo and laid over the background."


def available() -> bool:
    """Whether the library that writes and reads Content Credentials is here; it is not made for every platform."""
    try:
        _library()
    except (ImportError, OSError):
        return False
    return True


def manifest(making: Making) -> dict[str, Any]:
    """What a picture's manifest says; JSON for the library."""
    background: dict[str, Any] = {
        "action": "c2pa.placed",
        "description": _BACKGROUND[making.maker],
        "parameters": {"ingredientIds": ["background"]},
    }
    product: dict[str, Any] = {
        "action": "c2pa.placed",
        "description": _PRODUCT,
        "parameters": {"ingredientIds": ["photo"]},
    }
    if making.background_term:
        background["digitalSourceType"] = IPTC + making.background_term
    if making.photo.term:
        product["digitalSourceType"] = IPTC + making.photo.term
    actions = [{"action": "c2pa.created", "digitalSourceType": IPTC + making.term}, background, product]
    if making.harmonised:
        actions.append(
            {
                "action": "c2pa.color_adjustments",
                "description": "The product's colours were pulled to the scene's light.",
            }
        )
    if making.watermarked:
        actions.append({"action": "c2pa.watermarked.unbound"})
    return {
        "claim_generator_info": [{"name": NAME, "version": __version__}],
        "ingredients": [
            {"title": "Background", "relationship": "componentOf", "instance_id": "background", "label": "background"},
            {"title": "Photo of the product", "relationship": "componentOf", "instance_id": "photo", "label": "photo"},
        ],
        "assertions": [{"label": "c2pa.actions", "data": {"allActionsIncluded": True, "actions": actions}}],
    }


def signed(data: bytes, file_format: FileFormat, making: Making, signer: CredentialSigner) -> bytes:
    """The file with its manifest: the same pixels, other bytes each time (the specification wants random salts).

    Raises:
        CredentialsFailed: the library is missing, or does not take the certificate or the file.
    """
    return _signed(data, file_format, manifest(making), signer)


def signed_again(
    data: bytes, file_format: FileFormat, source: tuple[bytes, FileFormat], signer: CredentialSigner
) -> bytes:
    """A picture of ours that was written in another format: its manifest names the file it was made of, with that
    file's own manifest inside; raises as ``signed``."""
    said = {
        "claim_generator_info": [{"name": NAME, "version": __version__}],
        "assertions": [{"label": "c2pa.actions", "data": {"allActionsIncluded": True, "actions": [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["source"]}},
            {"action": "c2pa.transcoded"},
        ]}}],
    }  # fmt: skip
    return _signed(data, file_format, said, signer, source)


def _signed(
    data: bytes,
    file_format: FileFormat,
    said: dict[str, Any],
    signer: CredentialSigner,
    source: tuple[bytes, FileFormat] | None = None,
) -> bytes:
    failed: list[BaseException] = []

    def sign(claim: bytes) -> bytes:
        try:
            return signer(claim) if len(claim) <= _MOST_SIGNED else b""
        except Exception as error:  # the library only takes "it did not work"
            failed.append(error)
            return b""

    try:
        c2pa = _library()
        algorithm = getattr(c2pa.C2paSigningAlg, signer.algorithm.upper())
        with (
            c2pa.Signer.from_callback(sign, algorithm, signer.chain, None) as hand,
            c2pa.Builder.from_json(said, context=_context()) as builder,
        ):
            if source is not None:
                parent = {"title": "Picture", "relationship": "parentOf", "label": "source", "instance_id": "source"}
                builder.add_ingredient(parent, _MEDIA_TYPES[source[1]], io.BytesIO(source[0]))
            out = io.BytesIO()
            builder.sign(hand, _MEDIA_TYPES[file_format], io.BytesIO(data), out)
            return out.getvalue()
    except Exception as error:
        if failed and hasattr(failed[0], "what"):
            raise failed[0] from None
        raise CredentialsFailed(
            f"The picture's Content Credentials could not be signed ({_short(str(failed[0] if failed else error))}).",
            "The picture was made, and not written without the marks that were asked for.",
            "Check BGSTUDIO_CREDENTIALS_CERTIFICATE and its key; 'bgstudio doctor' tells whether they can be used.",
        ) from error


def read_credentials(data: bytes, media_type: str) -> CredentialsFound | None:
    """The Content Credentials in a file, or None. Only for a guarded process: the file may be anything.

    Args:
        data: the file.
        media_type: of the file, such as ``image/jpeg``.
    """
    try:
        c2pa = _library()
    except (ImportError, OSError):
        return _perhaps(data)
    try:
        with c2pa.Reader.try_create(media_type, io.BytesIO(data), context=_context()) or _Nothing() as reader:
            if isinstance(reader, _Nothing):
                return None
            told, state = json.loads(reader.json()), reader.get_validation_state()
            return _found(told, str(state))
    except Exception:  # broken, of a kind that is not read, or kept at an address that is not asked
        return _perhaps(data)


def _perhaps(data: bytes) -> CredentialsFound | None:
    """There is something of the kind in the file, and it cannot be read."""
    return CredentialsFound(state="unread") if b"c2pa" in data and (b"jumb" in data or b"provenance" in data) else None


class _Nothing:
    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _found(told: dict[str, Any], state: str) -> CredentialsFound:
    active = told.get("manifests", {}).get(told.get("active_manifest", ""), {})
    generator = (active.get("claim_generator_info") or [{}])[0]
    signature = active.get("signature_info") or {}
    results = told.get("validation_results", {}).get("activeManifest", {})
    codes = [str(failure.get("code", "")) for failure in results.get("failure", [])]
    name = _short(str(generator.get("name", "")))
    return CredentialsFound(
        state="altered" if state == "Invalid" else "whole",
        trusted=state == "Trusted",
        signer=_short(str(signature.get("common_name") or signature.get("issuer") or "")),
        generator=name,
        ours=name == NAME,
        terms=tuple(_terms(told))[:16],
        codes=tuple(dict.fromkeys(code[:80] for code in codes))[:16],
    )


def _terms(told: dict[str, Any]) -> list[str]:
    """Source types of all actions: the active manifest's first, then those of what the picture was made of."""
    manifests = told.get("manifests", {})
    active = told.get("active_manifest", "")
    out = []
    for label in sorted(manifests, key=lambda one: one != active)[:_MOST_MANIFESTS]:
        for assertion in manifests[label].get("assertions", []):
            if str(assertion.get("label", "")).startswith("c2pa.actions"):
                for action in assertion.get("data", {}).get("actions", []):
                    source = str(action.get("digitalSourceType", "")).replace("https://", "http://", 1)
                    out.append(source.removeprefix(IPTC))
    return [term for term in dict.fromkeys(out) if term in TERMS]


def _short(text: str) -> str:
    """A line of text from a file, made safe to show."""
    return "".join(letter for letter in text if letter.isprintable())[:100].strip()


def _library() -> Any:
    import c2pa  # here, not above: it loads a large library, and not every platform has it

    return c2pa


@cache
def _context() -> Any:
    return _library().Context.from_dict(_SETTINGS)
