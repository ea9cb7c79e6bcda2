"""Being counted or not."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.web.access import remember, welcome
from bgstudio.web.api import docs
from bgstudio.web.counting import choose, counting, keep

router = APIRouter(prefix="/v1/analytics", tags=["account"])


class CountingView(BaseModel):
    """Whether somebody is counted, and why."""

    model_config = ConfigDict(extra="forbid")

    count: bool
    choice: bool | None = Field(description="What they chose; null: nothing, then the default holds.")
    default: bool
    signal: bool = Field(description="The browser asks not to be counted, which goes before everything.")


class Choice(BaseModel):
    """The choice."""

    model_config = ConfigDict(extra="forbid")

    count: bool


@router.get("", response_model=CountingView, responses=docs.problems(401))
async def seen(request: Request) -> Response:
    """Whether this account or visit is counted."""
    access = await welcome(request)
    response = JSONResponse(await counting(request, access.visitor))
    remember(request, response, access)
    return response


@router.post("", response_model=CountingView, responses=docs.problems(400, 401, 403, 422))
async def chosen(request: Request, choice: Choice) -> Response:
    """Be counted or not. No also deletes what has been counted of an account. A visit's choice is kept in a cookie."""
    access = await welcome(request)
    await choose(request, access.visitor, choice.count)
    response = JSONResponse(await counting(request, access.visitor))
    keep(request, response, access.visitor, choice.count)
    remember(request, response, access)
    return response
