"""Runs the app on a socket: with time limits that the HTTP library does not set, and a shutdown that ends jobs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bgstudio.bootstrap import build_service
from bgstudio.engine.system import no_core_dumps
from bgstudio.errors import ServiceError, StudioError
from bgstudio.settings import Settings
from bgstudio.web import logs
from bgstudio.web.app import create_app
from bgstudio.web.safety import check

log = structlog.get_logger("bgstudio.web")

HEAD_SECONDS = 10.0
"""From the connection, or from the first byte of a further request, to the end of the request's head."""

STUCK_SECONDS = 60.0
"""A client that takes nothing of its answer for so long is cut off."""

KEEP_SECONDS = 15
HEAD_BYTES = 16 * 1024
FILES = 4096
"""Open files the process asks for: each connection is one."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits for nobody forever: not for a request's head, not for an answer to be taken."""

    _head: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """More of a request."""
        if self._idle() and self._head is None:
            self._await_head()
        super().data_received(data)
        if not self._idle():
            self._head_came()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._head_came()
        self._moves()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client takes nothing at the moment."""
        super().pause_writing()
        if self._stuck is None:
            self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client takes again."""
        self._moves()
        super().resume_writing()

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_came(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _moves(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None


class Server(uvicorn.Server):
    """Tells when it listens, and lets jobs end before connections are closed."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Any], listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._drain = drain
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the service, then listen."""
        await super().startup(sockets)
        self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections; jobs end or are returned, and those who listen to them hear of it."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address; raises ``ServiceError`` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host.strip("[]"), port))
    except OSError as error:
        sock.close()
        raise ServiceError(
            f"The service cannot listen on {host}, port {port} ({error.strerror or error}).",
            "It does not start.",
            "Stop what listens there, or choose another port with --port; 0 takes a free one.",
        ) from error
    sock.setblocking(False)
    sock.set_inheritable(False)
    return sock


def address_of(settings: Settings, sock: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # only compared with
    scheme = "https" if settings.tls_certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def serve(settings: Settings, listening: Callable[[str], None] = lambda _address: None) -> None:
    """Serve until SIGINT or SIGTERM; ``listening`` is told the address as soon as jobs are taken.

    Raises:
        UnsafeSettings: see ``safety.check``.
        StudioError: whatever keeps the service from starting.
    """
    logs.set_up(settings.log_format)
    for warning in check(settings):
        log.warning(warning)
    no_core_dumps()
    _more_files()
    service = build_service(settings)
    app = create_app(service)
    sock = listen(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_SECONDS,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=HEAD_BYTES,
        backlog=1024,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    server = Server(config, service.drain, lambda: listening(address_of(settings, sock)))
    try:
        with contextlib.suppress(KeyboardInterrupt):  # a stop that was asked for is no fault
            server.run(sockets=[sock])
    except SystemExit:
        failed: StudioError | None = app.state.failed
        raise failed or ServiceError("The service could not start.", "", "See the log for why.") from failed
    finally:
        sock.close()


def _more_files() -> None:
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, FILES), hard), hard))
