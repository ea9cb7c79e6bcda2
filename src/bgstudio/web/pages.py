"""The pages for people: the studio, a job's result, privacy; all of them work without script."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from bgstudio.domain.job import Wish
from bgstudio.errors import NoSession, UsageError
from bgstudio.version import __version__
from bgstudio.web.access import Access, check_form, forget, form_token, remember, required, service_of, welcome
from bgstudio.web.api.jobs import take
from bgstudio.web.api.session import session_view
from bgstudio.web.problems import of_fields
from bgstudio.web.static_files import StaticFiles
from bgstudio.web.text import page_globals
from bgstudio.web.uploads import Upload

router = APIRouter(include_in_schema=False)

FIELDS = frozenset({"csrf", "prompt", "preset", "colour", "key_side", "size", "count", "seed", "format", "layers"})
"""Fields of the form without script, beside its files."""

_SIZE = re.compile(r"(\d{2,4})(?:\s*[x×]\s*(\d{2,4}))?")


class Pages:
    """Renders ``templates/<name>.html``."""

    def __init__(self, static: StaticFiles) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(page_globals(), static_url=static.url, version=__version__)

    def __contains__(self, name: str) -> bool:
        return f"{name}.html" in self._environment.list_templates()

    def render(self, request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page. Every template also gets theme, presets, limits, csrf and session, empty where there is none."""
        service = service_of(request)
        theme = request.cookies.get("theme")
        words: dict[str, Any] = {
            "theme": theme if theme in ("light", "dark") else None,
            "presets": service.presets,
            "limits": service.capabilities["limits"],
            "capabilities": service.capabilities,
            "session": None,
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
    )  # fmt: skip
    return {name: getattr(settings, name) for name in names}


def pages_of(request: Request) -> Pages:
    """The app's pages."""
    found: Pages = request.app.state.pages
    return found


async def _with_session(request: Request, name: str, access: Access, **context: Any) -> Response:
    session = await session_view(service_of(request), access.visitor)
    response = pages_of(request).render(
        request, name, session=session, csrf=form_token(request, access.token), **context
    )
    remember(request, response, access)
    return response


@router.get("/")
async def studio(request: Request) -> Response:
    """The studio, empty."""
    return await _with_session(request, "studio", await welcome(request))


@router.get("/jobs/{job}")
async def job_page(request: Request, job: str) -> Response:
    """A job without script: how it stands, and what it has made."""
    access = await required(request)
    record = await service_of(request).desk.get(access.visitor, job)
    return await _with_session(request, "job", access, job=record.view())


@router.post("/studio")
@router.post("/jobs")
async def submit(request: Request) -> Response:
    """The form without script: takes a job in and leads to its page."""
    access = await welcome(request)

    def wished(upload: Upload) -> Wish:
        check_form(request, access, upload.fields.get("csrf", ""))
        return read_form(upload.fields)

    if access.fresh:
        raise NoSession("Your visit had ended.", "Nothing was taken in.", "Load the page again, and send it once more.")
    job = await take(request, access, wished)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/jobs/{job}/cancel")
async def cancel(request: Request, job: str) -> Response:
    """The button that stops a job, without script."""
    access = await _formed(request)
    await service_of(request).desk.cancel(access.visitor, job)
    return RedirectResponse(f"/jobs/{job}", 303)


@router.post("/jobs/{job}/delete")
async def delete(request: Request, job: str) -> Response:
    """The button that deletes a job, without script."""
    access = await _formed(request)
    await service_of(request).desk.delete(access.visitor, job)
    return RedirectResponse("/", 303)


@router.post("/session/delete")
async def leave(request: Request) -> Response:
    """The button that ends the session and deletes everything, without script."""
    access = await _formed(request)
    service = service_of(request)
    await service.desk.leave(access.visitor)
    await service.sessions.end(access.visitor)
    response = RedirectResponse("/privacy?deleted=1", 303)
    forget(request, response)
    return response


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What happens to what people hand in."""
    return await _with_session(request, "privacy", await welcome(request), deleted="deleted" in request.query_params)


async def _formed(request: Request) -> Access:
    """Access of a small form without files: its token is checked."""
    access = await required(request)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > 4096:
            raise UsageError("The form is too large.")
    found = re.search(rb"(?:^|&)csrf=([0-9a-f]{64})(?:&|$)", bytes(body))
    check_form(request, access, found[1].decode() if found else "")
    return access


def read_form(fields: dict[str, str]) -> Wish:
    """The wish of a form without script; empty fields leave the choice to the studio.

    Raises:
        UsageError: an unknown field, or a value that is not possible.
    """
    strange = set(fields) - FIELDS
    if strange:
        raise UsageError(f"The form has a field '{min(strange)}' that means nothing here.", "Nothing was taken in.")
    said = {name: value.strip() for name, value in fields.items() if value.strip() and name != "csrf"}
    brief: dict[str, Any] = {name: said[name] for name in ("prompt", "preset", "colour", "key_side") if name in said}
    brief |= {name: said[name] for name in ("count", "seed") if name in said}
    if "size" in said:
        size = _SIZE.fullmatch(said["size"])
        if size is None:
            raise UsageError("The size is not understood.", "Nothing was taken in.", "Write 1024, or 1200x1600.")
        brief |= {"width": size[1], "height": size[2] or size[1]}
    wish: dict[str, Any] = {"brief": brief, "layers": said.get("layers") in ("on", "true", "1")}
    if "format" in said:
        wish["formats"] = [said["format"]]
    try:
        return Wish.model_validate(wish)
    except ValidationError as error:
        raise of_fields(list(error.errors(include_url=False, include_input=False))) from None
