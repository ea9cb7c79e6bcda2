"""Jobs: made, watched, fetched, cancelled, deleted."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import ValidationError

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.job import Wish
from bgstudio.errors import UsageError
from bgstudio.service import Delivery, Event, Job
from bgstudio.service.refusals import unknown_file
from bgstudio.web.access import Access, remember, required, service_of, welcome
from bgstudio.web.api import docs
from bgstudio.web.api.schemas import Cleared, JobList, JobView, Title
from bgstudio.web.problems import of_fields
from bgstudio.web.uploads import Reader, Slots, Upload

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a job.")]
Name = Annotated[str, Path(min_length=1, max_length=64, description="Name of a file, as the job lists it.")]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Any 1 to 128 characters; the same request again gives the same job."),
]
_NAME = re.compile(r"[a-z]+(-\d+)?\.[a-z]+")
_PICTURE = re.compile(r"picture-(\d{1,3})\.[a-z]+")
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


@router.post(
    "",
    status_code=202,
    responses={
        202: {
            "model": JobView,
            "description": "Taken in.",
            "headers": {"Location": {"schema": {"type": "string"}, "description": "Address of the job."}},
        },
        **docs.problems(400, 401, 403, 408, 413, 415, 422, 429, 503),
    },
    openapi_extra=docs.NEW_JOB,
)
async def create(
    request: Request,
    wish: Annotated[
        str | None,
        Query(
            description="The wish as JSON; for requests whose body is the photo itself.",
            examples=[json.dumps(docs.WISH_EXAMPLE)],
        ),
    ] = None,
    idempotency_key: Key = None,
) -> Response:
    """Make a job of a photo and a wish. The photo stays in memory, sealed, and is dropped when the job ends."""
    key = _checked(idempotency_key)
    access = await welcome(request)
    job = await take(request, access, lambda upload: read_wish(upload.fields, wish), key)
    response = JSONResponse(job.view(), 202, {"Location": f"/v1/jobs/{job.id}"})
    remember(request, response, access)
    return response


async def take(request: Request, access: Access, wished: Any, key: str | None = None) -> Job:
    """Read an upload and hand it to the desk; ``wished(upload)`` gives the wish."""
    service, visitor = service_of(request), access.visitor
    slots: Slots = request.app.state.slots
    reader: Reader = request.app.state.reader
    if key is None:  # a repeated request finds its job even when nothing more is taken in
        service.desk.admit(visitor)
    service.rates.jobs(visitor)
    slots.take(visitor.scope)
    try:
        upload: Upload = await reader.read(request, service.desk.new_id())
    finally:
        slots.leave(visitor.scope)
    wish: Wish = wished(upload)
    await service.check_wish(wish, visitor)
    request.app.state.metrics.upload_bytes.inc(sum(upload.sizes.values()))
    delivery = Delivery(
        job=upload.job,
        wish=wish,
        photo=upload.files["photo"],
        reference=upload.files.get("reference"),
        strokes=upload.files.get("strokes"),
        came=upload.came,
        fingerprint=f"{upload.mark}:{request.url.query}",
    )
    return await service.desk.submit(visitor, delivery, key)


def read_wish(fields: dict[str, str], query: str | None) -> Wish:
    """The wish from the form's part or the query; raises ``UsageError``."""
    strange = set(fields) - {"wish"}
    if strange:
        raise UsageError(
            f"The form has a part '{min(strange)}' that means nothing here.",
            "Nothing was taken in.",
            "Parts are photo, reference, strokes and wish.",
        )
    text = fields.get("wish", query)
    if text is None:
        return Wish()
    try:
        return Wish.model_validate_json(text)
    except ValidationError as error:
        raise of_fields(list(error.errors(include_url=False, include_input=False))) from None


def _checked(key: str | None) -> str | None:
    if key is not None and not _KEY.fullmatch(key):
        raise UsageError(
            "The idempotency key is not 1 to 128 printable characters.", "Nothing was taken in.", "Send a shorter one."
        )
    return key


@router.get("", response_model=JobList, responses=docs.problems(400, 401, 422))
async def jobs(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=200, description="From the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """This session's jobs, newest first."""
    access = await required(request)
    found, following = await service_of(request).desk.list(access.visitor, cursor, limit)
    return JSONResponse({"jobs": [job.view() for job in found], "next": following})


@router.get("/{job}", response_model=JobView, responses=docs.problems(401, 404, 410, 422))
async def one(request: Request, job: JobId) -> Response:
    """How a job stands."""
    access = await required(request)
    return JSONResponse((await service_of(request).desk.get(access.visitor, job)).view())


@router.get(
    "/{job}/events",
    response_class=StreamingResponse,
    responses={**docs.EVENTS, **docs.problems(401, 404, 410, 422, 429)},
)
async def events(
    request: Request,
    job: JobId,
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="The last event that is already known.")
    ] = None,
) -> Response:
    """What happens to a job, as server-sent events."""
    access = await required(request)
    after = int(last_event_id) if last_event_id and re.fullmatch(r"[0-9]{1,9}", last_event_id) else 0
    desk = service_of(request).desk
    record = await desk.get(access.visitor, job)
    if record.state.ended and record.changed_at <= after <= record.told:
        return Response(status_code=204)  # tells an EventSource not to come back
    told = await desk.events(access.visitor, job, after)
    return StreamingResponse(
        _written(request, told), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _written(request: Request, events: AsyncIterator[Event]) -> AsyncIterator[str]:
    streams = request.app.state.metrics.streams
    streams.inc()
    try:
        yield "retry: 2000\n\n"
        async for event in events:
            if event.name == "beat":
                yield ": still here\n\n"
            else:
                data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
                yield f"id: {event.id}\nevent: {event.name}\ndata: {data}\n\n"
    finally:
        streams.dec()


@router.get(
    "/{job}/glimpse",
    response_class=Response,
    responses={
        200: {"description": "A small WebP.", "content": {"image/webp": {}}},
        **docs.problems(401, 404, 410, 422),
    },
)
async def glimpse(request: Request, job: JobId) -> Response:
    """The unfinished picture, small, while a backend that shows it is at work; held in memory and kept nowhere."""
    access = await required(request)
    picture = (await service_of(request).desk.get(access.visitor, job)).glimpse
    if not picture:
        raise unknown_file()
    return Response(picture, media_type="image/webp", headers={"Cache-Control": "private, no-store"})


@router.get(
    "/{job}/files/{name}", response_class=Response, responses={**docs.FILE, **docs.problems(401, 404, 409, 410, 422)}
)
async def file(
    request: Request,
    job: JobId,
    name: Name,
    download: Annotated[bool, Query(description="Save it instead of showing it.")] = False,
    wanted: Annotated[
        FileFormat | None, Query(alias="format", description="Write a picture in this format, if it was not yet.")
    ] = None,
) -> Response:
    """One file of a job: a picture, a layer, the cut-out, a recipe."""
    access = await required(request)
    if not _NAME.fullmatch(name):
        raise unknown_file()
    picture = _PICTURE.fullmatch(name)
    if wanted is not None and picture is not None:
        name = f"picture-{picture[1]}.{wanted.value}"
        media_type, data = await service_of(request).history.converted(access.visitor, job, int(picture[1]), wanted)
    else:
        media_type, data = await service_of(request).desk.file(access.visitor, job, name)
    headers = {"Cache-Control": "private, no-store"}
    if download:
        await service_of(request).insight.downloaded(access.visitor, name)
        headers["Content-Disposition"] = f'attachment; filename="bgstudio-{job[:8]}-{name}"'
    return Response(data, media_type=media_type, headers=headers)


@router.post("/{job}/cancel", response_model=JobView, responses=docs.problems(401, 403, 404, 410, 422))
async def cancel(request: Request, job: JobId) -> Response:
    """Stop a job. What is finished stays; what was not made does not count."""
    access = await required(request)
    return JSONResponse((await service_of(request).desk.cancel(access.visitor, job)).view())


@router.patch("/{job}", response_model=JobView, responses=docs.problems(400, 401, 403, 404, 410, 422))
async def rename(request: Request, job: JobId, title: Title) -> Response:
    """Call a job something; an empty title takes it back."""
    access = await required(request)
    return JSONResponse((await service_of(request).history.rename(access.visitor, job, title.title)).view())


@router.post(
    "/{job}/again",
    status_code=202,
    responses={
        202: {"model": JobView, "description": "Taken in."},
        **docs.problems(400, 401, 403, 404, 409, 410, 422, 429, 503),
    },
)
async def again(request: Request, job: JobId, wish: Wish | None = None) -> Response:
    """Make a job again from the cut-out that was kept of it, as it was wished for then or as the body says now."""
    access = await required(request)
    service = service_of(request)
    service.desk.admit(access.visitor)
    service.rates.jobs(access.visitor)
    if wish is not None:
        await service.check_wish(wish, access.visitor)
    made = await service.history.again(access.visitor, job, wish)
    return JSONResponse(made.view(), 202, {"Location": f"/v1/jobs/{made.id}"})


@router.delete("/{job}/pictures/{number}", status_code=204, responses=docs.problems(401, 403, 404, 409, 410, 422))
async def delete_picture(
    request: Request, job: JobId, number: Annotated[int, Path(ge=0, le=99, description="Number of the picture.")]
) -> Response:
    """Delete one picture with its layers and recipe; the job goes with its last one."""
    access = await required(request)
    await service_of(request).desk.delete_picture(access.visitor, job, number)
    return Response(status_code=204)


@router.delete("", response_model=Cleared, responses=docs.problems(401, 403))
async def clear(request: Request) -> Response:
    """Stop and delete all jobs with their pictures. Saved looks stay."""
    access = await required(request)
    return JSONResponse({"deleted": await service_of(request).history.clear(access.visitor)})


@router.delete("/{job}", status_code=204, responses=docs.problems(401, 403, 404, 410, 422))
async def delete(request: Request, job: JobId) -> Response:
    """Stop a job and delete everything of it."""
    access = await required(request)
    await service_of(request).desk.delete(access.visitor, job)
    return Response(status_code=204)


__all__ = ["router", "take"]
