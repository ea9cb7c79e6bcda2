"""Rights: see what is held, correct it, take it along, delete it; for accounts, and for visits as far as it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.service import Service, Visitor
from bgstudio.service.deletion import CONFIRM
from bgstudio.web.access import forget, required, service_of
from bgstudio.web.api import docs
from bgstudio.web.counting import choose
from bgstudio.web.words.account import EXPORT

router = APIRouter(prefix="/v1/account", tags=["account"])


class Shape(BaseModel):
    """Fields that are named here and no others."""

    model_config = ConfigDict(extra="forbid")


class HeldView(Shape):
    """What one table holds of somebody: its rows, why, and until when."""

    what: str
    why: str
    purposes: list[str]
    how_long: str
    not_linked: str | None
    rows: list[dict[str, Any]]


class DataView(Shape):
    """Everything that is held about somebody, by table."""

    kind: Literal["account", "visit"]
    told: datetime
    held: dict[str, HeldView]
    not_held: list[dict[str, str]]


class Correction(Shape):
    """What is to be changed; what is left out stays as it is."""

    name: str | None = Field(None, description="As it is shown; empty takes it away.")
    email: str | None = Field(None, description="Empty takes it away.")
    analytics: bool | None = Field(None, description="Whether to be counted.")


class CorrectedView(Shape):
    """What is known after a correction."""

    name: str
    email: str
    picture: bool
    corrected: list[str]
    analytics: bool | None


class Confirmation(Shape):
    """The word that confirms."""

    confirm: str = Field(description=f"The word {CONFIRM}.", examples=[CONFIRM])


class RemainsView(Shape):
    """What stays for a time, why, and until when at the latest."""

    what: str
    why: str
    until: date | None


class ReceiptView(Shape):
    """What was deleted. `receipt` is the whole of it with the studio's seal, for `/account/receipt?r=`."""

    number: str
    at: datetime
    kind: Literal["account", "visit"]
    went: dict[str, int]
    remains: list[RemainsView]
    receipt: str


@router.get("/data", response_model=DataView, responses=docs.problems(401))
async def data(request: Request) -> Response:
    """Everything that is held about you but the files of pictures."""
    access = await required(request)
    return JSONResponse(await service_of(request).rights.data(access.visitor))


@router.patch("", response_model=CorrectedView, responses=docs.problems(400, 401, 403, 422))
async def correct(request: Request, correction: Annotated[Correction, Body()]) -> Response:
    """Correct name and e-mail, and choose whether to be counted. A sign-in does not overwrite it."""
    access = await required(request)
    accounts, visitor = service_of(request).accounts, access.visitor
    if correction.name is not None or correction.email is not None:
        await accounts.correct(visitor, name=correction.name, email=correction.email)
    if correction.analytics is not None:
        await choose(request, visitor, correction.analytics)
    known = await accounts.profile(visitor)
    return JSONResponse(
        {
            "name": known.name,
            "email": known.email,
            "picture": known.picture,
            "corrected": sorted(known.corrected),
            "analytics": known.analytics,
        }
    )


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {
            "description": "A ZIP: pictures, recipes, looks, account.json, index.html.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **docs.problems(401),
    },
)
async def export(request: Request) -> Response:
    """Everything as a ZIP, made while it is downloaded."""
    access = await required(request)
    service = service_of(request)
    service.exports.admit(access.visitor)
    name = f"background-studio-{service.rights.now().astimezone(UTC):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(service, access.visitor), media_type="application/zip", headers=headers)


async def _pieces(service: Service, visitor: Visitor) -> AsyncIterator[bytes]:
    async for piece in service.exports.archive(visitor, EXPORT):
        if piece:
            yield piece


@router.delete("", response_model=ReceiptView, responses=docs.problems(400, 401, 403, 422, 503))
async def delete(request: Request, confirmation: Annotated[Confirmation, Body()]) -> Response:
    """Delete the account, or the visit, and everything of it, at once. Running jobs are stopped, other devices signed
    out, keys destroyed."""
    access = await required(request)
    receipt = await service_of(request).deletion.delete(access.visitor, confirmation.confirm)
    response = JSONResponse(receipt.view())
    forget(request, response)
    return response
