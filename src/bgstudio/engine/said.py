"""Errors on their way from a worker to the pool: what they said, without what they held."""

from __future__ import annotations

import json
import traceback
from typing import Any

from bgstudio import errors
from bgstudio.errors import RendererDied, StudioError


def pack(error: BaseException) -> bytes:
    """An error as JSON: class, what, meaning, remedy. Anything but a ``StudioError`` becomes a fault of ours."""
    said = error if isinstance(error, StudioError) else own_fault(error)
    fields: dict[str, Any] = {"type": type(said).__name__, "said": [said.what, said.meaning, said.remedy]}
    retry = getattr(said, "retry_after", None)
    if retry is not None:
        fields["retry_after"] = retry
    return json.dumps(fields).encode()


def unpack(data: bytes) -> StudioError:
    """The error again; a class that is not known here comes back as a plain ``StudioError``."""
    fields = json.loads(data)
    found = getattr(errors, str(fields["type"]), None)
    kind = found if isinstance(found, type) and issubclass(found, StudioError) else StudioError
    error = kind(*(str(part) for part in fields["said"]))
    if "retry_after" in fields and hasattr(error, "retry_after"):
        error.retry_after = int(fields["retry_after"])
    return error


def foreseen(error: BaseException) -> bool:
    """Whether the studio raised it on purpose."""
    return isinstance(error, StudioError)


def own_fault(error: BaseException) -> StudioError:
    """What a person is told where the studio itself is at fault."""
    if isinstance(error, MemoryError):
        return RendererDied(
            "There was not enough memory for this picture.",
            "It was given up; the photo is not to blame.",
            "Try a smaller size, or again when less is going on.",
        )
    return RendererDied(
        "The picture could not be made.",
        "The studio ran into a fault of its own; the photo is not to blame.",
        "Try again, or with another look; if it happens again, please report it.",
    )


def frames(error: BaseException) -> list[str]:
    """Where an unforeseen error came from, for the log: class and places in the code, never its message or values."""
    places = [f"{frame.filename.rpartition('bgstudio/')[2]}:{frame.lineno}" for frame in _last(error)]
    return [type(error).__name__, *places]


def _last(error: BaseException) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(error.__traceback__, limit=-6))
