"""The account of somebody who has signed in: who they are, where they are signed in, tokens for their programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.errors import Forbidden, Gone
from bgstudio.service.accounts import MOST_DEVICE, SignIn
from bgstudio.web.access import dismiss, required, service_of
from bgstudio.web.api import docs

router = APIRouter(prefix="/v1/account", tags=["account"])


class Shape(BaseModel):
    """Fields that are named here and no others."""

    model_config = ConfigDict(extra="forbid")


class AccountView(Shape):
    """Who somebody is here. `corrected` names what they have set themselves."""

    name: str
    email: str
    picture: bool
    corrected: list[str]
    created: datetime
    analytics: bool | None
    expires: datetime


class SignInView(Shape):
    """A device, or a program, that is signed in."""

    id: str
    device: str
    purpose: Literal["page", "api"]
    created: datetime
    used_at: datetime
    expires: datetime
    current: bool


class NewToken(Shape):
    """What the token is for."""

    name: str = Field("", max_length=MOST_DEVICE, description="How the list of devices names the program.")


class AccountTokenView(Shape):
    """A token, told once, and its place in the list of devices."""

    token: str
    sign_in: SignInView


@router.get("", response_model=AccountView, responses=docs.problems(401, 403))
async def account(request: Request) -> Response:
    """Who you are here."""
    access = await required(request)
    profile = await service_of(request).accounts.profile(access.visitor)
    return JSONResponse(
        {
            "name": profile.name,
            "email": profile.email,
            "picture": profile.picture,
            "corrected": sorted(profile.corrected),
            "created": profile.created.isoformat(),
            "analytics": profile.analytics,
            "expires": access.visitor.expires.isoformat(),
        }
    )


@router.get("/sign-ins", response_model=list[SignInView], responses=docs.problems(401, 403))
async def sign_ins(request: Request) -> Response:
    """Where you are signed in, this device first."""
    access = await required(request)
    return JSONResponse([_view(one) for one in await service_of(request).accounts.sign_ins(access.visitor)])


@router.delete("/sign-ins", status_code=204, responses=docs.problems(401, 403))
async def sign_out_everywhere(request: Request) -> Response:
    """Sign out everywhere, programs included, and here too."""
    access = await required(request)
    await service_of(request).accounts.sign_out_everywhere(access.visitor)
    return _left(request)


@router.delete("/sign-ins/{sign_in}", status_code=204, responses=docs.problems(401, 403, 410, 422))
async def end(request: Request, sign_in: str) -> Response:
    """Sign one device out, or take a program's token back."""
    access = await required(request)
    if not await service_of(request).accounts.end_sign_in(access.visitor, sign_in):
        raise Gone("There is no such device.", "It was signed out already.", "Look at the list of devices.")
    return _left(request) if sign_in == access.visitor.sign_in else Response(status_code=204)


@router.post("/tokens", status_code=201, response_model=AccountTokenView, responses=docs.problems(400, 401, 403, 422))
async def new_token(request: Request, wanted: Annotated[NewToken, Body()]) -> Response:
    """A token for a program of yours: it sees and makes what you do, and ends when it is not used.

    Asked for on the page only: a program that has a token makes no further ones.
    """
    access = await required(request)
    accounts = service_of(request).accounts
    if access.bearer and access.visitor.account:
        raise _page_only()
    token, made = await accounts.new_token(access.visitor, wanted.name)
    return JSONResponse({"token": token, "sign_in": _view(made)}, 201)


def _view(one: SignIn) -> dict[str, Any]:
    return {
        "id": one.id,
        "device": one.device,
        "purpose": one.purpose,
        "created": one.created.isoformat(),
        "used_at": one.used_at.isoformat(),
        "expires": one.expires.isoformat(),
        "current": one.current,
    }


def _left(request: Request) -> Response:
    response = Response(status_code=204)
    dismiss(request, response)
    return response


def _page_only() -> Forbidden:
    return Forbidden(
        "A program cannot make tokens.",
        "Otherwise a token that was stolen would never end.",
        "Sign in with a browser, and ask for the token there.",
    )
