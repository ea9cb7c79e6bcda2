"""Health, readiness, metrics."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bgstudio.web.access import client, service_of
from bgstudio.web.api.schemas import Health
from bgstudio.web.clients import inside
from bgstudio.web.metrics import CONTENT_TYPE
from bgstudio.web.problems import plain, reply

router = APIRouter(tags=["about"])


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """The process lives and answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", response_model=Health, responses={503: {"model": Health, "description": "Not ready."}})
async def readyz(request: Request) -> Response:
    """Workers are there and what is kept can be reached."""
    if await service_of(request).ready():
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "not ready"}, 503, {"Retry-After": "5"})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Counts for Prometheus, told to those that the settings name and that no proxy speaks for."""
    where = client(request)
    if not (where.direct and inside(where.address, request.app.state.metrics_from)):
        return reply(request, plain(404))
    return Response(request.app.state.metrics.page(), media_type=CONTENT_TYPE)
