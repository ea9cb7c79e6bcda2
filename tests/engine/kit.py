"""Tasks and pools for the engine's tests: painted backgrounds, photos with transparency, real processes."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bgstudio.domain.brief import Brief
from bgstudio.domain.job import Artefact, Step, Task, Wish
from bgstudio.domain.sealed import Sealed, place
from bgstudio.engine import PAINTED, LocalPool, Patience
from bgstudio.vault import Box
from tests.factories import matte

ROOT = Path(__file__).resolve().parents[2]
CANARY = b"canary-7c1d0f3b-sings-in-the-mine"
"""In the photo's metadata and in the prompt: must never be seen outside sealed bytes."""

PATIENT = Patience(beat=0.3, silence=30.0, stall=2.0, stop=20.0, start=60.0, again=0.05)
"""Busy machines keep quiet, and stop, for seconds without being wedged."""

ALERT = replace(PATIENT, silence=3.0)


@cache
def photo(width: int = 120, height: int = 160) -> bytes:
    """A bottle with transparency, as PNG."""
    alpha = (matte("bottle", height, width) * 255).astype(np.uint8)
    rng = np.random.default_rng(5)
    rgb = rng.integers(40, 200, (height, width, 3), dtype=np.uint8)
    return png(np.dstack([rgb, alpha]), CANARY.decode())


def png(pixels: np.ndarray[Any, Any], comment: str = "") -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if comment:
        info.add_text("Comment", comment)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def seal(pool_box: Box, job: str, name: str, data: bytes | None) -> Sealed | None:
    return None if data is None else pool_box.seal(data, f"{job}/{name}")


def task(
    pool: LocalPool,
    job: str = "job-a",
    step: Step = "picture",
    number: int = 0,
    *,
    owner: str = "anna",
    key: Box | None = None,
    wish: Wish | None = None,
    data: bytes | None = None,
    reference: bytes | None = None,
    strokes: bytes | None = None,
    seconds: float = 60.0,
    pixels: int = 96 * 96,
) -> Task:
    box = pool.transport
    wish = wish or small_wish()
    return Task(
        job=job, owner=owner, step=step, number=number, wish=box.seal(wish.model_dump_json().encode(), f"{job}/wish"),
        photo=box.seal(photo() if data is None else data, f"{job}/photo"),
        reference=seal(box, job, "reference", reference), strokes=seal(box, job, "strokes", strokes),
        key=box.seal((key or KEY).key, f"{job}/key"), pixels=pixels, seconds=seconds,
    )  # fmt: skip


KEY = Box(bytes(range(32)))


def small_wish(**fields: Any) -> Wish:
    brief = {"width": 96, "height": 96, "preset": "seamless", "prompt": CANARY.decode(), **fields.pop("brief", {})}
    return Wish(brief=Brief(**brief), **fields)


def opened(artefact: Artefact, job: str = "job-a", key: Box = KEY, owner: str = "anna") -> bytes:
    return key.open(artefact.data, place(owner, job, artefact.name))


def nothing(_step: str, _part: float) -> None:
    """A ``Told`` that does not listen."""


@asynccontextmanager
async def pool(
    workers: int = 1,
    most_waiting: int = 24,
    *,
    studio: str = PAINTED,
    patience: Patience = PATIENT,
    seconds: float = 0.0,
    dies: bool = False,
    **options: Any,
) -> AsyncIterator[LocalPool]:
    """A started pool that is closed in the end."""
    arguments = ({"seconds": seconds} if seconds else {}) | ({"dies": True} if dies else {})
    made = LocalPool(workers, most_waiting, studio=studio, arguments=arguments, patience=patience, **options)
    await made.start()
    try:
        yield made
    finally:
        await made.close()


def with_test_studios(monkeypatch: Any) -> None:
    """Let workers import ``tests``; they do not look into the current folder by themselves."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "src")]))


def on_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 120))


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so; the loop's limit ends it if it never is."""
    while not true():
        await asyncio.sleep(0.01)
