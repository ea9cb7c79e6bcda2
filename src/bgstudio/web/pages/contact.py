"""Writing to the host, and following a letter to its answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bgstudio.errors import LimitReached, UsageError
from bgstudio.service.letters import MOST_LETTERS, Letter, LetterKind
from bgstudio.web.access import Access, client, service_of, welcome
from bgstudio.web.pages.render import formed, with_session

router = APIRouter(include_in_schema=False)

MOST_BYTES = 80_000
"""Of the form: 5,000 letters of any script, as forms write them."""


@router.get("/contact")
async def contact(request: Request) -> Response:
    """The form."""
    kind = request.query_params.get("kind", "")
    return await _form(request, await welcome(request), {"kind": kind if kind in set(LetterKind) else ""})


@router.post("/contact")
async def send(request: Request) -> Response:
    """Send a letter; leads to its own page."""
    access, fields = await formed(request, MOST_BYTES)
    service = service_of(request)
    said = {name: fields.get(name, "") for name in ("kind", "words", "email")}
    try:
        secret = await service.letters.send(
            said["kind"], said["words"], said["email"], address=client(request).address, visitor=access.visitor
        )
    except (UsageError, LimitReached) as error:  # what was written must not be lost
        await service.note(error, client(request).address)
        answer = await _form(request, access, said, error)
        if isinstance(error, LimitReached):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return RedirectResponse(f"/contact/{secret}?sent=1", 303)


@router.get("/contact/deleted")
async def deleted(request: Request) -> Response:
    """After a letter was withdrawn."""
    return await with_session(request, "letter", await welcome(request), letter=None, sent=False, secret="", address="")


@router.get("/contact/{secret}")
async def follow(request: Request, secret: str) -> Response:
    """A letter, how it stands, and its answer; whoever has the address can read it."""
    access = await welcome(request)
    letter = await service_of(request).letters.find(secret)
    return await with_session(
        request,
        "letter",
        access,
        letter=_view(letter),
        secret=secret,
        sent="sent" in request.query_params,
        address=f"{_origin(request)}/contact/{secret}",
        days=f"{service_of(request).settings.letter_days:g}",
    )


@router.post("/contact/{secret}/settle")
async def settle(request: Request, secret: str) -> Response:
    """Close a letter, as its writer."""
    await formed(request)
    await service_of(request).letters.settle(secret)
    return RedirectResponse(f"/contact/{secret}", 303)


@router.post("/contact/{secret}/withdraw")
async def withdraw(request: Request, secret: str) -> Response:
    """Delete a letter, as its writer."""
    await formed(request)
    await service_of(request).letters.withdraw(secret)
    return RedirectResponse("/contact/deleted", 303)


async def _form(
    request: Request, access: Access, said: dict[str, str], error: UsageError | LimitReached | None = None
) -> Response:
    settings = service_of(request).settings
    answer = await with_session(
        request,
        "contact",
        access,
        said={"kind": "", "words": "", "email": ""} | said,
        error=error,
        kinds=[kind.value for kind in LetterKind],
        most=MOST_LETTERS,
        linked=access.visitor.account,
        host_name=settings.host_name,
        contact_email=settings.contact_email,
        letters_per_day=settings.letters_per_day,
    )
    if error is not None:
        answer.status_code = error.status
    return answer


def _view(letter: Letter) -> dict[str, Any]:
    return letter.view() | {
        "at": moment(letter.at),
        "answered_at": "" if letter.answered_at is None else moment(letter.answered_at),
        "account": letter.account,
    }


def moment(at: datetime) -> str:
    """``25 November 2026, 19:04 UTC``."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _origin(request: Request) -> str:
    """Scheme and host as people type them: those of the settings, or of this request."""
    public = urlsplit(service_of(request).settings.public_url)
    if public.netloc:
        return f"{public.scheme}://{public.netloc}"
    return f"{'https' if client(request).secure else 'http'}://{request.headers.get('host', '')}"
