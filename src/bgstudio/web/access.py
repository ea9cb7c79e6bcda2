"""Who may do what: the session's cookie or token, requests from other sites, tokens in forms without script."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bgstudio.errors import Forbidden, NoSession
from bgstudio.service import Service, Visitor
from bgstudio.service.devices import device_name
from bgstudio.service.visitor import Asks
from bgstudio.web.clients import Client

COOKIE = "bgs"
SECURE_COOKIE = "__Host-bgs"
SIGNED_IN = "bgs_in"
SECURE_SIGNED_IN = "__Host-bgs_in"
LOGIN = "bgs_login"
SECURE_LOGIN = "__Host-bgs_login"
LOGIN_SECONDS = 600
"""What a browser shows when it comes back from the provider; shared by its tabs, and gone with the sign-in."""

COUNT = "count"
"""The cookie of a visit that says whether it may be counted: ``yes`` or ``no``."""

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,128}")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Access:
    """What one request may do.

    Attributes:
        visitor: whose request it is.
        token: of their session.
        fresh: the session began with this request, and its cookie is still to be set.
        bearer: the token came in the ``Authorization`` header.
    """

    visitor: Visitor
    token: str
    fresh: bool
    bearer: bool


def client(request: Request) -> Client:
    """Where the request comes from; set by the gate."""
    found: Client = request.state.client
    return found


def service_of(request: Request) -> Service:
    """The service behind the app."""
    found: Service = request.app.state.service
    return found


def cookie_name(request: Request) -> str:
    """The cookie's name; under TLS the browser itself holds it to this host, this path and TLS."""
    return SECURE_COOKIE if client(request).secure else COOKIE


def sign_in_cookie(request: Request) -> str:
    """The name of the cookie of somebody who has signed in; it goes before the visit's."""
    return SECURE_SIGNED_IN if client(request).secure else SIGNED_IN


async def known(request: Request) -> Access | None:
    """Who asks, if they have a session. A request that changes something with a cookie must be from our own page.

    Raises:
        NoSession: a bearer token that is not, or no longer, good.
        Forbidden: another site has sent this request with the person's cookie.
    """
    service, address = service_of(request), client(request).address
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme:
        token = bearer.strip()
        good = scheme.lower() == "bearer" and TOKEN.fullmatch(token)
        visitor = await _find(service, token, address) if good else None
        if visitor is None:
            raise NoSession(
                "This token is unknown, or its session has ended.",
                "Nothing was done.",
                "Get a new one with POST /v1/sessions and send it as 'Authorization: Bearer TOKEN'.",
            )
        return Access(_heard(request, visitor), token, fresh=False, bearer=True)
    if request.method not in SAFE:
        refuse_strangers(request)
    token = request.cookies.get(sign_in_cookie(request), "")
    if TOKEN.fullmatch(token):
        visitor = await service.accounts.find(token, address)
        if visitor is not None:
            return Access(_heard(request, visitor), token, fresh=False, bearer=False)
    token = request.cookies.get(cookie_name(request), "")
    if not TOKEN.fullmatch(token):
        return None
    visitor = await service.sessions.find(token, address)
    return None if visitor is None else Access(_heard(request, visitor), token, fresh=False, bearer=False)


async def _find(service: Service, token: str, address: str) -> Visitor | None:
    """Whose a program's token is: a visit's or an account's."""
    return await service.sessions.find(token, address) or await service.accounts.find(token, address)


def asks(request: Request) -> Asks:
    """What a request says about being counted."""
    headers = request.headers
    signal = headers.get("sec-gpc", "").strip() == "1" or headers.get("dnt", "").strip() == "1"
    choice = {"yes": True, "no": False}.get(request.cookies.get(COUNT, ""))
    return Asks(signal, choice, device_name(headers.get("user-agent", "")))


def _heard(request: Request, visitor: Visitor) -> Visitor:
    return replace(visitor, asks=asks(request))


async def required(request: Request) -> Access:
    """As ``known``; raises ``NoSession`` where there is none."""
    access = await known(request)
    if access is None:
        raise NoSession(
            "This request belongs to no session.",
            "Jobs and pictures are seen by the session that made them only.",
            "Open the page first, or get a token with POST /v1/sessions.",
        )
    return access


async def welcome(request: Request) -> Access:
    """As ``known``; whoever has no session gets one."""
    access = await known(request)
    if access is not None:
        return access
    service, address = service_of(request), client(request).address
    service.rates.sessions(address)
    token, visitor = await service.sessions.begin(address)
    return Access(_heard(request, visitor), token, fresh=True, bearer=False)


def remember(request: Request, response: Response, access: Access) -> None:
    """Set the cookie of a session that began with this request; whoever is signed in keeps theirs as long again."""
    if access.visitor.account and not access.bearer:
        admit(request, response, access.token)
    elif access.fresh:
        secure = client(request).secure
        response.set_cookie(cookie_name(request), access.token, path="/", secure=secure, httponly=True, samesite="lax")


async def known_visit(request: Request) -> Visitor | None:
    """The anonymous visit of this browser, whether or not somebody has signed in since."""
    token = request.cookies.get(cookie_name(request), "")
    if not TOKEN.fullmatch(token):
        return None
    return await service_of(request).sessions.find(token, client(request).address)


def sign_in_token(request: Request) -> str:
    """The token of this browser's sign-in, good or not; empty where there is none."""
    token = request.cookies.get(sign_in_cookie(request), "")
    return token if TOKEN.fullmatch(token) else ""


def login_token(request: Request) -> str:
    """What this browser has kept of a sign-in that it has begun; empty where there is nothing."""
    token = request.cookies.get(_login_cookie(request), "")
    return token if TOKEN.fullmatch(token) else ""


def remember_login(request: Request, response: Response, token: str) -> None:
    """Let the browser keep what shows that a sign-in began in it."""
    _set(request, response, _login_cookie(request), token, LOGIN_SECONDS)


def admit(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the token of a sign-in, as long as it lives if it is not used again."""
    hours = service_of(request).settings.account_hours
    _set(request, response, sign_in_cookie(request), token, round(hours * 3600))


def dismiss(request: Request, response: Response) -> None:
    """Take the sign-in's cookie away; the visit's stays."""
    secure = client(request).secure
    response.delete_cookie(sign_in_cookie(request), path="/", secure=secure, httponly=True, samesite="lax")


def _login_cookie(request: Request) -> str:
    return SECURE_LOGIN if client(request).secure else LOGIN


def _set(request: Request, response: Response, name: str, token: str, seconds: int) -> None:
    secure = client(request).secure
    response.set_cookie(name, token, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def forget(request: Request, response: Response) -> None:
    """Take the cookies away."""
    for name in (cookie_name(request), sign_in_cookie(request)):
        response.delete_cookie(name, path="/", secure=client(request).secure, httponly=True, samesite="lax")


def refuse_strangers(request: Request) -> None:
    """Raise ``Forbidden`` for a request that changes something and was sent by another site's page.

    Browsers say in ``Sec-Fetch-Site`` or at least in ``Origin`` whose page it was. A request that says neither is
    let through only if it carries no cookie of ours: it can do nothing in anybody's name.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        good = site in ("same-origin", "none")
    elif (origin := request.headers.get("origin")) is not None:
        good = origin in _own(request)
    else:
        good = not {cookie_name(request), sign_in_cookie(request)} & request.cookies.keys()
    if not good:
        raise Forbidden(
            "This request did not come from our own page.",
            "Nothing was done.",
            "Use the page itself; programs send 'Authorization: Bearer TOKEN' instead of the cookie.",
        )


def _own(request: Request) -> set[str]:
    scheme = "https" if client(request).secure else "http"
    own = {f"{scheme}://{request.headers.get('host', '')}"}
    public = urlsplit(service_of(request).settings.public_url)
    if public.netloc:
        own.add(f"{public.scheme}://{public.netloc}")
    return own


def form_token(request: Request, token: str) -> str:
    """What a form without script carries, to show that it came from a page of ours: bound to the session."""
    key: bytes = request.app.state.form_key
    return hmac.new(key, b"form:" + token.encode(), hashlib.sha256).hexdigest()


def check_form(request: Request, access: Access, sent: str) -> None:
    """Raise ``Forbidden`` where a form's token is not the session's."""
    if not hmac.compare_digest(form_token(request, access.token).encode(), sent.encode()):
        raise Forbidden(
            "This form is out of date.",
            "Nothing was done.",
            "Go back, load the page again, and send it once more.",
        )
