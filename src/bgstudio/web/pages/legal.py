"""What is promised: the privacy page and those beside it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from bgstudio.web.access import welcome
from bgstudio.web.pages.render import with_session

router = APIRouter(include_in_schema=False)


@router.get("/privacy")
async def privacy(request: Request) -> Response:
    """What happens to what people hand in."""
    return await with_session(request, "privacy", await welcome(request), deleted="deleted" in request.query_params)
