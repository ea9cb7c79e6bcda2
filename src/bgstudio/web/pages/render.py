"""Renders pages: templates, what each of them gets, and small forms without script."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bgstudio.errors import SignInNeeded, UsageError
from bgstudio.service import Service, Visitor
from bgstudio.version import __version__
from bgstudio.web.access import Access, check_form, client, form_token, remember, required, service_of
from bgstudio.web.api.session import session_view
from bgstudio.web.static_files import StaticFiles
from bgstudio.web.words import page_globals

MOST_FORM_BYTES = 16_384

POLICY = "policy"
POLICY_SECONDS = 180 * 86_400
DIGEST = re.compile(r"[0-9a-f]{64}")


class Pages:
    """Renders ``templates/<name>.html``."""

    def __init__(self, static: StaticFiles) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(page_globals(), static_url=static.url, version=__version__)

    def __contains__(self, name: str) -> bool:
        return f"{name}.html" in self._environment.list_templates()

    def render(self, request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page. Every template also gets theme, presets, limits, csrf, session, person and door (where to sign in),
        empty where there is none."""
        service = service_of(request)
        theme = request.cookies.get("theme")
        words: dict[str, Any] = {
            "theme": theme if theme in ("light", "dark") else None,
            "presets": service.presets,
            "limits": service.capabilities["limits"],
            "capabilities": service.capabilities,
            "session": None,
            "person": None,
            "door": "",
            "notice": None,
            "csrf": "",
            "settings": _shown(service.settings),
        }
        html = self._environment.get_template(f"{name}.html").render(words | context)
        headers = {"Vary": "Cookie, Accept-Encoding"}
        # a page that repeats what an address holds is not pressed: its length would tell of the token beside it
        if "gzip" in request.headers.get("accept-encoding", "") and not request.url.query:
            body = gzip.compress(html.encode(), 6)
            return HTMLResponse(body, status, headers | {"Content-Encoding": "gzip"})
        return HTMLResponse(html, status, headers)


def _shown(settings: Any) -> dict[str, Any]:
    """Settings that pages speak of."""
    names = (
        "session_hours", "security_log_days", "pictures_per_day", "pictures_per_address", "jobs_at_once", "max_bytes",
        "host_name", "contact_email", "imprint",
    )  # fmt: skip
    return {name: getattr(settings, name) for name in names}


def pages_of(request: Request) -> Pages:
    """The app's pages."""
    found: Pages = request.app.state.pages
    return found


async def with_session(request: Request, name: str, access: Access, **context: Any) -> Response:
    """A page for somebody with a session, whose cookie is set where it is new."""
    service = service_of(request)
    words = {
        "session": await session_view(service, access.visitor),
        "csrf": form_token(request, access.token),
        "person": await person_view(service, access.visitor),
        "door": _door(request) if service.logins.ready else "",
        "notice": await notice_view(request, access.visitor),
    }
    response = pages_of(request).render(request, name, **(words | context))
    remember(request, response, access)
    if not access.visitor.account and not _policy_seen(request):
        keep_policy(request, response)
    return response


async def notice_view(request: Request, visitor: Visitor) -> dict[str, str] | None:
    """What somebody is told after the policy has changed, until they have seen it."""
    policy = service_of(request).policy
    seen = await policy.news(visitor, _policy_seen(request))
    if not seen:
        return None
    at = policy.now.at
    path = request.url.path if request.method == "GET" else "/"
    return {"at": f"{at.day} {at:%B %Y}", "old": seen[:16], "next": path}


def keep_policy(request: Request, response: Response) -> None:
    """Let the browser keep which version of the policy it has seen; the value is the same for everybody."""
    digest = service_of(request).policy.now.digest
    response.set_cookie(
        POLICY, digest, max_age=POLICY_SECONDS, path="/", secure=client(request).secure, httponly=True, samesite="lax"
    )


def _policy_seen(request: Request) -> str:
    cookie = request.cookies.get(POLICY, "")
    return cookie if DIGEST.fullmatch(cookie) else ""


async def person_view(service: Service, visitor: Visitor) -> dict[str, str] | None:
    """How the head of a page shows somebody who has signed in: name, initials, and where their picture is."""
    if not visitor.account:
        return None
    try:
        profile = await service.accounts.profile(visitor)
    except SignInNeeded:  # deleted this moment
        return None
    picture = "/account/picture" if profile.picture else ""
    name = profile.name or profile.email
    return {"name": name, "email": profile.email, "initials": initials(name), "picture": picture}


def initials(name: str) -> str:
    """Two letters for a name or an address; empty for none."""
    words = [word for word in name.partition("@")[0].replace(".", " ").replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def _door(request: Request) -> str:
    """Where to sign in, and come back to this page."""
    path = request.url.path if request.method == "GET" else "/"
    return f"/sign-in?next={quote(path)}" if path not in ("/", "/sign-in", "/auth/callback") else "/sign-in"


async def formed(request: Request, most: int = MOST_FORM_BYTES) -> tuple[Access, dict[str, str]]:
    """Access and fields of a small form without files, of at most so many bytes; its token is checked.

    Raises:
        NoSession, Forbidden: see ``access.required`` and ``access.check_form``.
        UsageError: more than a small form holds, or not one.
    """
    access = await required(request)
    fields = await read_fields(request, most)
    check_form(request, access, fields.pop("csrf", ""))
    return access, fields


async def read_fields(request: Request, most: int = MOST_FORM_BYTES) -> dict[str, str]:
    """The fields of a small form without files; raises ``UsageError``. Its token is the caller's to check."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise UsageError("The form is too large.", "Nothing was changed.", "Write less.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=64))
    except ValueError:
        raise UsageError("The form cannot be read.", "Nothing was changed.", "Load the page again.") from None
