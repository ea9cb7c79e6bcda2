"""The transport: one request over HTTP, with its time limits, its repetitions where they can do no harm, and no more.

No proxy or netrc of the environment, no cookies, no redirects: a request goes to the address of the service's row and
nowhere else.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from bgstudio.domain.outside import OutsideAnswer, OutsideCall, OutsideService
from bgstudio.errors import OutsideDown, UnsafeSettings
from bgstudio.service.outside.breaker import Breaker
from bgstudio.service.visitor import Clock, utc_now

CONNECT_SECONDS = 10.0
AGENT = "bgstudio"
AGAIN = (429, 502, 503, 504)
"""Answers after which a call that may be repeated is."""

Allowed = Callable[[], Awaitable[None]]
"""Raises where a call may not be made; asked before every try."""


@dataclass(frozen=True)
class Pace:
    """How often and how fast a call is tried again.

    Attributes:
        tries: how often at most.
        first, longest: seconds before the second try, and at most; doubled each time, half of it by chance.
        patience: longest ``Retry-After`` that is waited for; a longer one is handed on.
    """

    tries: int = 4
    first: float = 0.4
    longest: float = 8.0
    patience: float = 20.0

    def wait(self, tried: int) -> float:
        """Seconds before the next try, after so many."""
        full = min(self.longest, self.first * 2.0 ** (tried - 1))
        return full * (0.5 + random.random() / 2)  # noqa: S311 - spreads repetitions, guards nothing


@dataclass
class Trace:
    """What became of a call: whether anything of it can have reached the service, and how often it was tried."""

    sent: bool = False
    tries: int = 0


class Wire:
    """Sends calls to services, whoever asks.

    Args:
        keys: the host's key to each service, by name.
        clock: tells the time.
        pace: of repetitions.

    Raises:
        UnsafeSettings: a key that cannot stand in a header.
    """

    def __init__(self, keys: Mapping[str, str] | None = None, clock: Clock = utc_now, pace: Pace | None = None) -> None:
        self._keys = {name: key.strip() for name, key in (keys or {}).items()}
        for name, key in self._keys.items():
            if not key.isascii() or not key.isprintable():  # a library that stumbles over it might show it
                raise UnsafeSettings(
                    f"The key for '{name}' in BGSTUDIO_OUTSIDE_KEYS has characters that no key has.",
                    "It cannot be sent.",
                    "Copy it again from the service's own page.",
                )
        self._clock = clock
        self._pace = pace or Pace()
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def __repr__(self) -> str:
        return f"Wire(keys of {', '.join(sorted(self._keys)) or 'nobody'})"

    async def send(
        self, service: OutsideService, call: OutsideCall, allowed: Allowed | None = None, trace: Trace | None = None
    ) -> OutsideAnswer:
        """Send, and wait for the answer, whatever its status.

        A call is tried again where no connection came about, so that nothing of it was sent; and one that is
        ``repeatable`` also where it broke off or was answered with 429, 502, 503 or 504, after the time that the
        service names, if it names one.

        Args:
            service: where to.
            call: what.
            allowed: asked before every try.
            trace: told what became of it.

        Raises:
            OutsideDown: no answer, not in time, or from a place that is not the service's.
            OutsidePaused: it failed so often that it is left alone for now.
        """
        trace = trace or Trace()
        url, ours = address(service, call)
        breaker = self._breakers.setdefault((service.name, urlsplit(url).netloc), Breaker(service, self._clock))
        while True:
            if allowed is not None:
                await allowed()
            breaker.enter()
            trace.tries += 1
            try:
                answer = await self._once(service, call, url, ours, trace)
            except OutsideDown:
                breaker.failed()
                if trace.tries >= self._pace.tries or (trace.sent and not call.repeatable):
                    raise
                await asyncio.sleep(self._pace.wait(trace.tries))
                continue
            except BaseException:
                breaker.gave_up()
                raise
            if answer.status >= 500:
                breaker.failed()
            else:
                breaker.worked()
            wait = self._again(call, answer, trace)
            if wait is None:
                return answer
            await asyncio.sleep(wait)

    def _again(self, call: OutsideCall, answer: OutsideAnswer, trace: Trace) -> float | None:
        """Seconds after which a call is made again; None where its answer stands."""
        if not call.repeatable or answer.status not in AGAIN or trace.tries >= self._pace.tries:
            return None
        named = answer.headers.get("retry-after", "")
        wait = float(named) if named.isdigit() else self._pace.wait(trace.tries)
        return wait if wait <= self._pace.patience else None

    async def _once(
        self, service: OutsideService, call: OutsideCall, url: str, ours: bool, trace: Trace
    ) -> OutsideAnswer:
        limits = httpx2.Timeout(service.seconds, connect=min(CONNECT_SECONDS, service.seconds))
        before, trace.sent = trace.sent, True
        try:
            async with (
                asyncio.timeout(service.seconds),
                httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=limits) as http,
                http.stream(call.method, url, content=call.body, headers=self._headers(service, call, ours)) as answer,
            ):
                data = bytearray()
                async for chunk in answer.aiter_raw():
                    data += chunk
                    if len(data) > service.most_bytes:
                        raise down(service, "answered with more than is read here", trace.tries)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            trace.sent = before
            raise down(service, "could not be reached, or broke off", trace.tries) from None
        except (TimeoutError, httpx2.TimeoutException):
            raise down(service, "took too long to answer", trace.tries) from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise down(service, "could not be reached, or broke off", trace.tries) from None
        told = {name.lower(): value for name, value in answer.headers.items()}
        return OutsideAnswer(answer.status_code, told.get("content-type", ""), bytes(data), told)

    def _headers(self, service: OutsideService, call: OutsideCall, ours: bool) -> dict[str, str]:
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **call.headers}
        if call.media_type:
            headers["Content-Type"] = call.media_type
        if ours:  # a server that only keeps its pictures gets neither key nor flags
            headers |= service.no_store_headers
            if service.name in self._keys:
                headers[service.key_header] = service.key_form.format(self._keys[service.name])
        return headers


def address(service: OutsideService, call: OutsideCall) -> tuple[str, bool]:
    """Where a call goes, and whether that is the service itself; raises ``OutsideDown`` for a place that it is not."""
    if "://" not in call.path:
        return f"{service.url.rstrip('/')}/{call.path.lstrip('/')}", True
    try:
        where = urlsplit(call.path)
        port = where.port
    except ValueError:
        raise down(service, "sent us to a place that is not its own", 0) from None
    origin = f"{where.scheme}://{where.netloc}"
    if origin in {own.rstrip("/") for own in (service.url, *service.own)}:
        return call.path, True
    if call.method == "GET" and where.username is None and where.password is None:
        host = where.hostname or ""
        named = any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in service.also)
        if (where.scheme == "https" and port is None and named) or (_here(origin) and origin in service.also):
            return call.path, False
    raise down(service, "sent us to a place that is not its own", 0)


def down(service: OutsideService, how: str, tries: int = 1) -> OutsideDown:
    """It does not answer as it should."""
    asked = {0: "Nothing was sent there.", 1: "It was asked once, and is not asked again by itself."}
    return OutsideDown(
        f"{service.title} {how}.",
        asked.get(tries, f"It was asked {tries} times."),
        "Try again later, or go on without it.",
    )


def _here(origin: str) -> bool:
    """Whether an address is one of a stand-in on this machine."""
    return origin.startswith("http://127.0.0.1:")
