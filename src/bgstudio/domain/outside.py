"""AI services outside this machine: what each of them gets, keeps, and is told not to keep. None is on by default."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Keeps = Literal["nothing", "days", "unknown"]
"""What a service keeps of what it is sent: nothing, for some days, or nobody knows."""

_HERE = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(/|$)")
"""An address on this machine."""


@dataclass(frozen=True)
class OutsideService:
    """One service, as people are told of it before anything is sent.

    Attributes:
        name: how settings and addresses call it: letters, digits and dashes.
        title: how people know it.
        company, country: who runs it, and where.
        purpose: what it is used for, in plain words.
        sends: what is sent, in plain words.
        url: where it is reached; ``https``, but for services on this machine.
        keeps, days: what it keeps, and for how many days where that is known.
        trains: whether it trains on what it gets; None where nobody knows.
        no_store_headers, no_store_fields: sent with every call, so that it keeps nothing: headers, and fields of
            the JSON.
        terms: address of its own terms.
        key_header: header that carries the host's key to it.
        seconds: time that a whole answer may take.
        most_bytes: the largest answer that is read.
        also: further host names from which answers are fetched (pictures that it keeps on a server of its own); the
            key is never sent there.
    """

    name: str
    title: str
    company: str
    country: str
    purpose: str
    sends: str
    url: str
    keeps: Keeps = "unknown"
    days: int = 0
    trains: bool | None = None
    no_store_headers: Mapping[str, str] = field(default_factory=dict)
    no_store_fields: Mapping[str, Any] = field(default_factory=dict)
    terms: str = ""
    key_header: str = "Authorization"
    seconds: float = 60.0
    most_bytes: int = 50_000_000
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or not set(self.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") or len(self.name) > 48:
            raise ValueError("a name has up to 48 small letters, digits and dashes")
        if not self.url.startswith("https://") and not _HERE.match(self.url):
            raise ValueError("a service outside this machine is reached by https only")
        if (self.keeps == "days") != (self.days > 0):
            raise ValueError("days are said exactly where something is kept for days")

    def words(self) -> tuple[str, ...]:
        """What people are told before they agree, sentence by sentence."""
        keeps = {
            "nothing": "It says that it keeps nothing of it.",
            "days": f"It says that it keeps it for up to {self.days} day{'' if self.days == 1 else 's'}.",
            "unknown": "It does not say how long it keeps it.",
        }[self.keeps]
        trains = {
            True: "It trains its models on it.",
            False: "It says that it does not train its models on it.",
            None: "It does not say whether it trains its models on it.",
        }[self.trains]
        flags = bool(self.no_store_headers or self.no_store_fields)
        asked = ("Every call asks it to store nothing.",) if flags else ()
        return (
            f"{self.title} is run by {self.company} in {self.country}.",
            f"It is used for this: {self.purpose}",
            f"This is sent to it: {self.sends}",
            keeps,
            trains,
            *asked,
        )

    @property
    def digest(self) -> str:
        """64 hex digits of the words and what stands behind them: where anything of it changes, consent is asked for
        anew."""
        said = [*self.words(), self.url, self.terms, dict(self.no_store_headers), dict(self.no_store_fields)]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class OutsideCall:
    """One request to an outside service.

    Attributes:
        service: its name.
        path: below its address; or a whole ``https`` address on one of its ``also`` hosts, for a GET without key.
        method: of HTTP.
        body, media_type: sent as they are; the service's ``no_store_fields`` are added by who builds JSON or forms.
        headers: further ones; never keys.
        repeatable: whether asking again can do no harm and cost nothing twice.
        cost: what it costs where it succeeds, for limits on spending; 0 for questions about an earlier one.
    """

    service: str
    path: str
    method: Literal["GET", "POST", "DELETE"] = "POST"
    body: bytes = b""
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    cost: float = 0.0


@dataclass(frozen=True)
class OutsideAnswer:
    """What a service answered; header names in lower case."""

    status: int
    media_type: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked for."""
        return 200 <= self.status < 300


KNOWN: tuple[OutsideService, ...] = ()
"""Services that a host can switch on by their names. There are none yet: every picture is made on this machine."""
