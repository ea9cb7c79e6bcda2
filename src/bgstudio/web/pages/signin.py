"""Signing in and out: the page, the way to the provider, and the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bgstudio.errors import LimitReached, ProviderDown, SignInFailed, StudioError
from bgstudio.identity import GOOGLE
from bgstudio.service.job import problem
from bgstudio.service.login import Answer, Cancelled, Finished
from bgstudio.service.moving import Belongings
from bgstudio.web.access import (
    Access,
    admit,
    asks,
    client,
    dismiss,
    known,
    known_visit,
    login_token,
    remember_login,
    service_of,
    sign_in_token,
    welcome,
)
from bgstudio.web.pages.render import formed, with_session
from bgstudio.web.problems import plain, reply
from bgstudio.web.words import TEXT, fill

router = APIRouter(include_in_schema=False)

MOST_PATH = 300
_CLOSED = ("/sign-in", "/sign-out", "/auth/", "/static/", "/v1/")
"""Where nobody is led back to: these are no pages to look at, or the sign-in itself."""


@router.get("/sign-in")
async def sign_in(request: Request) -> Response:
    """The page with the button."""
    access = await welcome(request)
    to = own_path(request.query_params.get("next", "/"))
    if access.visitor.account:
        return RedirectResponse(to, 303)
    said = next((name for name in ("cancelled", "left") if name in request.query_params), "")
    return await _page(request, access, to, said=said)


@router.post("/auth/start")
async def start(request: Request) -> Response:
    """Begin a sign-in: a page that leads to the provider at once.

    A page and no redirect, since browsers hold the target of a form to ``form-action`` through all redirects, and
    a provider may lead people on to further addresses of its own.
    """
    access, fields = await formed(request)
    to = own_path(fields.get("next", "/"))
    service = service_of(request)
    try:
        service.rates.sign_ins(client(request).address)
        begun = await service.logins.begin(
            login_token(request), _callback(request), to, take=fields.get("take") == "yes"
        )
    except (SignInFailed, ProviderDown, LimitReached) as error:
        return await _trouble(request, access, to, error)
    response = await _page(request, access, to, url=begun.url)
    remember_login(request, response, begun.browser)
    return response


@router.get("/auth/callback")
async def callback(request: Request) -> Response:
    """Where the provider sends the browser back to."""
    service, told = service_of(request), request.query_params
    answer = Answer(told.get("state", ""), told.get("code", ""), told.get("error", ""), told.get("iss", ""))
    try:
        finished = await service.logins.finish(
            login_token(request),
            answer,
            client(request).address,
            request.headers.get("user-agent", ""),
            sign_in_token(request),
        )
    except Cancelled:
        return RedirectResponse("/sign-in?cancelled=1", 303)
    except (SignInFailed, ProviderDown) as error:
        access = await known(request)
        if access is not None and access.visitor.account and getattr(error, "reason", "") == "unknown state":
            return RedirectResponse("/", 303)  # the same answer twice, and the first has signed them in
        return await _trouble(request, access or await welcome(request), "/", error)
    counted = replace(finished.entered.visitor, asks=asks(request))
    await service.insight.events.note(counted, "sign_in")
    trouble = await _take_along(request, finished)
    if trouble:
        to = Access(finished.entered.visitor, finished.entered.token, fresh=False, bearer=False)
        response = await with_session(request, "signin", to, **_words(request, finished.return_to), done=trouble)
    else:
        response = RedirectResponse(finished.return_to, 303)
    admit(request, response, finished.entered.token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Sign out, here or with ``everywhere`` on all devices."""
    access, fields = await formed(request)
    if access.visitor.account:
        accounts = service_of(request).accounts
        if fields.get("everywhere") == "yes":
            await accounts.sign_out_everywhere(access.visitor)
        else:
            await accounts.sign_out(access.visitor)
    response = RedirectResponse("/sign-in?left=1", 303)
    dismiss(request, response)
    return response


def own_path(text: str) -> str:
    """A page of ours to lead somebody back to; the studio for anything that is none."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and " " not in text
    if not plain or len(text) > MOST_PATH or not text.startswith("/") or text.startswith("//"):
        return "/"
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or any(f"{parts.path}/".startswith(closed) for closed in _CLOSED):
        return "/"
    return text


async def _take_along(request: Request, finished: Finished) -> str:
    """Hand what the visit has made to the account, where that was wanted; what there is to say about it."""
    visit = await known_visit(request) if finished.take else None
    if visit is None:
        return ""
    words = TEXT["signin"]
    try:
        moved = await service_of(request).moving.move(visit, finished.entered.visitor)
    except StudioError as error:
        await service_of(request).note(error, client(request).address)
        return str(words["done_failed"])
    return fill(words["done_left"], n=moved.left) if moved.left else ""


async def _page(request: Request, access: Access, to: str, status: int = 200, **more: Any) -> Response:
    words = _words(request, to)
    if words["host"] and not access.visitor.account:
        words["things"] = _things(await service_of(request).moving.belongings(access.visitor))
    return await with_session(request, "signin", access, status=status, **(words | more))


def _words(request: Request, to: str) -> dict[str, Any]:
    service = service_of(request)
    settings = service.settings
    google = settings.issuer == GOOGLE
    host = "Google" if google else urlsplit(settings.issuer).hostname or ""
    return {
        "here": "sign-in",
        "next": to,
        "google": google,
        "mark": settings.provider_mark is not None,
        "host": host if service.logins.ready else "",
        "days": settings.result_days,
        "most": settings.account_pictures_per_day,
        "things": "",
        "said": "",
        "problem": None,
        "url": "",
        "done": "",
    }


def _things(there: Belongings) -> str:
    words = TEXT["signin"]
    counts = {"pictures": there.pictures, "looks": there.looks, "running": there.running}
    return ", ".join(fill(words[name][n != 1], n=n) for name, n in counts.items() if n)


async def _trouble(request: Request, access: Access, to: str, error: StudioError) -> Response:
    """The sign-in page again, with what went wrong; programs get the error itself."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    await service_of(request).note(error, client(request).address)
    response = await _page(request, access, to, error.status, problem=problem(error))
    retry = getattr(error, "retry_after", None)
    if retry is not None:
        response.headers["Retry-After"] = str(retry)
    return response


def _callback(request: Request) -> str:
    """Our own address, as the provider knows it."""
    scheme = "https" if client(request).secure else "http"
    own = service_of(request).settings.public_url.rstrip("/") or f"{scheme}://{request.headers.get('host', '')}"
    return f"{own}/auth/callback"


MARKS = {".svg": "image/svg+xml", ".png": "image/png"}
MOST_MARK_BYTES = 100_000


@router.get("/sign-in/mark")
async def mark(request: Request) -> Response:
    """The provider's own mark, as the host has put it there: it is not ours to ship."""
    path = service_of(request).settings.provider_mark
    media_type = None if path is None else MARKS.get(path.suffix.lower())
    if path is None or media_type is None or not path.is_file() or path.stat().st_size > MOST_MARK_BYTES:
        return reply(request, plain(404))
    return Response(path.read_bytes(), media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})
