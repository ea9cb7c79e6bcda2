"""Whether somebody is counted: seen, and chosen; kept with an account, else in a cookie that says yes or no."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bgstudio.service import Visitor
from bgstudio.web.access import COUNT, asks, client, service_of

YEAR = 365 * 24 * 3600


async def counting(request: Request, visitor: Visitor) -> dict[str, Any]:
    """How somebody stands, JSON-ready.

    ``count``: whether they are counted. ``choice``: what they chose; None: nothing, then ``default`` holds.
    ``signal``: their browser asks not to be counted, which goes before everything.
    """
    events = service_of(request).insight.events
    return {
        "count": await events.counted(visitor),
        "choice": await events.choice(visitor),
        "default": service_of(request).settings.analytics,
        "signal": asks(request).signal,
    }


async def choose(request: Request, visitor: Visitor, count: bool) -> None:
    """Choose to be counted or not; ``keep`` puts a visit's choice into the answer."""
    await service_of(request).insight.events.choose(visitor, count)


def keep(request: Request, response: Response, visitor: Visitor, count: bool) -> None:
    """Keep a visit's choice in its cookie; an account's is kept with it."""
    if not visitor.account:
        value, secure = "yes" if count else "no", client(request).secure
        response.set_cookie(COUNT, value, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="lax")
