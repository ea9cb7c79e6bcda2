"""Requests to the provider: short, capped, without redirects, and none to addresses inside this network."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx2

from bgstudio.identity.refusals import down

SECONDS = 10.0
"""Time that one request may take from beginning to end."""

MOST_BYTES = 262_144
MOST_PICTURE_BYTES = 2_000_000
AGENT = "ai-background-studio"


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Wire:
    """Speaks to one provider.

    Args:
        issuer: its address; a provider on this machine is reached without a proxy.
        seconds: that one request may take.
    """

    def __init__(self, issuer: str, seconds: float = SECONDS) -> None:
        self._issuer = urlsplit(issuer)
        self._seconds = seconds
        self._client: httpx2.AsyncClient | None = None

    async def json(self, method: str, url: str, what: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of an answer; ``what`` names it in errors.

        Raises:
            ProviderDown: no answer, one too late or too long, a fault of the provider's, or no JSON object.
        """
        try:
            async with asyncio.timeout(self._seconds):
                status, body, _headers = await self._ask(self._opened(), method, url, MOST_BYTES, **options)
        except TimeoutError:
            raise down(f"The sign-in provider took too long ({what}).") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise down(f"The sign-in provider cannot be reached ({what}).") from None
        if status >= 500 or status == 429:
            raise down(f"The sign-in provider has a fault of its own ({what}, status {status}).")
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise down(f"The sign-in provider answered something that makes no sense ({what}).")
        return status, found

    async def picture(self, url: str) -> bytes | None:
        """A person's picture; None where it cannot be had.

        A provider may let people name any address. So only TLS to public addresses is followed, or the provider's own
        host; the address that was checked is the one that is asked.
        """
        try:
            parts = urlsplit(url)
            own = (parts.scheme, parts.hostname, parts.port) == (
                self._issuer.scheme,
                self._issuer.hostname,
                self._issuer.port,
            )
            async with asyncio.timeout(self._seconds):
                if own:
                    return _image(await self._ask(self._opened(), "GET", url, MOST_PICTURE_BYTES))
                target = await _public(parts)
                if target is None:
                    return None
                headers = {"Host": parts.netloc.rpartition("@")[2]}
                async with httpx2.AsyncClient(trust_env=False, timeout=self._seconds) as client:
                    answer = await self._ask(
                        client,
                        "GET",
                        target,
                        MOST_PICTURE_BYTES,
                        headers=headers,
                        extensions={"sni_hostname": parts.hostname},
                    )
                    return _image(answer)
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError):
            return None

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=self._seconds,
                trust_env=not is_loopback(self._issuer.hostname),
                headers={"User-Agent": AGENT, "Accept": "application/json, image/*;q=0.5"},
            )
        return self._client

    @staticmethod
    async def _ask(
        client: httpx2.AsyncClient, method: str, url: str, most: int, **options: Any
    ) -> tuple[int, bytes, Mapping[str, str]]:
        body = bytearray()
        async with client.stream(method, url, follow_redirects=False, **options) as answer:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > most:
                    raise httpx2.DecodingError("too long")
            return answer.status_code, bytes(body), answer.headers


def _image(answer: tuple[int, bytes, Mapping[str, str]]) -> bytes | None:
    status, body, headers = answer
    return body if status == 200 and body and headers.get("content-type", "").startswith("image/") else None


async def _public(parts: SplitResult) -> str | None:
    """The address with its host looked up, for TLS to a public one; None for anything else."""
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        return None
    port = parts.port or 443
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not addresses or not all(address.is_global for address in addresses):
        return None
    first = addresses[0]
    host = f"[{first}]" if first.version == 6 else str(first)
    return urlunsplit(("https", f"{host}:{port}", parts.path, parts.query, ""))
