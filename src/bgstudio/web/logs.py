"""Structured logs without pictures, prompts, tokens or addresses in them."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog

PERSONAL = frozenset(
    {"address", "client", "cookie", "token", "prompt", "wish", "photo", "reference", "key", "body", "query", "headers"}
)
"""Names that no entry of the log may have."""


class _Guard:
    """Takes out what must not be in a log, should it ever be handed in."""

    def __call__(self, _logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        for name in PERSONAL & event.keys():
            event[name] = "(left out)"
        return event


def set_up(form: str = "text", stream: TextIO | None = None) -> None:
    """Log to ``stream`` (standard error) as ``text`` or ``json``, one line per entry; other libraries from WARNING."""
    end: Any = structlog.processors.JSONRenderer() if form == "json" else _text
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True),
            _Guard(),
            end,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = _Through()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _text(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    head = f"{event.pop('timestamp', '')} {event.pop('level', '')!s:7} {event.pop('event', '')}"
    return " ".join([head, *(f"{name}={value!r}" for name, value in event.items() if value is not None)])


class _Through(logging.Handler):
    """Standard-library records into the same log: logger and level, and the message of loggers that are known to
    carry nothing personal. Others may quote what a client sent."""

    QUIET = frozenset({"Invalid HTTP request received.", "Unsupported upgrade request."})

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage() if record.name.startswith(("uvicorn", "asyncio")) else ""
            if text in self.QUIET or text.startswith("Traceback"):
                return
            error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
            note = structlog.get_logger(record.name)
            said = text.splitlines()[0][:200] if text else None
            note.log(record.levelno, "library", logger=record.name, said=said, error=error)
        except Exception:
            self.handleError(record)
