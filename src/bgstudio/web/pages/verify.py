"""Reading the marks of a picture; works without script, and keeps nothing of the picture."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bgstudio.domain.making import Origin
from bgstudio.errors import Busy, IntakeError, LimitReached, StudioError, UsageError
from bgstudio.web.access import Access, check_form, client, required, service_of, welcome
from bgstudio.web.api.verify import read, take_picture
from bgstudio.web.pages.render import with_session
from bgstudio.web.words.verify import written

router = APIRouter(include_in_schema=False)


@router.get("/verify")
async def verify(request: Request) -> Response:
    """The form."""
    return await _page(request, await welcome(request))


@router.post("/verify")
async def answer(request: Request) -> Response:
    """What was found in an uploaded picture."""
    access = await required(request)
    try:
        upload = await take_picture(request, access)
        check_form(request, access, upload.fields.get("csrf", ""))
        found = await read(request, access, upload)
    except (UsageError, IntakeError, LimitReached, Busy) as error:
        await service_of(request).note(error, client(request).address)
        return await _page(request, access, error=error)
    return await _page(request, access, found)


async def _page(
    request: Request, access: Access, found: dict[str, Any] | None = None, error: StudioError | None = None
) -> Response:
    xmp = None if found is None else found["marks"]["xmp"]
    response = await with_session(
        request, "verify", access, found=found, error=error,
        kind=None if xmp is None else Origin(xmp["term"]).says.value,
        told_marks=written(service_of(request).capabilities["marks"]),
    )  # fmt: skip
    if error is not None:
        response.status_code = error.status
        if (after := getattr(error, "retry_after", None)) is not None:
            response.headers["Retry-After"] = str(after)
    return response
