"""Where an error came from, without what it says: messages may carry what people typed."""

from __future__ import annotations

import traceback
from pathlib import Path


def where(error: BaseException, frames: int = 6) -> str:
    """The innermost frames as ``file:line in function``, outermost first."""
    stack = traceback.extract_tb(error.__traceback__)[-frames:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in stack)
