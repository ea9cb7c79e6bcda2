"""The studio and a job's page; both work without script."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from bgstudio.domain.job import Wish
from bgstudio.errors import NoSession, UsageError
from bgstudio.web.access import check_form, forget, required, service_of, welcome
from bgstudio.web.api.jobs import take
from bgstudio.web.pages.render import formed, with_session
from bgstudio.web.problems import of_fields
from bgstudio.web.uploads import Upload

router = APIRouter(include_in_schema=False)

FIELDS = frozenset(
    {"csrf", "prompt", "preset", "colour", "key_side", "size", "count", "seed", "format", "layers", "backend"}
)
"""Fields of the form without script, beside its files."""

_SIZE = re.compile(r"(\d{2,4})(?:\s*[x×]\s*(\d{2,4}))?")


@router.get("/")
async def studio(request: Request) -> Response:
    """The studio, empty."""
    access = await welcome(request)
    await service_of(request).insight.events.note(access.visitor, "page", "studio")
    return await with_session(request, "studio", access)


@router.get("/jobs/{job}")
async def job_page(request: Request, job: str) -> Response:
    """A job without script: how it stands, and what it has made."""
    access = await required(request)
    record = await service_of(request).desk.get(access.visitor, job)
    ratings = await service_of(request).insight.ratings.of(access.visitor, job)
    return await with_session(request, "job", access, job=record.view(), ratings=ratings)


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
    access, _ = await formed(request)
    await service_of(request).desk.cancel(access.visitor, job)
    return RedirectResponse(f"/jobs/{job}", 303)


@router.post("/jobs/{job}/pictures/{number}/rate")
async def rate(request: Request, job: str, number: int) -> Response:
    """The thumbs, without script."""
    access, fields = await formed(request)
    ratings = service_of(request).insight.ratings
    if fields.get("thumb") == "none":
        await ratings.remove(access.visitor, job, number)
    else:
        await ratings.rate(access.visitor, job, number, fields.get("thumb", ""), fields.get("reason"))
    return RedirectResponse(f"/jobs/{job}", 303)


@router.post("/jobs/{job}/delete")
async def delete(request: Request, job: str) -> Response:
    """The button that deletes a job, without script."""
    access, _ = await formed(request)
    await service_of(request).desk.delete(access.visitor, job)
    return RedirectResponse("/", 303)


@router.post("/session/delete")
async def leave(request: Request) -> Response:
    """The button that ends the session and deletes everything, without script."""
    access, _ = await formed(request)
    service = service_of(request)
    if access.visitor.account:  # what somebody has in an account is deleted on its own page, once they confirm it
        return RedirectResponse("/account#delete", 303)
    await service.desk.leave(access.visitor)
    await service.sessions.end(access.visitor)
    response = RedirectResponse("/privacy?deleted=1", 303)
    forget(request, response)
    return response


def read_form(fields: dict[str, str]) -> Wish:
    """The wish of a form without script; empty fields leave the choice to the studio.

    Raises:
        UsageError: an unknown field, or a value that is not possible.
    """
    strange = set(fields) - FIELDS
    if strange:
        raise UsageError(f"The form has a field '{min(strange)}' that means nothing here.", "Nothing was taken in.")
    said = {name: value.strip() for name, value in fields.items() if value.strip() and name != "csrf"}
    brief: dict[str, Any] = {
        name: said[name] for name in ("prompt", "preset", "colour", "key_side", "backend") if name in said
    }
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
