"""Stand-ins for services elsewhere: real HTTP on this machine, for the time of a block."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Loopback:
    """Listens on a free port while it is used as a context manager.

    Args:
        handler: answers; finds this object as ``self.server.owner``.

    Attributes:
        connections: how often anybody connected, even without a word.
        arrived: for the handler to set when a request has come.
        over: set at the end, so that answers that never come end too.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.connections = 0
        self.arrived = threading.Event()
        self.over = threading.Event()
        self._server = LoopbackServer(("127.0.0.1", 0), handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class LoopbackServer(ThreadingHTTPServer):
    """The server of one."""

    daemon_threads = True
    block_on_close = False
    owner: Any

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Count a connection."""
        self.owner.connections += 1
        return super().verify_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is nothing to tell of."""
