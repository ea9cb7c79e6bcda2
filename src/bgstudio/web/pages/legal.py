"""What is promised: the privacy policy with its versions, the terms, and the imprint."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from bgstudio.service.policy import Policy, Version, difference
from bgstudio.service.promises import HEADINGS, PROMISES
from bgstudio.web.access import service_of, welcome
from bgstudio.web.counting import counting
from bgstudio.web.pages.render import formed, keep_policy, with_session
from bgstudio.web.words import TEXT, fill
from bgstudio.web.words.verify import written

router = APIRouter(include_in_schema=False)

SHORT = 16
"""Letters of a digest that name a version in an address."""


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """The policy, promise by promise."""
    access = await welcome(request)
    policy = service_of(request).policy
    checked = policy.checked()
    held = {} if checked is None else checked.held
    key = [one | {"h": fill(one["h"], **policy.values)} for one in TEXT["privacy"]["key"]]
    return await with_session(
        request, "privacy", access, deleted="deleted" in request.query_params, key=key,
        counting=await counting(request, access.visitor),
        updated=day(policy.now.at), checked="" if checked is None else minute(checked.at), parts=_parts(policy, held),
    )  # fmt: skip


@router.post("/privacy/seen")
async def seen(request: Request) -> Response:
    """The notice after a change has been read; leads back to the page it was on."""
    access, fields = await formed(request)
    await service_of(request).policy.seen(access.visitor)
    path = fields.get("next", "/")
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    response = RedirectResponse(path if inside else "/", 303)
    keep_policy(request, response)
    return response


@router.get("/privacy/versions")
async def versions(request: Request) -> Response:
    """All versions of the policy; two of them compared, or one of them to read."""
    access = await welcome(request)
    known = await service_of(request).policy.versions()
    query = request.query_params
    asked = {name: _named(known, query[name]) for name in ("old", "new", "read") if name in query}
    if "old" in asked and "new" not in query:
        asked["new"] = known[0]
    old, new, read = (asked.get(name) for name in ("old", "new", "read"))
    both = old is not None and new is not None
    unknown = None in asked.values()
    return await with_session(
        request, "versions", access, status=404 if unknown else 200,
        versions=[_shown(one) for one in known], unknown=unknown,
        old=_shown(old) if both and old else None, new=_shown(new) if both and new else None,
        changes=difference(old.text, new.text) if old is not None and new is not None else [],
        read=None if read is None else _shown(read) | {"lines": _lines(read.text)},
    )  # fmt: skip


@router.get("/terms")
async def terms(request: Request) -> Response:
    """The terms of use."""
    service = service_of(request)
    values = service.policy.values | {"marks": written(service.capabilities["marks"])}
    return await with_session(request, "terms", await welcome(request), values=values)


@router.get("/imprint")
async def imprint(request: Request) -> Response:
    """Who runs this studio."""
    lines = [line for line in service_of(request).settings.imprint.splitlines() if line.strip()]
    return await with_session(request, "imprint", await welcome(request), lines=lines)


def _parts(policy: Policy, held: Any) -> list[dict[str, Any]]:
    """The headings with their promises, as the page shows them."""
    return [
        {
            "number": heading.number,
            "title": heading.title,
            "promises": [
                {
                    "name": one.name,
                    "title": one.title.format(**policy.values),
                    "said": one.sentence(policy.values),
                    "proof": one.proof,
                    "held": held.get(one.name),
                }
                for one in PROMISES
                if one.heading == heading.number
            ],
        }
        for heading in HEADINGS
    ]


def _named(known: list[Version], digest: str) -> Version | None:
    return next((one for one in known if digest and one.digest.startswith(digest[:64])), None)


def _shown(version: Version) -> dict[str, Any]:
    return {"short": version.digest[:SHORT], "at": minute(version.at)}


def _lines(text: str) -> list[dict[str, Any]]:
    return [{"words": line, "heading": line[0].isdigit()} for line in text.splitlines() if line]


def day(moment: datetime) -> str:
    """``25 November 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """``25 November 2026, 21:04 UTC``."""
    return f"{day(moment)}, {moment:%H:%M} UTC"
