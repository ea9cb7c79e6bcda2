"""The tables. Every column says what it is for; a test holds this to be complete.

The purposes are those of the privacy policy: ``generate``, ``authenticate``, ``limits`` (and abuse), ``analysis``,
``support``; ``none`` marks columns that say nothing about a person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

PURPOSES = ("generate", "authenticate", "limits", "analysis", "support", "none")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A point in time: aware on our side, kept as UTC without a zone, so that all databases compare it alike."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware to naive UTC; a naive time is refused, since nobody knows what it means."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC to aware."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def _purpose(purpose: str) -> dict[str, Any]:
    return {"purpose": purpose}


sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True, info=_purpose("authenticate")),
    Column("owner", String(32), nullable=False, unique=True, info=_purpose("generate")),
    Column("created", Moment, nullable=False, info=_purpose("authenticate")),
    Column("used_at", Moment, nullable=False, info=_purpose("authenticate")),
    Column("expires", Moment, nullable=False, index=True, info=_purpose("authenticate")),
    Column("wrapped_key", LargeBinary, nullable=False, info=_purpose("generate")),
    Column("purpose", String(16), nullable=False, info=_purpose("authenticate")),
)
"""``wrapped_key`` is empty once the session has ended: what was sealed with it cannot be opened any more.
``purpose``: ``page`` or ``api``."""

usage = Table(
    "usage",
    metadata,
    Column("scope", String(40), primary_key=True, info=_purpose("limits")),
    Column("day", Date, primary_key=True, info=_purpose("limits")),
    Column("count", Integer, nullable=False, info=_purpose("limits")),
)
"""``scope``: ``s:`` and an owner, or ``a:`` and the keyed hash of a network address."""

reservations = Table(
    "reservations",
    metadata,
    Column("id", String(32), primary_key=True, info=_purpose("none")),
    Column("owner", String(32), nullable=False, index=True, info=_purpose("limits")),
    Column("address_scope", String(32), nullable=False, info=_purpose("limits")),
    Column("day", Date, nullable=False, info=_purpose("limits")),
    Column("held", Integer, nullable=False, info=_purpose("limits")),
    Column("spent", Integer, nullable=False, info=_purpose("limits")),
    Column("state", String(8), nullable=False, index=True, info=_purpose("limits")),
    Column("at", Moment, nullable=False, info=_purpose("limits")),
)
"""``state``: ``held`` while pictures may still be spent or refunded, then ``spent`` or ``refunded``."""

results = Table(
    "results",
    metadata,
    Column("job", String(64), primary_key=True, info=_purpose("generate")),
    Column("owner", String(32), nullable=False, info=_purpose("generate")),
    Column("created", Moment, nullable=False, info=_purpose("generate")),
    Column("expires", Moment, nullable=False, index=True, info=_purpose("generate")),
    Column("size", BigInteger, nullable=False, info=_purpose("limits")),
    Column("sealed_facts", LargeBinary, nullable=False, info=_purpose("generate")),
    Index("ix_results_owner_created", "owner", "created", "job"),
)
"""``size``: bytes of the files. ``sealed_facts`` is empty until all files of the first ``add`` are stored."""

security_log = Table(
    "security_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True, info=_purpose("none")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("limits")),
    Column("kind", String(32), nullable=False, info=_purpose("limits")),
    Column("address", String(64), nullable=False, info=_purpose("limits")),
    Column("detail", String(200), nullable=False, info=_purpose("limits")),
)
"""The only table with a readable network address."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("owner", String(32), primary_key=True, info=_purpose("generate")),
    Column("key", String(64), primary_key=True, info=_purpose("generate")),
    Column("job", String(64), nullable=False, info=_purpose("generate")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("generate")),
)
"""``key`` is the SHA-256 of what the client sent."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(32), primary_key=True, info=_purpose("none")),
    Column("value", LargeBinary, nullable=False, info=_purpose("none")),
)
"""Facts of the installation, such as a value wrapped by the master key that tells whether it is still the same."""
