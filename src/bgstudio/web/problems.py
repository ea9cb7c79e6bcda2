"""Errors as ``application/problem+json`` (RFC 9457), all of one shape, whatever raised them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from bgstudio.errors import StudioError, UploadTooSlow, UsageError
from bgstudio.service.job import problem

log = structlog.get_logger("bgstudio.web")

MEDIA_TYPE = "application/problem+json"

_PLAIN: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "There is nothing at this address.", "See /openapi.json for what there is."),
    405: ("method_not_allowed", "This address does not answer to that method.", "See /openapi.json."),
    413: ("too_large", "The request is too large.", "Send less."),
}


class BadUpload(UsageError):
    """A request body that cannot be read."""

    code = "bad_upload"


class Unprocessable(UsageError):
    """A field of the request has a value that is not possible."""

    code = "invalid_request"
    status = 422


def reply(request: Request, body: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as a response, with the request's id in it."""
    body = body | {"request_id": getattr(request.state, "request_id", "")}
    return JSONResponse(body, body["status"], headers, media_type=MEDIA_TYPE)


def of_error(request: Request, error: StudioError) -> JSONResponse:
    """An error raised on purpose; 429 and 503 say when it is worth asking again."""
    headers: dict[str, str] = {}
    retry = getattr(error, "retry_after", 10 if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None)
    if retry is not None:
        headers["Retry-After"] = str(retry)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, UploadTooSlow) or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        headers["Connection"] = "close"  # the rest of the body is not read
    return reply(request, problem(error), headers)


def of_fields(errors: list[Any]) -> Unprocessable:
    """A validation error in words; names the field, never its value."""
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request as a whole"
    message = str(first["msg"]).rstrip(".")
    return Unprocessable(f"{where}: {message}.", "Nothing was taken in.", "Correct it; see /openapi.json.")


def plain(status: int, title: str | None = None) -> dict[str, Any]:
    """A problem for a status that no error of ours stands behind."""
    phrase = HTTPStatus(status).phrase
    code, what, remedy = _PLAIN.get(status, (phrase.lower().replace(" ", "_"), f"{title or phrase}.", ""))
    return {
        "type": f"urn:bgstudio:error:{code.replace('_', '-')}",
        "title": what,
        "status": status,
        "detail": "",
        "remedy": remedy,
        "code": code,
    }


def install(app: FastAPI, page: Any = None) -> None:
    """Answer every error of the app with a problem; ``page(request, problem)`` may give a page for people instead."""

    def answer(request: Request, found: JSONResponse, body: dict[str, Any]) -> Response:
        shown = page(request, body) if page is not None else None
        if shown is None:
            return found
        for name in ("retry-after", "connection"):
            if name in found.headers:
                shown.headers[name] = found.headers[name]
        return shown

    @app.exception_handler(StudioError)
    async def _studio(request: Request, error: StudioError) -> Response:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not hasattr(error, "retry_after"):
            log.error("request failed", code=error.code, request_id=getattr(request.state, "request_id", ""))
        service = request.app.state.service
        await service.note(error, request.state.client.address)
        return answer(request, of_error(request, error), problem(error))

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> Response:
        wrong = of_fields(list(error.errors()))
        return answer(request, of_error(request, wrong), problem(wrong))

    @app.exception_handler(ValidationError)
    async def _fields(request: Request, error: ValidationError) -> Response:
        wrong = of_fields(list(error.errors(include_url=False, include_input=False)))
        return answer(request, of_error(request, wrong), problem(wrong))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        body = plain(error.status_code, str(error.detail))
        return answer(request, reply(request, body, dict(error.headers or {})), body)


def broke() -> StudioError:
    """What people are told of an error that nobody meant."""
    return StudioError("Something broke on our side.", "Nothing of yours was kept.", "Try again.")
