"""The security log: the only place that keeps a network address that can be read, and only for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from bgstudio.db import Database
from bgstudio.db import security_log as rows
from bgstudio.service.rates import Window
from bgstudio.service.visitor import Clock, utc_now

MOST_DETAIL = 200
MOST_ADDRESS = 64
NOTES_PER_MINUTE = 20


class SecurityKind(StrEnum):
    """What happened."""

    SESSION_BEGUN = "session_begun"
    SESSION_ENDED = "session_ended"
    JOB_STARTED = "job_started"
    LIMIT_REACHED = "limit_reached"
    RATE_LIMITED = "rate_limited"
    FORBIDDEN = "forbidden"
    REFUSED_WORDS = "refused_words"
    REFUSED_PICTURE = "refused_picture"
    BAD_UPLOAD = "bad_upload"
    SLOW_UPLOAD = "slow_upload"
    SEAL_BROKEN = "seal_broken"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    OPERATOR_IN = "operator_in"


class SecurityLog:
    """Notes what may be abuse.

    Args:
        db: open.
        clock: tells the time.
        seconds: monotonic, for the limit on notes.
    """

    def __init__(self, db: Database, clock: Clock = utc_now, seconds: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._notes = Window(NOTES_PER_MINUTE, seconds)

    async def note(self, kind: SecurityKind, address: str, detail: str = "") -> None:
        """Write an entry; beyond 20 a minute of a kind and an address, further ones are left out.

        Args:
            kind: what happened.
            address: network address that it came from.
            detail: a code or a number, never words or names of a person; cut at 200 characters.
        """
        if self._notes.take(f"{kind} {address}"):
            return
        entry = rows.Entry(
            at=self._clock(), kind=kind.value, address=_plain(address, MOST_ADDRESS), detail=_plain(detail, MOST_DETAIL)
        )
        async with self._db.write() as connection:
            await rows.add(connection, entry)

    async def latest(self, limit: int = 100) -> list[rows.Entry]:
        """The newest entries, newest first."""
        async with self._db.read() as connection:
            return await rows.latest(connection, limit)


def _plain(text: str, length: int) -> str:
    """One line without control characters: whoever reads the log sees entries and nothing that poses as one."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:length]
