"""Pieces of the API's description that no signature can say: uploads, errors, files, events."""

from __future__ import annotations

from typing import Any

from bgstudio.domain.job import Wish
from bgstudio.web.api.schemas import ProblemView

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}}

_WORDS = {
    400: "The request makes no sense as it stands.",
    401: "No session, or its token is not good any more.",
    403: "Sent by another site's page.",
    404: "No such job or file, or somebody else's.",
    408: "The upload was too slow.",
    409: "Not made yet.",
    410: "Deleted or expired.",
    413: "Too large.",
    415: "A kind of body or picture that is not read.",
    422: "A value that is not possible, or a photo or wish that is not accepted.",
    429: "A limit is reached; Retry-After says when it is worth asking again.",
    503: "Busy; Retry-After says when it is worth asking again.",
}

RETRY = {"Retry-After": {"description": "Seconds after which it is worth asking again.", "schema": {"type": "integer"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses with problems; 429 and 503 can come from anywhere."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, 429}):
        found[status] = {"description": _WORDS[status], "content": _PROBLEM}
        if status in (429, 503):
            found[status]["headers"] = RETRY
    return found


WISH_EXAMPLE = {
    "brief": {"prompt": "on a marble counter, morning light from the left", "width": 512, "height": 512, "seed": 7},
    "formats": ["png", "webp"],
}
CUTOUT_EXAMPLE = {"kind": "cutout"}

NEW_JOB: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {"type": "string", "format": "binary", "description": "The product's photo."},
                        "reference": {
                            "type": "string",
                            "format": "binary",
                            "description": "A picture whose light and colours are followed.",
                        },
                        "strokes": {
                            "type": "string",
                            "format": "binary",
                            "description": "8-bit grey PNG of the photo's size: 0 drop, 255 keep, 128 untouched.",
                        },
                        "wish": {"$ref": "#/components/schemas/Wish"},
                    },
                },
                "encoding": {"wish": {"contentType": "application/json"}},
                "examples": {
                    "picture": {"summary": "A picture", "value": {"wish": WISH_EXAMPLE}},
                    "cutout": {"summary": "The product alone", "value": {"wish": CUTOUT_EXAMPLE}},
                },
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

ONE_PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {"photo": {"type": "string", "format": "binary", "description": "Any picture."}},
                },
            },
            "image/*": {"schema": {"type": "string", "format": "binary"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/png", "image/jpeg", "image/webp", "image/avif", "application/json")
        },
    }
}

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events until the job has ended: `job` with the whole job, `progress`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "The job has ended, and Last-Event-ID shows that this is known."},
}


def schemas() -> dict[str, Any]:
    """Schemas that the pieces above point to."""
    where = "#/components/schemas/{model}"
    found: dict[str, Any] = {}
    for model in (Wish, ProblemView):
        schema = model.model_json_schema(ref_template=where)
        found |= schema.pop("$defs", {})
        found[model.__name__] = schema
    found["Wish"]["examples"] = [WISH_EXAMPLE, CUTOUT_EXAMPLE]
    return found
