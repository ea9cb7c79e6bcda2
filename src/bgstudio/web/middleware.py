"""What every request passes through: id, client, limits, security headers, log, counts, and the last net for errors."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Awaitable, Callable

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bgstudio.errors import Forbidden, StudioError
from bgstudio.service.trace import where
from bgstudio.web.clients import Network, client_of, host_of
from bgstudio.web.metrics import Metrics
from bgstudio.web.problems import broke, of_error

log = structlog.get_logger("bgstudio.web")

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
FEATURES = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), "
    "payment=(), usb=(), browsing-topics=()"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": FEATURES,
    "X-Frame-Options": "DENY",
}
TRANSPORT = "max-age=31536000"

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Gate:
    """Pure ASGI, so that streams pass through untouched.

    Args:
        app: what answers.
        trusted: proxies whose word on the client is taken.
        hosts: names under which the service answers; None for any.
        metrics: counts.
        limit: called with the client's address; raises ``LimitReached``.
        noted: told of a client that was stopped by it.
    """

    def __init__(
        self,
        app: ASGIApp,
        trusted: tuple[Network, ...],
        hosts: frozenset[str] | None,
        metrics: Metrics,
        limit: Callable[[str], None],
        noted: Callable[[StudioError, str], Awaitable[None]],
    ) -> None:
        self._app = app
        self._trusted = trusted
        self._hosts = hosts
        self._metrics = metrics
        self._limit = limit
        self._noted = noted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        peer = (scope.get("client") or ("",))[0]
        client = client_of(peer, scope["scheme"], headers, self._trusted)
        asked = headers.get("x-request-id", "")
        request_id = asked if _ID.fullmatch(asked) else secrets.token_hex(8)
        scope.setdefault("state", {}).update(client=client, request_id=request_id)
        began, status, started = time.perf_counter(), 0, False

        async def dressed(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                _dress(MutableHeaders(scope=message), request_id, client.secure)
            await send(message)

        try:
            try:
                if not scope["path"].startswith(("/healthz", "/readyz")):
                    self._check_host(headers)
                    if not scope["path"].startswith("/static/"):
                        self._limit(client.address)
                await self._app(scope, receive, dressed)
            except StudioError as error:
                if started:
                    raise
                await self._noted(error, client.address)
                await of_error(Request(scope), error)(scope, receive, dressed)
            except Exception as error:
                log.error("request broke", error=type(error).__name__, where=where(error), request_id=request_id)
                if not started:
                    await of_error(Request(scope), broke())(scope, receive, dressed)
        finally:
            self._note(scope, status, time.perf_counter() - began, request_id)

    def _check_host(self, headers: Headers) -> None:
        if self._hosts is not None and host_of(headers) not in self._hosts:
            raise Forbidden(
                "The studio is not known under this name.",
                "Nothing was done.",
                "Open it under the address that it printed, or name yours in BGSTUDIO_PUBLIC_URL.",
            )

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", None) or ("/static" if "/static/" in scope["path"] else "(none)")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if route not in ("/healthz", "/readyz", "/static", "/metrics"):
            log.info(
                "request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), request_id=request_id
            )


_METHODS = {"GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"}


def _dress(headers: MutableHeaders, request_id: str, secure: bool) -> None:
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    headers["X-Request-Id"] = request_id
    headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers["Strict-Transport-Security"] = TRANSPORT
