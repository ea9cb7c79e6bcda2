"""Faults of the engine: workers and renderers that are killed, stopped, cancelled or out of time."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import psutil
from PIL import Image

from bgstudio.bootstrap import build_engine, settings
from bgstudio.domain.brief import Brief
from bgstudio.domain.job import Outcome, Task, Wish
from bgstudio.engine import PAINTED, LocalPool, Patience
from bgstudio.errors import DeadlineExceeded, StudioError
from bgstudio.vault import Box

KEY = Box.fresh()
_RENDERER = "bgstudio.backends.raytrace.child"


class Scene:
    """One pool under attack, and what is sent to it."""

    def __init__(self, pool: LocalPool, photo: bytes, size: int) -> None:
        self.pool = pool
        self._photo = photo
        self._size = size
        self._count = 0

    def task(self, seconds: float = 300.0) -> Task:
        """A picture of a job of its own."""
        self._count += 1
        job = f"job-{self._count}"
        box, brief = self.pool.transport, Brief(width=self._size, height=self._size, preset="seamless")
        return Task(
            job=job, owner="owner", step="picture", number=0,
            wish=box.seal(Wish(brief=brief).model_dump_json().encode(), f"{job}/wish"),
            photo=box.seal(self._photo, f"{job}/photo"), reference=None, strokes=None,
            key=box.seal(KEY.key, f"{job}/key"), pixels=self._size**2, seconds=seconds,
        )  # fmt: skip

    async def begin(self, seconds: float = 300.0) -> tuple[Task, asyncio.Task[Outcome]]:
        """A picture that has got as far as its background."""
        exposing = asyncio.Event()

        def told(_step: str, part: float) -> None:
            if part > 0.3:
                exposing.set()

        task = self.task(seconds)
        running = asyncio.create_task(self.pool.run(task, told))
        waiting = asyncio.create_task(exposing.wait())
        await asyncio.wait([waiting, running], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        return task, running

    def worker(self) -> psutil.Process:
        """The first worker."""
        return psutil.Process(self.pool.pids()[0])

    def renderer(self) -> psutil.Process | None:
        """The first worker's renderer; none where backgrounds are painted."""
        for child in self.worker().children(recursive=True):
            with suppress(psutil.Error):
                if _RENDERER in child.cmdline():
                    return child
        return None


Fault = Callable[[Scene], Awaitable[dict[str, Any]]]


async def worker_killed(scene: Scene) -> dict[str, Any]:
    """kill -9 of a worker in the middle of a picture: made again by the next worker, nothing left behind."""
    return await _struck(scene, scene.worker, signal.SIGKILL)


async def worker_stopped(scene: Scene) -> dict[str, Any]:
    """A worker that hangs (SIGSTOP): found, killed with its children, and the picture made again."""
    return await _struck(scene, scene.worker, signal.SIGSTOP)


async def renderer_killed(scene: Scene) -> dict[str, Any]:
    """kill -9 of the renderer: the worker lives on, and the picture is made again."""
    return await _struck(scene, scene.renderer, signal.SIGKILL)


async def renderer_stopped(scene: Scene) -> dict[str, Any]:
    """A renderer that hangs: found by its silence and idleness, and the picture made again."""
    return await _struck(scene, scene.renderer, signal.SIGSTOP)


async def cancelled(scene: Scene) -> dict[str, Any]:
    """Somebody cancels in the middle: seconds until the worker is free, which it keeps on living."""
    pids = scene.pool.pids()
    _, running = await scene.begin()
    start = time.monotonic()
    running.cancel()
    await asyncio.wait([running])
    while scene.pool.state().working:
        await asyncio.sleep(0.02)
    return {"survived": scene.pool.pids() == pids, "seconds": round(time.monotonic() - start, 2)}


async def out_of_time(scene: Scene) -> dict[str, Any]:
    """A picture that takes longer than it was given ends with the error that says so."""
    start = time.monotonic()
    try:
        await scene.pool.run(scene.task(seconds=0.5), lambda *_: None)
    except DeadlineExceeded:
        return {"survived": True, "seconds": round(time.monotonic() - start, 2)}
    return {"survived": False}


async def _struck(scene: Scene, whom: Callable[[], psutil.Process | None], what: signal.Signals) -> dict[str, Any]:
    _, running = await scene.begin()
    victim = whom()
    if victim is None:
        running.cancel()
        await asyncio.wait([running])
        return {"survived": True, "skipped": "nothing is rendered here"}
    family = [victim, *victim.children(recursive=True)]
    start = time.monotonic()
    os.kill(victim.pid, what)
    try:
        outcome = await running
    except StudioError as error:
        return {"survived": False, "error": error.code}
    picture = next(file for file in outcome.artefacts if file.name == "picture-0.png")
    left = [one.pid for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    return {
        "survived": len(picture.data.data) > 1000 and not left,
        "seconds": round(time.monotonic() - start, 2),
        "left": left,
    }


FAULTS: tuple[Fault, ...] = (worker_killed, worker_stopped, renderer_killed, renderer_stopped, cancelled, out_of_time)


async def run_all(photo: bytes, *, painted: bool, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Every fault in turn on one pool, then a look at what is left."""
    pool = _painted_pool() if painted else build_engine(settings().model_copy(update={"workers": 1}))
    await pool.start()
    scene = Scene(pool, with_transparency() if painted else photo, 96 if painted else 1024)
    out: list[dict[str, Any]] = []
    wanted = [fault for fault in FAULTS if not any(only) or fault.__name__ in only]
    try:
        for fault in wanted:
            told = {"fault": fault.__name__, **await fault(scene)}
            print(told, flush=True)
            out.append(told)
        for number in range(scene._count + 1):
            pool.forget(f"job-{number}")
        kept = sum(len(jobs) for jobs in (await pool.kept_jobs()).values())
        out.append({"fault": "nothing_kept", "survived": kept == 0, "kept": kept})
        family = [one for pid in pool.pids() for one in (*psutil.Process(pid).children(recursive=True),)]
    finally:
        await pool.close()
    left = [one.pid for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    out.append({"fault": "nothing_left_running", "survived": not left, "left": left})
    return out


def _painted_pool() -> LocalPool:
    patience = Patience(beat=0.3, silence=3.0, stall=5.0, stop=2.0)
    return LocalPool(studio=PAINTED, arguments={"seconds": 1.0}, patience=patience)


def with_transparency() -> bytes:
    """A box with transparency around it, as PNG: what a studio without networks takes."""
    pixels = np.full((160, 120, 4), (180, 120, 90, 0), np.uint8)
    pixels[20:140, 20:100, 3] = 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
