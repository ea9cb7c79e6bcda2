"""Favourite looks: kept, used again, renamed, deleted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from bgstudio.errors import UsageError
from bgstudio.service.looks import Look, unknown_look
from bgstudio.web.access import required, service_of
from bgstudio.web.api import docs
from bgstudio.web.api.schemas import LookName, LookView, NewLook

router = APIRouter(prefix="/v1/looks", tags=["looks"])

LookId = Annotated[str, Path(min_length=1, max_length=64, description="Id of a look.")]


def look_view(look: Look) -> dict[str, Any]:
    """A look, JSON-ready."""
    return {
        "id": look.id,
        "name": look.name,
        "created": look.created.isoformat(),
        "brief": look.brief.model_dump(mode="json"),
        "colours": _colours(look),
        "recipe": f"/v1/looks/{look.id}/recipe" if look.scene is not None else None,
    }


def _colours(look: Look) -> list[str]:
    if look.scene is None:
        return []
    palette = look.scene.palette
    return [palette.backdrop, palette.surface, palette.accent]


@router.get("", response_model=list[LookView], responses=docs.problems(401, 410))
async def looks(request: Request) -> Response:
    """All favourites, newest first."""
    access = await required(request)
    return JSONResponse([look_view(look) for look in await service_of(request).looks.list(access.visitor)])


@router.post("", status_code=201, response_model=LookView, responses=docs.problems(400, 401, 403, 404, 410, 422))
async def save(request: Request, new: NewLook) -> Response:
    """Keep a look: of a finished picture, or of a brief."""
    access = await required(request)
    service = service_of(request)
    if (new.job is None) == (new.brief is None):
        raise UsageError("A look is of a job or of a brief.", "Nothing was saved.", "Send one of the two.")
    if new.job is not None:
        look = await service.history.save_look(access.visitor, new.job, new.number, new.name)
    else:
        assert new.brief is not None
        look = await service.looks.save(access.visitor, new.name, new.brief)
    return JSONResponse(look_view(look), 201)


@router.patch("/{look}", response_model=LookView, responses=docs.problems(400, 401, 403, 404, 410, 422))
async def rename(request: Request, look: LookId, name: LookName) -> Response:
    """Call a look something else."""
    access = await required(request)
    return JSONResponse(look_view(await service_of(request).looks.rename(access.visitor, look, name.name)))


@router.delete("/{look}", status_code=204, responses=docs.problems(401, 403, 404, 410, 422))
async def delete(request: Request, look: LookId) -> Response:
    """Delete a look."""
    access = await required(request)
    await service_of(request).looks.delete(access.visitor, look)
    return Response(status_code=204)


@router.get("/{look}/recipe", response_class=Response, responses={**docs.FILE, **docs.problems(401, 404, 410, 422)})
async def recipe(request: Request, look: LookId) -> Response:
    """The look as `bgstudio shoot --recipe` reads it."""
    access = await required(request)
    found = (await service_of(request).looks.get(access.visitor, look)).recipe()
    if found is None:
        raise unknown_look()
    headers = {
        "Content-Disposition": f'attachment; filename="look-{look[:8]}.json"',
        "Cache-Control": "private, no-store",
    }
    return Response(found.to_json(), media_type="application/json", headers=headers)
