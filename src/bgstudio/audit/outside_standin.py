"""A stand-in for an outside AI service: real HTTP on this machine, remembers all that it gets, and can misbehave."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from bgstudio.domain.outside import OutsideService

Mood = Literal["good", "silent", "slow", "broken", "error", "elsewhere", "flood"]
"""``silent``: never answers. ``slow``: a byte now and then. ``broken``: hangs up in the middle. ``error``: status 500.
``elsewhere``: sends the caller to another address. ``flood``: answers without an end."""


@dataclass(frozen=True)
class Got:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Standin:
    """The service; use it as a context manager.

    Attributes:
        mood: how it answers.
        got: every request, in order.
        connections: how often anybody connected, even without a word.
        arrived: set when a request has come.
    """

    def __init__(self, mood: Mood = "good") -> None:
        self.mood: Mood = mood
        self.got: list[Got] = []
        self.connections = 0
        self.arrived = threading.Event()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Standin:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def service(self, name: str = "standin", **changes: Any) -> OutsideService:
        """Its row of the registry."""
        values: dict[str, Any] = {
            "name": name,
            "title": "Stand-in",
            "company": "Example Ltd",
            "country": "Nowhere",
            "purpose": "to see what is sent.",
            "sends": "the cut-out of the product, and the words of the scene.",
            "url": self.url,
            "keeps": "nothing",
            "trains": False,
            "no_store_headers": {"X-No-Store": "true", "Cache-Control": "no-store"},
            "no_store_fields": {"store": False},
            "terms": "https://example.com/terms",
            "seconds": 5.0,
        }
        return OutsideService(**(values | changes))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: Standin

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Count a connection."""
        self.owner.connections += 1
        return super().verify_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is nothing to tell of."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Remember, and answer as the mood is."""
        standin = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        standin.got.append(Got(self.path, dict(self.headers.items()), body))
        standin.arrived.set()
        if standin.mood == "silent":
            standin._over.wait(60)
        elif standin.mood == "error":
            self._say(500, b"{}")
        elif standin.mood == "elsewhere":
            self.send_response(307)
            self.send_header("Location", f"{standin.url}/another")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif standin.mood == "good":
            self._say(200, b'{"done": true}')
        else:
            self._badly(standin)

    def _badly(self, standin: Standin) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**9))
        self.end_headers()
        if standin.mood == "broken":
            self.wfile.write(b"half an ans")
            self.close_connection = True
            return
        while not standin._over.wait(0.05 if standin.mood == "slow" else 0):
            self.wfile.write(b"x" if standin.mood == "slow" else b"x" * 65_536)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
