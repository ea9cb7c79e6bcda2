"""What the benchmarks share: where the photos are, peak memory, contact sheets, the last line."""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageDraw

from bgstudio.pixels.types import Byte

ROOT = Path(__file__).resolve().parent.parent
MATERIAL = Path(os.environ.get("BGSTUDIO_MATERIAL", str(ROOT.parent / "shared" / "material")))
EXAMPLES = ROOT / "examples"


def photos_in(folder: Path, limit: int | None = None) -> list[Path]:
    """Photos of a folder and its subfolders, by name; ``limit`` takes them evenly spread."""
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"))
    if not found:
        sys.exit(f"There are no photos in {folder}. Name a folder with --photos, or set BGSTUDIO_MATERIAL.")
    if limit is None or limit >= len(found):
        return found
    return [found[i * len(found) // limit] for i in range(limit)]


def finish(result: dict[str, Any]) -> None:
    """The one JSON line that ends every benchmark; what could not be measured is ``null``."""
    print(json.dumps(_finite(result), allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class PeakMemory:
    """Largest resident memory of this process and all its children, sampled ten times a second, in bytes."""

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += _resident(process)
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


def _resident(process: psutil.Process) -> int:
    """Proportional share where the system tells it: pages shared between processes count once."""
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.Error):
        return int(process.memory_info().rss)


@contextmanager
def timed() -> Iterator[list[float]]:
    """``with timed() as t: ...`` puts the wall seconds into ``t[0]``."""
    out = [0.0]
    start = time.perf_counter()
    yield out
    out[0] = time.perf_counter() - start


def contact_sheet(path: Path, rows: Sequence[Sequence[tuple[str, Byte]]], side: int = 320) -> None:
    """Pictures in rows, each with a caption, as a JPEG."""
    caption = 18
    across = max(len(row) for row in rows)
    sheet = Image.new("RGB", (across * side, len(rows) * (side + caption)), "white")
    draw = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, (text, pixels) in enumerate(row):
            image = Image.fromarray(pixels)
            image.thumbnail((side, side))
            sheet.paste(image, (x * side, y * (side + caption) + caption))
            draw.text((x * side + 3, y * (side + caption) + 3), text[:58], fill="black")
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=88)


def on_checkerboard(rgb: Byte, alpha: Byte, cell: int = 16) -> Byte:
    """A cut-out on a grey checkerboard, uint8 (H, W, 3)."""
    h, w = alpha.shape
    y, x = np.mgrid[0:h, 0:w] // cell
    board = np.where((x + y) % 2, 235, 200)[..., None].astype(np.float32)
    a = alpha[..., None].astype(np.float32) / 255
    return (rgb * a + board * (1 - a) + 0.5).astype(np.uint8)
