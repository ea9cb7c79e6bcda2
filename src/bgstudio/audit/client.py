"""The little of an HTTP client that an audit needs: requests to one service on this machine."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

Part = tuple[str, str | None, str, bytes]
"""(field, file name or None, media type, content)"""


class Client:
    """Talks to one service and keeps its cookies, with their flags in lower case."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self._host, self._port = split.hostname or "127.0.0.1", split.port or 80
        self._origin = f"{split.scheme}://{split.netloc}"
        self.cookies: dict[str, str] = {}
        self.flags: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request: (status, headers in lower case, body)."""
        line = http.client.HTTPConnection(self._host, self._port, timeout=60)
        sent = {"Origin": self._origin, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            line.request(method, path, body, sent)
            answer = line.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key], *flags = (part.strip() for part in rest.split(";"))
                    self.flags[key] = " ".join(flags).lower()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            line.close()

    def post(self, path: str, parts: list[Part]) -> tuple[int, dict[str, str], bytes]:
        """A form with files."""
        boundary, body = multipart(parts)
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def job(self, path: str, seconds: float = 240.0) -> dict[str, Any]:
        """A job once it has ended; raises ``TimeoutError``."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status, _, body = self.ask("GET", path)
            told: dict[str, Any] = json.loads(body)
            if status != 200 or told["state"] in ("done", "failed", "cancelled"):
                return told
            time.sleep(0.2)
        raise TimeoutError(f"The job at {path} did not end within {seconds:g} s.")


def multipart(parts: list[Part]) -> tuple[str, bytes]:
    """(boundary, body) of a form."""
    boundary = secrets.token_hex(16)
    out = bytearray()
    for field, name, media_type, content in parts:
        shown = f'; filename="{name}"' if name else ""
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{shown}\r\n'.encode()
        out += (f"Content-Type: {media_type}\r\n\r\n" if name else "\r\n").encode() + content + b"\r\n"
    return boundary, bytes(out + f"--{boundary}--\r\n".encode())
