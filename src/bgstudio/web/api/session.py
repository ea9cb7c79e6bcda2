"""Sessions, and what the service can do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bgstudio.service import Service, Visitor
from bgstudio.web.access import client, dismiss, forget, refuse_strangers, remember, required, service_of, welcome
from bgstudio.web.api import docs
from bgstudio.web.api.schemas import CapabilitiesView, PresetView, SessionView, TokenView

router = APIRouter(prefix="/v1", tags=["session"])


async def session_view(service: Service, visitor: Visitor) -> dict[str, Any]:
    """What is left today, JSON-ready."""
    usage = await service.quota.left(visitor)
    return {
        "used": usage.used,
        "limit": usage.limit,
        "left": usage.left,
        "resets": usage.resets.isoformat(),
        "expires": visitor.expires.isoformat(),
        "jobs_at_once": service.settings.jobs_at_once,
    }


@router.get("/session", response_model=SessionView, responses=docs.problems(401))
async def session(request: Request) -> Response:
    """What is left today. Begins a session, with a cookie, for whoever has none."""
    access = await welcome(request)
    response = JSONResponse(await session_view(service_of(request), access.visitor))
    remember(request, response, access)
    return response


@router.post("/sessions", status_code=201, response_model=TokenView, responses=docs.problems(403))
async def begin(request: Request) -> Response:
    """A session for a program: send the token as `Authorization: Bearer TOKEN`. It ends by itself when unused."""
    refuse_strangers(request)
    service, address = service_of(request), client(request).address
    service.rates.sessions(address)
    token, visitor = await service.sessions.begin(address, "api")
    return JSONResponse({"token": token, "expires": visitor.expires.isoformat()}, 201)


@router.delete("/session", status_code=204, responses=docs.problems(401, 403))
async def end(request: Request) -> Response:
    """End the session; everything that hangs on it is deleted. Whoever has signed in is signed out and keeps it."""
    access = await required(request)
    service = service_of(request)
    if access.visitor.account:
        await service.accounts.sign_out(access.visitor)
        response = Response(status_code=204)
        dismiss(request, response)
        return response
    await service.desk.leave(access.visitor)
    await service.sessions.end(access.visitor)
    response = Response(status_code=204)
    forget(request, response)
    return response


@router.get("/presets", response_model=list[PresetView], responses=docs.problems(), tags=["about"])
async def presets(request: Request) -> Response:
    """The looks that can be asked for by name."""
    static_url = request.app.state.static_url
    looks = [
        {**preset, "thumb": static_url(f"img/looks/{preset['name']}.webp")} for preset in service_of(request).presets
    ]
    return JSONResponse(looks)


@router.get("/capabilities", response_model=CapabilitiesView, responses=docs.problems(), tags=["about"])
async def capabilities(request: Request) -> Response:
    """What this service can do: formats, limits, surfaces, backends, and whether pictures leave the machine."""
    return JSONResponse(dict(service_of(request).capabilities))
