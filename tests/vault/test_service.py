"""An outside key service, stood in for by a real HTTP server that keeps to the transit interface."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from bgstudio.errors import KeyServiceDown, WrongKey
from bgstudio.vault import Box, KeyService

pytestmark = pytest.mark.anyio

TOKEN = "let-me-in"


class Transit:
    """The key service: its keys, and what it was asked."""

    def __init__(self) -> None:
        self.keys = [Box.fresh()]
        self.status = 200
        self.asked: list[str] = []

    def answer(self, path: str, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if self.status != 200:
            return self.status, {"errors": ["trouble"]}
        about = base64.b64decode(sent.get("associated_data", "")).decode()
        if path == "/v1/transit/encrypt/studio":
            sealed = self.keys[-1].seal(base64.b64decode(sent["plaintext"]), about)
            return 200, {"data": {"ciphertext": f"vault:v{len(self.keys)}:{base64.b64encode(sealed.data).decode()}"}}
        if path == "/v1/transit/decrypt/studio":
            _, version, text = sent["ciphertext"].split(":")
            try:
                box = self.keys[int(version[1:]) - 1]
                raw = base64.b64decode(text)
                plain = box._cipher.decrypt(raw[:12], raw[12:], about.encode())
            except (InvalidTag, IndexError):
                return 400, {"errors": ["cipher: message authentication failed"]}
            return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}
        if path == "/v1/transit/keys/studio":
            return 200, {"data": {"latest_version": len(self.keys)}}
        return 404, {"errors": []}


@contextmanager
def serving(transit: Transit) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            sent = json.loads(self.rfile.read(length) or b"{}")
            good = self.headers.get("X-Vault-Token") == TOKEN
            status, body = transit.answer(self.path, sent) if good else (403, {"errors": ["permission denied"]})
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


async def test_wraps_and_opens_for_one_place() -> None:
    transit = Transit()
    with serving(transit) as url:
        service = KeyService(url, "studio", TOKEN)
        key = Box.fresh().key
        wrapped = await service.wrap(key, "account/a")
        assert key not in wrapped
        assert await service.unwrap(wrapped, "account/a") == key
        with pytest.raises(WrongKey):
            await service.unwrap(wrapped, "account/b")


async def test_tells_what_an_older_version_of_its_key_wrapped() -> None:
    transit = Transit()
    with serving(transit) as url:
        service = KeyService(url, "studio", TOKEN)
        old = await service.wrap(bytes(32), "account/a")
        transit.keys.append(Box.fresh())
        new = await service.wrap(bytes(32), "account/a")
        assert [await service.newest(wrapped, "account/a") for wrapped in (old, new)] == [False, True]
        assert await service.unwrap(old, "account/a") == bytes(32)


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
async def test_a_service_in_trouble_is_told_and_is_not_mistaken_for_a_wrong_key(status: int) -> None:
    transit = Transit()
    with serving(transit) as url:
        service = KeyService(url, "studio", TOKEN)
        wrapped = await service.wrap(bytes(32), "account/a")
        transit.status = status
        for call in (service.unwrap(wrapped, "account/a"), service.wrap(bytes(32), "account/a")):
            with pytest.raises(KeyServiceDown, match=f"status {status}") as raised:
                await call
            assert raised.value.status == 503
            assert TOKEN not in str(raised.value)


async def test_a_wrong_token_or_a_service_that_is_not_there_is_told() -> None:
    with serving(Transit()) as url, pytest.raises(KeyServiceDown, match="status 403"):
        await KeyService(url, "studio", "another").wrap(bytes(32), "account/a")
    with pytest.raises(KeyServiceDown, match="ConnectError"):
        await KeyService(url, "studio", TOKEN).wrap(bytes(32), "account/a")
