"""Searches files for pieces of a canary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bgstudio.audit.canary import Canary

CHUNK = 1 << 22


@dataclass(frozen=True)
class Find:
    """A piece of the canary in a file."""

    file: str
    what: str


def files_under(folders: Iterable[Path], newer_than: float = 0.0) -> list[Path]:
    """All regular files in folders, changed after a moment (seconds since 1970)."""
    out: list[Path] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            try:
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= newer_than:
                    out.append(path)
            except OSError:
                continue
    return out


def search(canary: Canary, files: Iterable[Path]) -> tuple[list[Find], int, int]:
    """Finds, number of files that could be read, and bytes that were searched."""
    finds: list[Find] = []
    read = total = 0
    longest = max(len(piece) for pieces in canary.pieces.values() for piece in pieces)
    for path in files:
        found: set[str] = set()
        try:
            with path.open("rb") as file:
                tail = b""
                while chunk := file.read(CHUNK):
                    total += len(chunk)
                    found |= pieces_in(canary, tail + chunk)
                    tail = chunk[-longest:]
        except OSError:
            continue
        read += 1
        finds += [Find(str(path), what) for what in sorted(found)]
    return finds, read, total


def pieces_in(canary: Canary, data: bytes) -> set[str]:
    """What of the canary is in some bytes."""
    return {what for what, pieces in canary.pieces.items() if any(piece in data for piece in pieces)}
