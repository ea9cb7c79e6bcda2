"""A stand-in for an outside AI service: real HTTP on this machine, remembers all that it gets, and can misbehave."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal

from bgstudio.domain.outside import OutsideService
from tests.loopback import Loopback, LoopbackServer

Mood = Literal["good", "silent", "slow", "broken", "error", "elsewhere", "flood"]
"""``silent``: never answers. ``slow``: a byte now and then. ``broken``: hangs up in the middle. ``error``: status 500.
``elsewhere``: sends the caller to another address. ``flood``: answers without an end."""


@dataclass(frozen=True)
class Got:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Standin(Loopback):
    """The service; use it as a context manager.

    Attributes:
        mood: how it answers.
        got: every request, in order.
    """

    def __init__(self, mood: Mood = "good") -> None:
        super().__init__(_Handler)
        self.mood: Mood = mood
        self.got: list[Got] = []

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


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer

    def do_POST(self) -> None:
        """Remember, and answer as the mood is."""
        standin: Standin = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        standin.got.append(Got(self.path, dict(self.headers.items()), body))
        standin.arrived.set()
        if standin.mood == "silent":
            standin.over.wait(60)
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
        while not standin.over.wait(0.05 if standin.mood == "slow" else 0):
            self.wfile.write(b"x" if standin.mood == "slow" else b"x" * 65_536)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
