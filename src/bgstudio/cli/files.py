"""Reading photos and writing results, for the command line."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from bgstudio.domain.brief import MAX_SIDE, MIN_SIDE
from bgstudio.errors import ExportError, UnreadablePicture, UsageError


def read_photo(path: Path, max_bytes: int) -> bytes:
    """A file's bytes, or standard input for ``-``. One byte more than allowed is read at most."""
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(max_bytes + 1)
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise UnreadablePicture(
            f"The file cannot be read ({error.strerror or error}).",
            "No picture was made from it.",
            "Check its name and whether you may read it.",
        ) from error


def write_file(path: Path, data: bytes) -> None:
    """Write whole or not at all: a stopped run leaves no half picture."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise ExportError(
            f"{path} cannot be written ({error.strerror or error}).",
            "The picture was made but not saved.",
            "Choose another folder with --out, or free some space.",
        ) from error


def parse_size(text: str) -> tuple[int, int]:
    """``1024`` or ``1600x2000`` to (width, height) in pixels."""
    parts = text.lower().replace("×", "x").split("x")
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 2
    if len(numbers) != 2:
        raise UsageError(
            f"'{text}' is not a size.", "", "Give one number for a square, or WIDTHxHEIGHT, such as 1600x2000."
        )
    if not all(MIN_SIDE <= number <= MAX_SIDE for number in numbers):
        raise UsageError(f"The size {text} is out of range.", "", f"Each side must be {MIN_SIDE} to {MAX_SIDE} pixels.")
    return numbers[0], numbers[1]


def stem_of(path: Path) -> str:
    """A name for results of this photo."""
    return "photo" if str(path) == "-" else path.stem
