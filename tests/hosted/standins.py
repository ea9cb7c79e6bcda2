"""Stand-ins for outside picture services: real HTTP on this machine, one class for each protocol.

Each remembers what it got, complains where a request is not of the documented form, refuses as the real one does, and
answers with a picture composed of what it was sent.
"""

from __future__ import annotations

import base64
import email.parser
import email.policy
import io
import json
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from bgstudio.domain.outside import OutsideService, known
from bgstudio.pixels.types import Byte
from tests.loopback import Loopback, LoopbackServer

KEY = "sk-very-secret-host-key-4711"
PAINT = (40, 90, 160)
"""What every stand-in paints."""

GROUND = 190
"""The plain ground that tests send."""

MOODS = (
    "good", "slow", "silent", "wrong_size", "broken", "moderation", "moderation_late", "limited", "broke", "locked",
    "error", "error_late", "drop", "html", "keeps",
)  # fmt: skip
"""``keeps``: does not let anything be deleted. ``…_late``: only once the picture is being made."""


@dataclass(frozen=True)
class Got:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    def form(self) -> list[tuple[str, str, bytes]]:
        """(name, media type, content) of every part."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        parts = []
        for part in message.iter_parts():
            assert isinstance(part, email.message.EmailMessage)
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            name = part.get_param("name", header="content-disposition")
            kind = part.get_content_type() if part.get_filename() else ""
            parts.append((str(name), kind, content))
        return parts

    def fields(self) -> dict[str, str]:
        return {name: content.decode() for name, kind, content in self.form() if not kind}

    def files(self, name: str) -> list[bytes]:
        return [content for part, kind, content in self.form() if kind and part == name]


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def told(found: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(json.dumps(found).encode(), status, headers=headers or {})


def opened(data: bytes) -> Byte:
    """A PNG or JPEG that was sent, as it is; fails for one with anything but pixels in it."""
    with Image.open(io.BytesIO(data)) as image:
        assert not image.info.get("exif"), "metadata was sent"
        assert not image.getexif(), "metadata was sent"
        return np.asarray(image)


def as_png(pixels: Byte) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def unpacked(address: str) -> bytes:
    head, _, data = address.partition(",")
    assert head in ("data:image/png;base64", "data:image/jpeg;base64"), head
    return base64.b64decode(data, validate=True)


def composed(image: Byte, paint: Any) -> Byte:
    """What was sent, with the stand-in's colour where ``paint`` (h, w) is true."""
    out = np.ascontiguousarray(image[..., :3]).copy()
    out[paint] = PAINT
    return out


class Service(Loopback):
    """One protocol on one port; use it as a context manager.

    Attributes:
        mood: how it behaves; see ``MOODS``.
        got: every request in order.
        complaints: where a request was not of the documented form.
        busy_for: polls until a picture is ready, for services that are polled.
    """

    name: ClassVar[str]
    auth: ClassVar[tuple[str, str]]
    """Header and the form of the key in it."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.mood = "good"
        self.got: list[Got] = []
        self.complaints: list[str] = []
        self.busy_for = 1
        self.deleted: list[str] = []
        self.retry_after = "7"

    def row(self, **changes: Any) -> OutsideService:
        """The service's own row, but on this machine."""
        real = known(self.name)
        values: dict[str, Any] = {"url": self.url, "own": (self.url,) * bool(real.own), "seconds": 10.0}
        return replace(real, **(values | changes))

    def need(self, true: Any, complaint: str) -> None:
        if not true:
            self.complaints.append(complaint)

    # -- answering -------------------------------------------------------------------------------------------------

    def reply(self, got: Got) -> Reply:
        """What it answers, by its mood."""
        header, form = self.auth
        if got.headers.get(header.lower()) != form.format(KEY) or self.mood == "locked":
            return self.locked()
        return self.answer(got)

    def answer(self, got: Got) -> Reply:
        """In a good mood, or one of which the protocol has words of its own."""
        raise NotImplementedError

    def asked(self, got: Got) -> Reply | None:
        """What a request for a picture meets before anything is made."""
        moods = {"moderation": self.moderated, "limited": self.limited, "broke": self.broke, "error": self.failed}
        found = moods.get(self.mood)
        if found is not None:
            return found()
        if self.mood == "html":
            return Reply(b"<html><body>Bad gateway</body></html>", kind="text/html")
        if self.mood == "slow":
            self.over.wait(0.6)
        return None

    def picture(self, pixels: Byte) -> bytes:
        """The finished picture as a file, by its mood."""
        if self.mood == "wrong_size":
            pixels = pixels[: pixels.shape[0] // 2]
        data = as_png(pixels)
        return data[: len(data) // 2] if self.mood == "broken" else data

    def locked(self) -> Reply:
        return told({"error": {"message": f"Incorrect API key provided: {KEY[:6]}***", "code": "invalid_api_key"}}, 401)

    def moderated(self) -> Reply:
        raise NotImplementedError

    def limited(self) -> Reply:
        return told({"error": {"message": "slow down"}}, 429, {"Retry-After": self.retry_after})

    def broke(self) -> Reply:
        return told({"error": {"message": "Payment required"}}, 402)

    def failed(self) -> Reply:
        return told({"error": {"message": f"internal, key {KEY}"}}, 500)


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        owner: Service = self.server.owner
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            owner.complaints.append("chunked")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        owner.got.append(Got(self.command, self.path, headers, body))
        owner.arrived.set()
        if owner.mood == "drop":
            self.close_connection = True
            return
        if owner.mood == "silent":
            owner.over.wait(30)
            self.close_connection = True
            return
        reply = owner.reply(owner.got[-1])
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass
