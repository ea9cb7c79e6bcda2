"""Static files: read once, served from memory under an address that changes with them."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
_TEXT = {".css", ".js", ".svg", ".json", ".html", ".txt", ".webmanifest"}
_TYPES = {".js": "text/javascript; charset=utf-8", ".webp": "image/webp", ".avif": "image/avif",
          ".webmanifest": "application/manifest+json", ".css": "text/css; charset=utf-8"}  # fmt: skip


@dataclass(frozen=True)
class _File:
    data: bytes
    zipped: bytes | None
    media_type: str


class StaticFiles:
    """All files of a folder under ``/static/<digest>/``, where the digest is that of all of them together.

    One digest for all lets modules and style sheets name each other by relative addresses.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: dict[str, _File] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name, data = path.relative_to(folder).as_posix(), path.read_bytes()
                digest.update(f"{name}\0{len(data)}\0".encode() + data)
                self._files[name] = _read(path, data)
        self.digest = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """Address of a file; raises ``KeyError`` where there is none, so that no page names a missing one."""
        name = path.lstrip("/")
        if name not in self._files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.digest}/{name}"

    def __contains__(self, path: str) -> bool:
        return path in self._files

    def answer(self, request: Request, digest: str, path: str, cache: str = FOREVER) -> Response | None:
        """The file as a response; None where there is none."""
        file = self._files.get(path)
        if file is None or digest != self.digest:
            return None
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
        if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.zipped, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(file.data, media_type=file.media_type, headers=headers)


def _read(path: Path, data: bytes) -> _File:
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    zipped = gzip.compress(data, 9, mtime=0) if path.suffix in _TEXT and len(data) > 500 else None
    return _File(data, zipped if zipped and len(zipped) < len(data) else None, media_type)
