"""Ratings of pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.service.ratings import Reason, Thumb
from bgstudio.web.access import required, service_of
from bgstudio.web.api import docs
from bgstudio.web.api.jobs import JobId

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Number = Annotated[int, Path(ge=0, le=100, description="Number of a picture, from 0.")]


class RatingView(BaseModel):
    """A thumb, and why: one of a list, or nothing."""

    model_config = ConfigDict(extra="forbid")

    thumb: Thumb
    reason: Reason | None = None


class RatingsView(BaseModel):
    """What was said of each picture, by its number."""

    model_config = ConfigDict(extra="forbid")

    ratings: dict[str, RatingView] = Field(examples=[{"0": {"thumb": "up", "reason": "light"}}])


@router.get("/{job}/ratings", response_model=RatingsView, responses=docs.problems(401, 404, 410, 422))
async def ratings(request: Request, job: JobId) -> Response:
    """What you have said of a job's pictures."""
    access = await required(request)
    found = await service_of(request).insight.ratings.of(access.visitor, job)
    return JSONResponse({"ratings": {str(number): rating.view() for number, rating in sorted(found.items())}})


@router.put(
    "/{job}/pictures/{number}/rating",
    response_model=RatingView,
    responses=docs.problems(400, 401, 403, 404, 410, 422),
)
async def rate(request: Request, job: JobId, number: Number, rating: RatingView) -> Response:
    """Rate a picture, or change what you said. Neither the picture nor what went into it is kept with it."""
    access = await required(request)
    made = await service_of(request).insight.ratings.rate(access.visitor, job, number, rating.thumb, rating.reason)
    return JSONResponse(made.view())


@router.post(
    "/{job}/pictures/{number}/rating",
    response_model=RatingView,
    responses=docs.problems(400, 401, 403, 404, 410, 422),
)
async def rate_too(request: Request, job: JobId, number: Number, rating: RatingView) -> Response:
    """The same as PUT, for clients that only post."""
    return await rate(request, job, number, rating)


@router.delete("/{job}/pictures/{number}/rating", status_code=204, responses=docs.problems(401, 403, 404, 410, 422))
async def unrate(request: Request, job: JobId, number: Number) -> Response:
    """Take a rating back."""
    access = await required(request)
    await service_of(request).insight.ratings.remove(access.visitor, job, number)
    return Response(status_code=204)
