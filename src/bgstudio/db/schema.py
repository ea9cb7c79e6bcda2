"""The tables. Every column says what it is for; a test holds this to be complete.

The purposes are those of the privacy policy: ``generate``, ``authenticate``, ``limits`` (and abuse), ``analysis``,
``support``; ``none`` marks columns that say nothing about a person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
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
    Column("server", String(32), nullable=False, server_default="", info=_purpose("none")),
)
"""``server``: who sees the job through.
``state``: ``held`` while pictures may still be spent or refunded, then ``spent`` or ``refunded``."""

spending = Table(
    "spending",
    metadata,
    Column("owner", String(32), primary_key=True, info=_purpose("limits")),
    Column("day", Date, primary_key=True, info=_purpose("limits")),
    Column("amount", BigInteger, nullable=False, info=_purpose("limits")),
)
"""What outside services cost, in millionths of a dollar; an empty ``owner`` counts everybody together."""

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

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True, info=_purpose("authenticate")),
    Column("subject_hash", String(64), nullable=False, unique=True, info=_purpose("authenticate")),
    Column("email_hash", String(64), nullable=False, index=True, info=_purpose("authenticate")),
    Column("sealed_profile", LargeBinary, nullable=False, info=_purpose("authenticate")),
    Column("wrapped_key", LargeBinary, nullable=False, info=_purpose("generate")),
    Column("created", Moment, nullable=False, info=_purpose("authenticate")),
    Column("analytics", Boolean, nullable=True, info=_purpose("analysis")),
    Column("policy_seen", String(64), nullable=False, info=_purpose("authenticate")),
)
"""``id`` is random and is the ``owner`` of what is theirs. The hashes are keyed with a key that the master key wraps.
``sealed_profile``: subject, e-mail, name and picture, sealed with the account's key. ``wrapped_key`` is empty once the
account is being deleted. ``analytics``: what they chose, NULL where they have not."""

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("hash", String(64), primary_key=True, info=_purpose("authenticate")),
    Column("id", String(16), nullable=False, unique=True, info=_purpose("authenticate")),
    Column("account", String(32), nullable=False, index=True, info=_purpose("authenticate")),
    Column("created", Moment, nullable=False, info=_purpose("authenticate")),
    Column("used_at", Moment, nullable=False, info=_purpose("authenticate")),
    Column("expires", Moment, nullable=False, index=True, info=_purpose("authenticate")),
    Column("sealed_device", LargeBinary, nullable=False, info=_purpose("authenticate")),
    Column("purpose", String(16), nullable=False, info=_purpose("authenticate")),
)
"""A device that is signed in. ``hash`` of its token; ``purpose``: ``page`` or ``api``."""

logins = Table(
    "logins",
    metadata,
    Column("state_hash", String(64), primary_key=True, info=_purpose("authenticate")),
    Column("browser_hash", String(64), nullable=False, info=_purpose("authenticate")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("authenticate")),
    Column("sealed", LargeBinary, nullable=False, info=_purpose("authenticate")),
)
"""A sign-in that has been begun: taken out once, by the browser that began it, within minutes."""

looks = Table(
    "looks",
    metadata,
    Column("id", String(32), primary_key=True, info=_purpose("generate")),
    Column("owner", String(32), nullable=False, index=True, info=_purpose("generate")),
    Column("created", Moment, nullable=False, info=_purpose("generate")),
    Column("sealed_look", LargeBinary, nullable=False, info=_purpose("generate")),
)
"""Favourite looks: a name and a brief without pixels, sealed with the owner's key. They outlive the pictures."""

consents = Table(
    "consents",
    metadata,
    Column("owner", String(32), primary_key=True, info=_purpose("generate")),
    Column("service", String(48), primary_key=True, info=_purpose("generate")),
    Column("terms", String(64), nullable=False, info=_purpose("generate")),
    Column("at", Moment, nullable=False, info=_purpose("generate")),
)
"""Outside services that somebody has agreed to; ``terms`` is the digest of what they were told.
Revoked ones are gone."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True, info=_purpose("none")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("analysis")),
    Column("kind", String(24), nullable=False, info=_purpose("analysis")),
    Column("owner", String(32), nullable=True, index=True, info=_purpose("analysis")),
    Column("browser", String(40), nullable=False, info=_purpose("analysis")),
    Column("detail", String(80), nullable=False, info=_purpose("analysis")),
    Column("seconds", Float, nullable=True, info=_purpose("analysis")),
    Column("ref", String(64), nullable=True, unique=True, info=_purpose("analysis")),
)
"""How the service is used: of those only who have not opted out. ``owner``: of accounts, never of anonymous people.
``browser``: its family and system, such as ``Firefox on Linux``. ``ref``: a keyed hash of what was rated, so that a
rating can be changed. No network address, no words, no picture."""

tallies = Table(
    "tallies",
    metadata,
    Column("hour", Moment, primary_key=True, info=_purpose("none")),
    Column("name", String(64), primary_key=True, info=_purpose("none")),
    Column("count", Integer, nullable=False, info=_purpose("none")),
    Column("seconds", Float, nullable=False, info=_purpose("none")),
)
"""Hourly sums over everybody, in which nobody can be told: how busy the service is, how long it takes, what fails."""

letters = Table(
    "letters",
    metadata,
    Column("id", String(32), primary_key=True, info=_purpose("support")),
    Column("owner", String(32), nullable=True, index=True, info=_purpose("support")),
    Column("kind", String(16), nullable=False, info=_purpose("support")),
    Column("state", String(8), nullable=False, index=True, info=_purpose("support")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("support")),
    Column("answered_at", Moment, nullable=True, info=_purpose("support")),
    Column("sealed", LargeBinary, nullable=False, info=_purpose("support")),
)
"""Questions and requests to the host. ``id``: a hash of the secret that only the writer has, which leads to the answer.
``owner``: of accounts only. ``sealed``: words, e-mail and answer, sealed with a key that the master key wraps."""

operator_passes = Table(
    "operator_passes",
    metadata,
    Column("hash", String(64), primary_key=True, info=_purpose("none")),
    Column("kind", String(8), nullable=False, info=_purpose("none")),
    Column("created", Moment, nullable=False, info=_purpose("none")),
    Column("expires", Moment, nullable=False, index=True, info=_purpose("none")),
)
"""The host's own sign-in: one-time links (``link``) and what they become (``session``)."""

policies = Table(
    "policies",
    metadata,
    Column("digest", String(64), primary_key=True, info=_purpose("none")),
    Column("at", Moment, nullable=False, index=True, info=_purpose("none")),
    Column("text", Text, nullable=False, info=_purpose("none")),
)
"""Versions of the privacy policy as it was shown, since when."""

leases = Table(
    "leases",
    metadata,
    Column("name", String(48), primary_key=True, info=_purpose("none")),
    Column("holder", String(32), nullable=False, info=_purpose("none")),
    Column("until", Moment, nullable=False, info=_purpose("none")),
)
"""What one server does alone, and until when it has said so."""
