"""What the marks of a picture say of how it was made."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bgstudio.domain.marks import MarksFound
from bgstudio.errors import UsageError
from bgstudio.web.access import Access, remember, service_of, welcome
from bgstudio.web.api import docs
from bgstudio.web.uploads import Upload

router = APIRouter(prefix="/v1/verify", tags=["verify"])


class MarksTold(BaseModel):
    """What was found, in words and as facts."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["ours", "ai", "other", "altered", "unknown"] = Field(
        description="`ours`: put together by this program. `ai`: somebody else's, with a trained model. `other`: "
        "marked, and no trained model is named. `altered`: changed after it was signed. `unknown`: no mark was found, "
        "which does not mean that no AI was used."
    )
    headline: str = Field(description="The answer in a sentence.")
    sentences: list[str] = Field(description="What else is to be said.")
    marks: MarksFound


@router.post(
    "",
    response_model=MarksTold,
    responses=docs.problems(400, 401, 403, 408, 413, 415, 422, 429, 503),
    openapi_extra=docs.ONE_PICTURE,
)
async def verify(request: Request) -> Response:
    """Tell how a picture was made, as far as its marks say. It is read in memory, and nothing of it is kept."""
    access = await welcome(request)
    upload = await take_picture(request, access)
    if upload.fields:
        raise UsageError(
            f"The form has a part '{min(upload.fields)}' that means nothing here.", "Nothing was read.", "Leave it out."
        )
    response = JSONResponse(await read(request, access, upload))
    remember(request, response, access)
    return response


async def take_picture(request: Request, access: Access) -> Upload:
    """Read an upload under the limits of all uploads; raises as ``uploads.Reader.read``, and ``LimitReached``."""
    state, service = request.app.state, service_of(request)
    service.rates.jobs(access.visitor)
    state.slots.take(access.visitor.scope)
    try:
        upload: Upload = await state.reader.read(request, service.verifying.new_id())
    finally:
        state.slots.leave(access.visitor.scope)
    state.metrics.upload_bytes.inc(sum(upload.sizes.values()))
    return upload


async def read(request: Request, access: Access, upload: Upload) -> dict[str, Any]:
    """What its marks say; raises ``IntakeError`` or ``Busy``."""
    return await service_of(request).verifying.read(access.visitor, upload.job, upload.files["photo"])


__all__ = ["read", "router", "take_picture"]
