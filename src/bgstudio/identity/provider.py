"""An OpenID provider, found by discovery: where it asks people, and who it says they are."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bgstudio.errors import ProviderDown, UnsafeSettings
from bgstudio.identity.claims import Identity, UnknownSigner, check, identity_of, signed_claims
from bgstudio.identity.refusals import down, refused
from bgstudio.identity.wire import SECONDS, Wire, is_loopback

SCOPES = "openid email profile"
GOOGLE = "https://accounts.google.com"
KEPT = timedelta(hours=1)
"""So long discovery and keys are remembered."""


@dataclass(frozen=True)
class _Found:
    """What discovery told."""

    authorize: str
    token: str
    keys: str
    userinfo: str
    basic: bool
    at: datetime


class Provider:
    """One provider and our registration with it.

    Args:
        issuer: its address, with https; http only on this machine.
        client_id: our id there.
        client_secret: our secret there; empty where it has given none.
        clock: tells the time.
        seconds: that one request to it may take.

    Raises:
        UnsafeSettings: an issuer that is no such address.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = SECONDS,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._clock = clock
        self._plain = _loopback_http(issuer)
        if not self._safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
            raise UnsafeSettings(
                "BGSTUDIO_ISSUER is no address of an OpenID provider.",
                "The service does not start: who signs in there could be overheard or anybody.",
                "Write it as https://accounts.google.com, just as the provider names it.",
            )
        self._wire = Wire(issuer, seconds)
        self._found: _Found | None = None
        self._keys: KeySet | None = None
        self._keys_at = datetime.min.replace(tzinfo=UTC)

    @property
    def issuers(self) -> tuple[str, ...]:
        """Names that it calls itself in its tokens; Google has two."""
        return (self.issuer, "accounts.google.com") if self.issuer == GOOGLE else (self.issuer,)

    async def authorize_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent, with PKCE (S256).

        Raises:
            ProviderDown: discovery fails.
        """
        found = await self._discover()
        wanted = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return f"{found.authorize}{'&' if '?' in found.authorize else '?'}{urlencode(wanted)}"

    async def exchange(self, code: str, redirect_uri: str, verifier: str, nonce: str) -> Identity:
        """Who has signed in: the code is exchanged for a token, and the token checked.

        Raises:
            SignInFailed: the code or the token is not right.
            ProviderDown: the provider does not answer, or not as it should.
        """
        found = await self._discover()
        told = await self._tokens(found, code, redirect_uri, verifier)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise refused("The provider's answer does not say who you are.", "no token")
        claims = await self._claims(found, token)
        check(claims, self.issuers, self._client_id, nonce, self._clock().timestamp())
        if "email" not in claims or "name" not in claims:
            claims = await self._more(found, told.get("access_token"), claims) | claims
        return identity_of(claims, self.issuer)

    async def picture(self, url: str) -> bytes | None:
        """The picture at an address that the provider named; None where it cannot be had."""
        return await self._wire.picture(url)

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()

    # -- discovery and keys ----------------------------------------------------------------------------------------

    async def _discover(self) -> _Found:
        now = self._clock()
        if self._found is not None and self._found.at <= now < self._found.at + KEPT:
            return self._found
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        status, told = await self._wire.json("GET", url, "discovery")
        if status != 200 or told.get("issuer") != self.issuer:
            raise down("The sign-in provider is not the one that it should be (discovery).")
        places = [told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        more = told.get("userinfo_endpoint", "")
        if not all(isinstance(place, str) and self._safe(place) for place in places):
            raise down("The sign-in provider names no safe addresses (discovery).")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        self._found = _Found(
            authorize=str(places[0]),
            token=str(places[1]),
            keys=str(places[2]),
            userinfo=more if isinstance(more, str) and self._safe(more) else "",
            basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            at=now,
        )
        return self._found

    async def _claims(self, found: _Found, token: str) -> dict[str, Any]:
        """Checked for their signature; keys are fetched again once where the token names one that is not known."""
        fresh = self._keys is None or not self._keys_at <= self._clock() < self._keys_at + KEPT
        keys = await self._fetch_keys(found) if fresh or self._keys is None else self._keys
        try:
            return signed_claims(token, keys)
        except UnknownSigner:
            if not fresh:
                try:
                    return signed_claims(token, await self._fetch_keys(found))
                except UnknownSigner:
                    pass
        raise refused("The provider's answer is signed with a key that is not the provider's.", "unknown key")

    async def _fetch_keys(self, found: _Found) -> KeySet:
        status, told = await self._wire.json("GET", found.keys, "keys")
        try:
            if status != 200:
                raise ValueError
            self._keys = KeySet.import_key_set({"keys": [key for key in told["keys"] if isinstance(key, dict)]})
        except (JoseError, ValueError, TypeError, KeyError):
            raise down("The sign-in provider shows no keys that can be read.") from None
        self._keys_at = self._clock()
        return self._keys

    # -- asking ----------------------------------------------------------------------------------------------------

    async def _tokens(self, found: _Found, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        if self._secret and found.basic:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = self._client_id
            if self._secret:
                form["client_secret"] = self._secret
        status, told = await self._wire.json("POST", found.token, "token", data=form, headers=headers)
        if status == 401 or told.get("error") in ("invalid_client", "unauthorized_client"):
            raise down("The sign-in provider does not know this studio; its client id or secret is not right.")
        if status != 200:
            raise refused("The provider did not accept the sign-in's code.", "code")
        return told

    async def _more(self, found: _Found, access_token: object, claims: dict[str, Any]) -> dict[str, Any]:
        """What the provider tells apart from the token, if it does; only of the same person."""
        if not found.userinfo or not isinstance(access_token, str):
            return {}
        try:
            status, told = await self._wire.json(
                "GET", found.userinfo, "user info", headers={"Authorization": f"Bearer {access_token}"}
            )
        except ProviderDown:
            return {}
        return told if status == 200 and told.get("sub") == claims["sub"] else {}

    def _safe(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return bool(parts.hostname) and (parts.scheme == "https" or (self._plain and _loopback_http(url)))


def _loopback_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and is_loopback(parts.hostname)


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
