"""A small OpenID provider on this machine that can misbehave in every way that a sign-in must survive.

For the audit and for tests: it signs one person in without asking. It is strict where a good provider is: it checks the
client, the redirect address, the code and PKCE, each code once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

Fault = Literal[
    "wrong nonce", "no nonce", "wrong issuer", "wrong audience", "two audiences", "wrong party", "wrong signature",
    "no signature", "secret signature", "unknown key", "no subject", "no token", "no times", "expired", "refuses code",
    "refuses client", "denied", "odd error", "busy", "wrong issuer in answer", "no answer", "breaks", "nonsense",
    "keys nonsense", "discovers another", "discovers unsafe", "endless",
]  # fmt: skip
"""How it misbehaves."""

TWENTY: dict[str, Any] = {
    "given_name": "Twenty-given", "family_name": "Twenty-family", "middle_name": "Twenty-middle",
    "nickname": "Twenty-nick", "preferred_username": "twenty-user", "profile": "https://twenty.example/profile",
    "website": "https://twenty.example/site", "gender": "twenty-gender", "birthdate": "1972-03-31",
    "zoneinfo": "Twenty/Zone", "locale": "xx-TWENTY", "updated_at": 1700000020,
    "phone_number": "+49 20 20202020", "phone_number_verified": True,
    "address": {"formatted": "20 Twenty Street, Twentytown"}, "hd": "twenty.example",
    "groups": ["twenty-admins", "twenty-staff"], "employee_number": "twenty-4711", "tenant": "twenty-tenant",
    "acr": "urn:twenty:acr",
}  # fmt: skip
"""What a provider may send beside what was asked for. None of it is to be found anywhere later."""


@dataclass
class _Code:
    """What a code stands for until it is exchanged."""

    redirect_uri: str
    nonce: str
    challenge: str
    person: dict[str, Any]


@dataclass
class StandInProvider:
    """Runs from ``start`` to ``stop``, or for the length of a ``with`` block.

    Attributes:
        port: that it listens on; 0 takes a free one.
        client_id, client_secret: of the one studio that it knows; an empty secret asks for none.
        person: claims of whoever signs in: ``sub``, ``email``, ``email_verified``, ``name``, ``picture``.
        more: further claims that nobody asked for, such as ``TWENTY``.
        fault: how it misbehaves, if it does.
        skew: seconds that its clock is ahead.
        button: ask the person with a page and two buttons, instead of going on at once.
        algorithm: that it signs with.
        apart: tell of the person at the user info endpoint only, not in the token.
        redirect: where its picture's address leads instead of to a picture; or empty.
        picture: bytes of the picture that it serves.
        asked: (method, path) of each request, in order.
        told: claims of the last token.
    """

    port: int = 0
    client_id: str = "studio"
    client_secret: str = "stand-in-secret"  # noqa: S105  # of a provider that lives for one test
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "stand-in-4711",
            "email": "ana@example.com",
            "email_verified": True,
            "name": "Ana Moreira",
        }
    )
    more: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    skew: float = 0.0
    button: bool = False
    algorithm: Literal["RS256", "ES256"] = "RS256"
    apart: bool = False
    redirect: str = ""
    picture: bytes = field(default_factory=lambda: _square(), repr=False)
    asked: list[tuple[str, str]] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, dict[str, Any]] = {}
        self._stopped = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.change_keys()

    @property
    def issuer(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def change_keys(self) -> None:
        """Sign with new keys from now on; the old ones are forgotten."""
        number = secrets.token_hex(4)
        self._keys: dict[str, RSAKey | ECKey] = {
            "RS256": RSAKey.generate_key(2048, {"kid": f"rsa-{number}", "use": "sig"}),
            "ES256": ECKey.generate_key("P-256", {"kid": f"ec-{number}", "use": "sig"}),
        }

    def start(self) -> None:
        """Listen."""
        provider = self

        class Handler(_Handler):
            """Answers for this provider."""

            of = provider

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._stopped.clear()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give the port back; whoever waits for an answer gets none."""
        self._stopped.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- what it answers -------------------------------------------------------------------------------------------

    def hang(self) -> None:
        """Keep somebody waiting until it is stopped."""
        self._stopped.wait(60)

    def discovery(self) -> dict[str, Any]:
        """The document that discovery reads."""
        base = "http://stand-in.example" if self.fault == "discovers unsafe" else self.issuer
        return {
            "issuer": "https://another.example" if self.fault == "discovers another" else self.issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "userinfo_endpoint": f"{base}/person",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        if self.fault == "keys nonsense":
            return {"keys": "none of your business"}
        return {"keys": [key.as_dict(private=False) for key in self._keys.values()]}

    def begin(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to; raises ``ValueError`` for a request that a good provider refuses."""
        wanted = {"response_type": "code", "client_id": self.client_id, "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in wanted.items()) or not asked.get("code_challenge"):
            raise ValueError("this provider wants a code flow with PKCE from the client it knows")
        if "openid" not in asked.get("scope", "").split() or not asked.get("redirect_uri"):
            raise ValueError("this provider wants the scope openid and a redirect address")
        answer = {"state": asked.get("state", ""), "iss": self.issuer}
        match self.fault:
            case "denied":
                answer["error"] = "access_denied"
            case "odd error":
                answer["error"] = "invalid_scope"
            case "busy":
                answer["error"] = "temporarily_unavailable"
            case _:
                answer["code"] = secrets.token_urlsafe(24)
                person = self.person | self.more
                self._codes[answer["code"]] = _Code(
                    asked["redirect_uri"], asked.get("nonce", ""), asked["code_challenge"], person
                )
        if self.fault == "wrong issuer in answer":
            answer["iss"] = "https://another.example"
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Status and answer of the token endpoint."""
        if self.fault == "refuses client" or not self._knows(form, authorization):
            return 401, {"error": "invalid_client"}
        code = self._codes.pop(form.get("code", ""), None)
        challenge = _unpadded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        good = code is not None and (form.get("redirect_uri"), challenge) == (code.redirect_uri, code.challenge)
        if code is None or not good or self.fault == "refuses code" or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        self._access[access] = code.person
        told = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": "openid email profile"}
        return 200, told if self.fault == "no token" else told | {"id_token": self._token(code)}

    def tell(self, authorization: str) -> tuple[int, dict[str, Any]]:
        """Status and answer of the user info endpoint."""
        person = self._access.get(authorization.removeprefix("Bearer "))
        return (401, {"error": "invalid_token"}) if person is None else (200, person)

    def _knows(self, form: dict[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (self.client_id, self.client_secret)
        return form.get("client_id") == self.client_id and form.get("client_secret", "") == self.client_secret

    def _token(self, code: _Code) -> str:
        now = int(time.time() + self.skew)
        person = {"sub": code.person["sub"]} if self.apart else code.person
        claims: dict[str, Any] = {
            "iss": self.issuer, "aud": self.client_id, "iat": now, "exp": now + 3600, "nonce": code.nonce, **person
        }  # fmt: skip
        changed, dropped = _SPOILT.get(self.fault or "", ({}, ()))
        claims |= changed
        if self.fault == "expired":
            claims |= {"iat": now - 7200, "exp": now - 3600}
        for name in dropped:
            del claims[name]
        self.told = claims
        return self._sign(claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        key = self._keys[self.algorithm]
        match self.fault:
            case "no signature":
                parts = ({"alg": "none", "typ": "JWT"}, claims)
                return ".".join(_unpadded(json.dumps(part).encode()) for part in parts) + "."
            case "secret signature":
                parts = ({"alg": "HS256", "typ": "JWT", "kid": key.kid or ""}, claims)
                body = ".".join(_unpadded(json.dumps(part).encode()) for part in parts)
                public = key.as_pem(private=False)  # what everybody knows, taken for a secret
                return f"{body}.{_unpadded(hmac.new(public, body.encode(), hashlib.sha256).digest())}"
            case "wrong signature":
                other = RSAKey.generate_key(2048, {"kid": key.kid or ""})
                return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, other)
            case "unknown key":
                other = RSAKey.generate_key(2048, {"kid": "nobody-knows-it"})
                return jwt.encode({"alg": "RS256", "kid": other.kid}, claims, other)
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key)


_SPOILT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "wrong nonce": ({"nonce": "of-another-sign-in"}, ()),
    "no nonce": ({}, ("nonce",)),
    "wrong issuer": ({"iss": "https://another.example"}, ()),
    "wrong audience": ({"aud": "another-site"}, ()),
    "two audiences": ({"aud": ["studio", "another-site"]}, ()),
    "wrong party": ({"azp": "another-site"}, ()),
    "no subject": ({}, ("sub",)),
    "no times": ({}, ("exp", "iat")),
}
"""Claims that are changed, and those that are left out, by fault."""


class _Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    of: StandInProvider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Discovery, keys, the person's choice, the person, their picture."""
        path, asked = self._read()
        if self._spoilt(path):
            return
        match path:
            case "/.well-known/openid-configuration":
                self._json(200, self.of.discovery())
            case "/keys":
                self._json(200, self.of.keys())
            case "/authorize":
                self._authorize(asked)
            case "/person":
                self._json(*self.of.tell(self.headers.get("Authorization", "")))
            case "/picture.png" if self.of.redirect:
                self._answer(302, b"", "text/plain", {"Location": self.of.redirect})
            case "/picture.png":
                self._answer(200, self.of.picture, "image/png")
            case _:
                self._answer(404, b"nothing here", "text/plain")

    def do_POST(self) -> None:
        """The token endpoint."""
        path, _ = self._read()
        form = _single(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
        if self._spoilt(path):
            return
        if path == "/token":
            self._json(*self.of.exchange(form, self.headers.get("Authorization", "")))
        else:
            self._answer(404, b"nothing here", "text/plain")

    def _read(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.of.asked.append((self.command, parts.path))
        return parts.path, _single(parts.query)

    def _spoilt(self, path: str) -> bool:
        """Whether it misbehaves as a whole; browsers still get to choose, so that the sign-in goes as far as it can."""
        if path == "/authorize":
            return False
        match self.of.fault:
            case "no answer":
                self.of.hang()
                self.close_connection = True
            case "breaks":
                self._json(500, {"error": "server_error"})
            case "nonsense":
                self._answer(200, b"<html>Welcome to the hotel's network</html>", "text/html")
            case "endless":
                self._answer(200, b'{"issuer": "' + b"x" * 1_000_000 + b'"}', "application/json")
            case _:
                return False
        return True

    def _authorize(self, asked: dict[str, str]) -> None:
        try:
            target = self.of.begin(asked)
        except ValueError as error:
            self._answer(400, str(error).encode(), "text/plain")
            return
        if not self.of.button:
            self._answer(302, b"", "text/plain", {"Location": target})
            return
        back = {"state": asked.get("state", ""), "error": "access_denied"}
        cancel = f"{asked['redirect_uri']}?{urlencode(back)}"
        page = (
            '<!doctype html><html lang="en"><title>Stand-in provider</title><h1>Sign in?</h1>'
            f'<p><a id="yes" href="{html.escape(target)}">Continue</a> '
            f'<a id="no" href="{html.escape(cancel)}">Cancel</a></p></html>'
        )
        self._answer(200, page.encode(), "text/html; charset=utf-8")

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._answer(status, json.dumps(body).encode(), "application/json")

    def _answer(self, status: int, body: bytes, media_type: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": media_type, "Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Say nothing: codes stand in the addresses."""


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _square(side: int = 300) -> bytes:
    """A PNG in one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + bytes((200, 60, 40)) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
