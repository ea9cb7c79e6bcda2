"""Who asks: an anonymous person, known by a random token and nothing else, or somebody who has signed in."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bgstudio.vault import Box

OWNER_LENGTH = 32

Clock = Callable[[], datetime]
"""Tells the time, with its time zone."""


def utc_now() -> datetime:
    """The system's time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Asks:
    """What a request says about being counted.

    Attributes:
        signal: the browser asks not to be (``Sec-GPC: 1`` or ``DNT: 1``).
        choice: what its cookie says; None where there is none.
        browser: such as ``Firefox on Linux``.
    """

    signal: bool = False
    choice: bool | None = None
    browser: str = ""


@dataclass(frozen=True)
class Visitor:
    """A person with a session, for the length of one request.

    Attributes:
        owner: 32 hex digits that name what is theirs. Of an anonymous session it is the beginning of the token's hash,
            so it says nothing of them.
        key: what is kept of theirs is sealed with it.
        address: network address of this request; goes into the security log only.
        scope: ``address_scope`` of it, for limits.
        expires: when the session or sign-in ends if it is not used again.
        account: whether they have signed in; ``owner`` is then the account's random id.
        sign_in: 16 hex digits that name this sign-in in the list of devices; empty for anonymous people.
        asks: what this request says about being counted; where it is not known, nothing is.
    """

    owner: str
    key: Box
    address: str = field(repr=False)
    scope: str
    expires: datetime
    account: bool = False
    sign_in: str = ""
    asks: Asks | None = None

    def until(self, expires: datetime) -> datetime:
        """When something of theirs with a life of its own goes: a visit takes all with it, an account does not."""
        return expires if self.account else min(expires, self.expires)


def token_hash(token: str) -> str:
    """SHA-256 of a session's token, in hex: what the database knows of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_scope(address: str, secret: bytes) -> str:
    """A keyed hash of the network that an address stands for: all of an IPv4 address, the first 64 bits of IPv6.

    Whoever has one IPv6 address mostly has its whole /64, so limits count that. An address that is none
    (a socket in the file system) is a scope of its own.
    """
    return hmac.new(secret, _network(address).encode(errors="backslashreplace"), hashlib.sha256).hexdigest()[
        :OWNER_LENGTH
    ]


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0].strip("[] "))
    except ValueError:
        return f"other {address}"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        parsed = mapped
    return str(parsed)
