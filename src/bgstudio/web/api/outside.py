"""Outside services: what each of them keeps, and consent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.web.access import remember, required, service_of, welcome
from bgstudio.web.api import docs

router = APIRouter(prefix="/v1/outside", tags=["account"])

Name = Annotated[str, Path(min_length=1, max_length=48, description="Name of a service.")]


class OutsideView(BaseModel):
    """An outside service, and how you stand to it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    company: str
    country: str
    purpose: str
    sends: str
    keeps: Literal["nothing", "days", "unknown"]
    days: int
    trains: bool | None = Field(description="Whether it trains on what it gets; null: it does not say.")
    asks_to_store_nothing: bool = Field(description="Every call asks it to keep nothing.")
    terms: str
    words: list[str] = Field(description="What you are told before you agree.")
    digest: str = Field(description="Of the words; sent with a consent to them.")
    agreed: bool = Field(description="You have agreed, and to these very words. Nothing is sent without that.")
    agreed_at: datetime | None


class OutsideList(BaseModel):
    """All that are switched on here; there may be none."""

    model_config = ConfigDict(extra="forbid")

    services: list[OutsideView]


class Agreement(BaseModel):
    """Consent to a service as it was described."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64, description="The digest of the words that were shown.")


@router.get("", response_model=OutsideList, responses=docs.problems(401))
async def services(request: Request) -> Response:
    """The outside services that are switched on here. Where there are none, nothing ever leaves this machine."""
    access = await welcome(request)
    found = await service_of(request).outside.consents(access.visitor)
    response = JSONResponse({"services": [one.view() for one in found]})
    remember(request, response, access)
    return response


@router.put("/{name}/consent", response_model=OutsideView, responses=docs.problems(400, 401, 403, 404, 422))
async def agree(request: Request, name: Name, agreement: Agreement) -> Response:
    """Agree to a service, in the words that were shown. Where they change, consent is asked for anew."""
    access = await required(request)
    return JSONResponse((await service_of(request).outside.agree(access.visitor, name, agreement.digest)).view())


@router.delete("/{name}/consent", status_code=204, responses=docs.problems(401, 403, 422))
async def revoke(request: Request, name: Name) -> Response:
    """Take consent back, at once: what is being sent is cut off."""
    access = await required(request)
    await service_of(request).outside.revoke(access.visitor, name)
    return Response(status_code=204)
