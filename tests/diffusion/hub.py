"""A stand-in for the hub on this machine: what its client asks for, with files from a folder."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves repositories.

    Attributes:
        files: (repository, file) to its bytes.
        promised: digests that are told instead of the true ones.
        broken: files that break off in the middle.
        asked: paths that were fetched, in order.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[tuple[str, str], bytes] = {}
        self.promised: dict[str, str] = {}
        self.broken: set[str] = set()
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def add(self, repository: str, folder: Path) -> None:
        """Everything in a folder."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.files[repository, path.relative_to(folder).as_posix()] = path.read_bytes()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nothing to tell of."""


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._file(body=False)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if not path.startswith("/api/models/"):
            self._file(body=True)
            return
        repository = "/".join(path.removeprefix("/api/models/").split("/")[:2])
        names = [name for owner, name in self.server.files if owner == repository]
        told = [self._sibling(repository, name) for name in names]
        answer = json.dumps({"id": repository, "modelId": repository, "sha": COMMIT, "siblings": told}).encode()
        self._say(200 if names else 404, answer, {"Content-Type": "application/json"})

    def _sibling(self, repository: str, name: str) -> dict[str, object]:
        data = self.server.files[repository, name]
        told: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": hashlib.sha1(data).hexdigest()}
        if name.endswith(".safetensors"):
            digest = self.server.promised.get(name, hashlib.sha256(data).hexdigest())
            told["lfs"] = {"sha256": digest, "size": len(data), "pointerSize": 130}
        return told

    def _file(self, *, body: bool) -> None:
        repository, _, rest = unquote(urlsplit(self.path).path).strip("/").partition("/resolve/")
        name = rest.partition("/")[2]
        data = self.server.files.get((repository, name))
        if data is None:
            self._say(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if not body:
            self._say(200, b"", headers | {"Content-Length": str(len(data))})
            return
        self.server.asked.append(name)
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0] or 0)
        part = data[start:]
        if name in self.server.broken:
            self.server.broken.discard(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part[: len(part) // 2])
            self.close_connection = True
            return
        self._say(206 if start else 200, part, headers)

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Hub]:
    """A hub for the time of a block."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
