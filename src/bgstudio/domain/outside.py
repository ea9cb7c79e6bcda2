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
        key_form: how the key stands in it; ``{}`` is the key.
        seconds: time that a whole answer may take.
        most_bytes: the largest answer that is read.
        own: further addresses of its own, which get the key as well.
        also: further host names from which answers are fetched (pictures that it keeps on another server), ``*.`` for
            all below one; the key is never sent there.
        remarks: further sentences that people are told: what it depends on.
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
    key_form: str = "{}"
    seconds: float = 60.0
    most_bytes: int = 50_000_000
    own: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or not set(self.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") or len(self.name) > 48:
            raise ValueError("a name has up to 48 small letters, digits and dashes")
        if not all(url.startswith("https://") or _HERE.match(url) for url in (self.url, *self.own)):
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
            *self.remarks,
            *asked,
        )

    @property
    def digest(self) -> str:
        """64 hex digits of the words and what stands behind them: where anything of it changes, consent is asked for
        anew."""
        said = [*self.words(), self.url, self.terms, dict(self.no_store_headers), dict(self.no_store_fields)]
        if self.own or self.also:
            said += [list(self.own), list(self.also)]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class OutsideCall:
    """One request to an outside service.

    Attributes:
        service: its name.
        path: below its address; or a whole address on one of its ``own`` or, for a GET without key, its ``also``
            hosts.
        method: of HTTP.
        body, media_type: sent as they are; the service's ``no_store_fields`` are added by who builds JSON or forms.
        headers: further ones; never keys.
        repeatable: whether asking again can do no harm and cost nothing twice.
        cost: what it costs where it succeeds, for limits on spending; 0 for questions about an earlier one.
        clearing: whether it deletes or stops what an earlier call began, which is worth sending even after the picture
            was cancelled.
    """

    service: str
    path: str
    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    body: bytes = field(default=b"", repr=False)
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    cost: float = 0.0
    clearing: bool = False


@dataclass(frozen=True)
class OutsideAnswer:
    """What a service answered; header names in lower case."""

    status: int
    media_type: str
    data: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it did what it was asked for."""
        return 200 <= self.status < 300


_PICTURES = "the product cut out of the photo, at its place on a plain ground, and the words of the scene"

KNOWN: tuple[OutsideService, ...] = (
    OutsideService(
        name="openai",
        title="OpenAI",
        company="OpenAI OpCo, LLC",
        country="the United States",
        purpose="a model of the GPT Image family paints the background.",
        sends=f"{_PICTURES}; a mask of what to paint; the reference picture, if there is one.",
        url="https://api.openai.com",
        keeps="days",
        days=30,
        trains=False,
        terms="https://developers.openai.com/api/docs/guides/your-data",
        key_form="Bearer {}",
        seconds=240.0,
    ),
    OutsideService(
        name="google",
        title="Google Gemini",
        company="Google LLC",
        country="the United States",
        purpose="a Gemini image model paints the background.",
        sends=f"{_PICTURES}; the reference picture, if there is one.",
        url="https://generativelanguage.googleapis.com",
        keeps="days",
        days=55,
        trains=False,
        no_store_fields={"store": False},
        terms="https://ai.google.dev/gemini-api/terms",
        key_header="x-goog-api-key",
        seconds=180.0,
        remarks=(
            "That holds for keys that are paid for. With a key of the free tier Google uses what it gets to improve "
            "its products.",
        ),
    ),
    OutsideService(
        name="bria",
        title="Bria",
        company="Bria AI",
        country="Israel",
        purpose="Bria's model paints the background.",
        sends="the product cut out of the photo, and the words of the scene or the reference picture.",
        url="https://engine.prod.bria-api.com",
        keeps="days",
        days=3,
        trains=None,
        terms="https://docs.bria.ai/getting-started/asset-retention",
        key_header="api_token",
        seconds=60.0,
        also=("d1ei2xrl63k822.cloudfront.net", "bria-datasets.s3.us-east-1.amazonaws.com"),
        remarks=("It is the finished picture that it keeps. What it was sent is dropped when that is made.",),
    ),
    OutsideService(
        name="stability",
        title="Stability AI",
        company="Stability AI Ltd",
        country="the United Kingdom",
        purpose="Stability's model replaces the background.",
        sends=f"{_PICTURES}; the reference picture, if there is one.",
        url="https://api.stability.ai",
        keeps="unknown",
        trains=True,
        terms="https://stability.ai/privacy-policy",
        key_form="Bearer {}",
        seconds=60.0,
    ),
    OutsideService(
        name="photoroom",
        title="Photoroom",
        company="Artizans S.A.S., a subsidiary of Photoroom, Inc.,",
        country="France",
        purpose="Photoroom's model paints the background.",
        sends="the product cut out of the photo, the words of the scene, and the reference picture, if there is one.",
        url="https://image-api.photoroom.com",
        keeps="nothing",
        trains=False,
        terms="https://help.photoroom.com/en/articles/10067660-does-the-ai-learn-from-your-images",
        key_header="x-api-key",
        seconds=120.0,
    ),
    OutsideService(
        name="fal",
        title="fal",
        company="Features & Labels, Inc.",
        country="the United States",
        purpose="a FLUX model that fal runs paints the background.",
        sends=f"{_PICTURES}; a mask of what to paint.",
        url="https://queue.fal.run",
        keeps="days",
        days=1,
        trains=None,
        no_store_headers={
            "X-Fal-Store-IO": "0",
            "X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 3600}',
        },
        terms="https://fal.ai/docs/model-apis/data-retention",
        key_form="Key {}",
        seconds=60.0,
        own=("https://api.fal.ai",),
        also=("fal.media", "*.fal.media"),
    ),
    OutsideService(
        name="replicate",
        title="Replicate",
        company="Replicate, LLC",
        country="the United States",
        purpose="a FLUX model that Replicate runs paints the background.",
        sends=f"{_PICTURES}; a mask of what to paint.",
        url="https://api.replicate.com",
        keeps="days",
        days=1,
        trains=None,
        terms="https://replicate.com/docs/topics/predictions/data-retention",
        key_form="Bearer {}",
        seconds=90.0,
        also=("replicate.delivery", "*.replicate.delivery"),
    ),
)
"""Services that a host can switch on by their names; none is on by default. ``docs/explanation/outside-services.md``
names the page that each of these rows was read from, and when."""


def known(name: str) -> OutsideService:
    """The row of that name; raises ``KeyError``."""
    return {service.name: service for service in KNOWN}[name]
