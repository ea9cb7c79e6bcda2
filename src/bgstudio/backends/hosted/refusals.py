"""What a service means by an answer that is no picture, in our own words.

What a service writes is never passed on: it may repeat a key, and it may have been written by anybody.
"""

from __future__ import annotations

import json
import math
import re

from bgstudio.domain.outside import OutsideAnswer, OutsideService
from bgstudio.errors import (
    BackendError,
    CreditUsedUp,
    KeyRefused,
    LimitReached,
    OutsideDown,
    PaintingRefused,
    StudioError,
)

_MONEY = (
    "insufficient_quota", "billing_hard_limit", "billing_not_active", "exhausted balance", "insufficient credit",
    "insufficient balance", "not have enough credit", "credits exhausted", "payment_required", "top_up", "top up",
)  # fmt: skip
"""Words with which services say that the host's account is empty."""

_MODERATION = (
    "moderation", "content_policy", "content policy", "content_filtered", "safety", "nsfw", "prohibited", "flagged",
    "sensitive content",
)  # fmt: skip
"""Words with which services say that they do not paint this."""

_KEY = ("api_key_invalid", "api key not valid", "invalid_api_key", "authentication_error")
"""Words with which services refuse a key under another status than 401."""

_CODE = re.compile(r"[a-zA-Z][a-zA-Z_]{2,39}")

MOST_WAIT = 3600


def refusal(service: OutsideService, answer: OutsideAnswer) -> StudioError:
    """The error that an answer with a bad status stands for."""
    said = answer.data[:20_000].decode("utf-8", "replace").lower()
    status = answer.status
    if 300 <= status < 400 or status >= 500:
        return down(service, f"answered with {status}")
    if status == 402 or any(word in said for word in _MONEY):
        return penniless(service)
    if status == 401 or any(word in said for word in _KEY):
        return locked(service)
    if status != 429 and any(word in said for word in _MODERATION):
        return moderated(service)
    if status == 403:
        return locked(service)
    if status == 429:
        return busy(service, _wait(answer))
    return not_taken(service, status, _code(answer))


def moderated(service: OutsideService) -> PaintingRefused:
    """It does not paint this."""
    return PaintingRefused(
        f"{service.title} does not paint this: its rules on what may be shown stopped the picture.",
        "No background was made with it, and it is not asked again with the same wish.",
        "Say it in other words, or choose another way to make the background.",
    )


def penniless(service: OutsideService) -> CreditUsedUp:
    """The host's account is empty."""
    return CreditUsedUp(
        f"This studio's account at {service.title} has no money left.",
        "No background was made with it; you did nothing wrong.",
        "Choose another way to make the background, and let whoever runs this studio know.",
    )


def locked(service: OutsideService) -> KeyRefused:
    """The host's key is not accepted."""
    return KeyRefused(
        f"{service.title} does not accept this studio's key.",
        "No background was made with it; you did nothing wrong.",
        f"Choose another way to make the background. Whoever runs this studio: see BGSTUDIO_OUTSIDE_KEYS, name "
        f"'{service.name}'.",
    )


def busy(service: OutsideService, wait: int) -> LimitReached:
    """Too many requests."""
    return LimitReached(
        f"{service.title} takes no more requests of this studio for now.",
        "No background was made with it.",
        f"Try again in {wait} seconds, or choose another way to make the background.",
        retry_after=wait,
    )


def not_taken(service: OutsideService, status: int, code: str = "") -> BackendError:
    """It does not understand or allow the request."""
    named = f"{status}, {code}" if code else str(status)
    return BackendError(
        f"{service.title} did not take the request ({named}).",
        "No background was made with it.",
        "Try another size or other words; if it happens again, please report it.",
    )


def down(service: OutsideService, how: str) -> OutsideDown:
    """It does not do what it should."""
    return OutsideDown(
        f"{service.title} {how}.",
        "No background was made with it.",
        "Try again later, or choose another way to make the background.",
    )


def _wait(answer: OutsideAnswer) -> int:
    """Seconds after which it is worth asking again: of the header, or of Google's ``retryDelay``."""
    header = answer.headers.get("retry-after", "")
    found = re.search(rb'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"', answer.data[:20_000])
    text = header if header.isdigit() else found[1].decode() if found else "30"
    return min(MOST_WAIT, max(1, math.ceil(float(text))))


def _code(answer: OutsideAnswer) -> str:
    """The service's own short name of what went wrong, where it gives one of plain letters."""
    try:
        found = json.loads(answer.data)
    except ValueError:
        return ""
    inner = found.get("error") if isinstance(found, dict) else None
    places = [inner, found] if isinstance(inner, dict) else [found]
    for place in places:
        for key in ("code", "type", "status", "name"):
            value = place.get(key) if isinstance(place, dict) else None
            if isinstance(value, str) and _CODE.fullmatch(value):
                return value
    return ""
