"""What is taken from a provider's token, and how the token is checked (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from bgstudio.identity.refusals import refused, wrong_clock

ALGORITHMS = ("RS256", "ES256")
"""Signatures that are believed: none that a shared secret or nothing at all could make."""

LEEWAY = 60.0
"""Seconds that the provider's clock and ours may differ."""

MOST_AGE = 300.0
"""Seconds since a token was made: it comes straight from the provider, so one that looks older tells of a clock."""

MOST_LETTERS = {"sub": 255, "email": 254, "name": 1_000, "picture": 2_000}


class UnknownSigner(Exception):
    """The token names a key that is not among the provider's, as far as they are known."""


@dataclass(frozen=True)
class Identity:
    """A person as the provider tells of them: all that is taken from its token, whatever else it holds.

    Attributes:
        issuer: the provider.
        subject: its id of the person, which never changes.
        email: address, only if the provider has verified it; else empty.
        name: as it is to be shown; may be empty.
        picture: address of their picture; may be empty.
    """

    issuer: str
    subject: str = field(repr=False)
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    picture: str = field(default="", repr=False)


def signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    """The claims of a token whose signature is one of ``keys``.

    Raises:
        UnknownSigner: its key is not among them.
        SignInFailed: another algorithm, a wrong signature, or no token at all.
    """
    try:
        return dict(
            jwt.decode(token, keys, algorithms=ALGORITHMS, registry=jws.JWSRegistry(algorithms=ALGORITHMS)).claims
        )
    except InvalidKeyIdError:
        raise UnknownSigner from None
    except (JoseError, ValueError, TypeError, KeyError, UnicodeError):
        raise refused("The provider's answer does not carry its signature.", "signature") from None


def check(claims: Mapping[str, Any], issuers: Collection[str], client_id: str, nonce: str, now: float) -> None:
    """Raise ``SignInFailed`` unless a token was made by this provider, for us, for this sign-in, just now."""
    if claims.get("iss") not in issuers:
        raise refused("The provider's answer was made by somebody else.", "issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    for_us = client_id in audiences and (party == client_id if party is not None or len(audiences) > 1 else True)
    if not for_us:
        raise refused("The provider's answer was meant for another site.", "audience")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise refused("The provider's answer belongs to another sign-in.", "nonce")
    _check_times(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or len(subject) > MOST_LETTERS["sub"]:
        raise refused("The provider's answer does not say who you are.", "subject")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    made, ends, begins = (_seconds(claims, name) for name in ("iat", "exp", "nbf"))
    if made is None or ends is None:
        raise refused("The provider's answer does not say when it was made.", "times")
    if made > now + LEEWAY or (begins is not None and begins > now + LEEWAY):
        raise wrong_clock(max(made, begins or made) - now)
    if made < now - MOST_AGE - LEEWAY or ends < now - LEEWAY:
        raise wrong_clock(min(made, ends) - now)


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if good and value is not None else None


def identity_of(claims: Mapping[str, Any], issuer: str) -> Identity:
    """The four things that are taken; an e-mail address only where the provider has verified it."""
    said = claims.get("email_verified")
    verified = said is True or said == "true"
    return Identity(
        issuer=issuer,
        subject=_text(claims, "sub"),
        email=_text(claims, "email") if verified else "",
        name=_text(claims, "name"),
        picture=_text(claims, "picture"),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    good = isinstance(value, str) and len(value) <= MOST_LETTERS[name] and (name == "name" or value.isprintable())
    return value if good and isinstance(value, str) else ""
