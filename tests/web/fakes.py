"""A service whose engine works in this process, with painted backgrounds: quick, real files, no worker processes.

``service(folder)`` for API tests and browser tests. Any photo works: what differs from its corners is the product.
"""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, ParamSpec, cast

import numpy as np
from PIL import Image

from bgstudio.backends.painted import PaintedBackend as PaintedModel
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.bootstrap import build_service
from bgstudio.cutout import CutoutMaker, Hint
from bgstudio.domain.brief import FileFormat
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.job import Artefact, EngineState, Outcome, Shown, Task, Told, Wish, unseen
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Cancel, Glimpse, Progress
from bgstudio.domain.sealed import place
from bgstudio.engine.tasks import Maker, Order
from bgstudio.errors import Busy, NoProductFound
from bgstudio.export import encode
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.types import Byte
from bgstudio.service import Service
from bgstudio.settings import Settings
from bgstudio.studio import Studio
from bgstudio.testing import PaintedBackend, StandInPainter, painted_studio
from bgstudio.vault import Box
from bgstudio.weights.models import MODELS
from tests.factories import matte

P = ParamSpec("P")


def cut_by_corners(
    photo: Picture, *, preview: bool = False, hint: Hint | None = None, progress: Progress, cancel: Cancel
) -> Cutout:
    """A ``CutoutMaker`` without a network."""
    del hint, cancel
    progress("cutting out", 0.5)
    corner = photo.rgb[:4, :4].mean((0, 1))
    alpha = np.clip((np.abs(photo.rgb - corner).max(-1) - 0.06) * 20, 0, 1).astype(np.float32)
    box = bounding_box(alpha)
    if box is None:
        raise NoProductFound("No product was found.", "Nothing stands out.", "Take another photo.")
    return Cutout(photo.rgb, alpha, np.ones_like(alpha), box, "corners" if not preview else "corners, quick")


class NamedPainter(StandInPainter):
    """A stand-in that goes by the name of a model."""

    def __init__(self, name: str, glimpse: Glimpse | None = None) -> None:
        super().__init__(glimpse=glimpse)
        self.name = name
        self.title = next((model.title for model in MODELS if model.name == name), name)


def corner_studio(models: tuple[str, ...] = (), glimpse: Glimpse | None = None) -> Studio:
    """A painted studio that cuts out by the photo's corners; ``models``: names of stand-in models beside it, whose
    unfinished pictures are shown to ``glimpse``."""
    default = PaintedBackend()
    default.name = "raytrace"  # as the real one is called
    made = painted_studio(default)

    def cutters(_preview: bool, _progress: Progress, _cancel: Cancel) -> CutoutMaker:
        return cast(CutoutMaker, cut_by_corners)

    others = tuple(PaintedModel(NamedPainter(name, glimpse), VOCABULARY) for name in models)
    return Studio(made.decoder, cutters, made.director, made.backend, others)


class FakeEngine:
    """Satisfies ``domain.job.Engine``: one task at a time, in a thread of this process.

    Attributes:
        gate: cleared, it holds every task back until it is set again.
        fail: raised instead of working, where it is set.
        tasks: those that have been run.
        forgotten: jobs that were forgotten.
        models: names of stand-in models beside the default backend, from the next start on.
        dwell: cleared, a model waits in the middle of its picture until it is set again.
    """

    def __init__(self, most_waiting: int = 24, workers: int = 1) -> None:
        self._transport = Box.fresh()
        self._most_waiting = most_waiting
        self._workers = workers
        self._turn = asyncio.Semaphore(workers)
        self._waiting: list[str] = []
        self._working = 0
        self._studio: Studio | None = None
        self._maker: Maker | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.fail: Exception | None = None
        self.tasks: list[Task] = []
        self.forgotten: list[str] = []
        self.alive = False
        self.models: tuple[str, ...] = ()
        self.dwell = threading.Event()
        self.dwell.set()
        self._shown: Shown = unseen

    @property
    def transport(self) -> Box:
        return self._transport

    async def start(self) -> None:
        self._studio = corner_studio(self.models, self._glimpse)
        self._maker = Maker(self._studio)
        self.alive = True

    def _glimpse(self, picture: Byte) -> None:
        self._shown(encode(picture, FileFormat.WEBP))
        self.dwell.wait(20)

    async def run(self, task: Task, told: Told, shown: Shown = unseen) -> Outcome:
        if len(self._waiting) >= self._most_waiting:
            raise Busy("All places in the queue are taken.", retry_after=3)
        self._waiting.append(task.job)
        try:
            await self.gate.wait()
            await self._turn.acquire()
        finally:
            self._waiting.remove(task.job)
        self._working += 1
        self._shown = _on_loop(shown)
        stop = threading.Event()
        work = asyncio.ensure_future(asyncio.to_thread(self._work, task, _on_loop(told), stop.is_set))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait({work})
            work.exception()
            raise
        finally:
            self._working -= 1
            self._turn.release()

    def _work(self, task: Task, told: Told, cancel: Cancel) -> Outcome:
        assert self._maker is not None
        self.tasks.append(task)
        told("opening the photo", 0.0)
        if self.fail is not None:
            raise self.fail

        def opened(name: str) -> bytes:
            return self._transport.open(getattr(task, name), f"{task.job}/{name}")

        key = Box(opened("key"))
        order = Order(
            task.job, task.step, task.number, Wish.model_validate_json(opened("wish")), opened("photo"),
            None if task.reference is None else opened("reference"),
            None if task.strokes is None else opened("strokes"),
        )  # fmt: skip
        files: list[Artefact] = []

        def emit(name: str, media_type: str, width: int, height: int, data: bytes) -> None:
            files.append(Artefact(name, media_type, width, height, key.seal(data, place(task.owner, task.job, name))))

        facts = self._maker.run(order, emit, told, cancel)
        return Outcome(tuple(files), facts)

    def position(self, job: str) -> int | None:
        return self._waiting.index(job) + 1 if job in self._waiting else None

    def forget(self, job: str) -> None:
        self.forgotten.append(job)
        if self._maker is not None:
            self._maker.kept.forget(job)

    def state(self) -> EngineState:
        workers = self._workers if self.alive else 0
        return EngineState(workers, self._working, len(self._waiting), self._most_waiting)

    async def close(self, grace: float = 0.0) -> None:
        self.alive = False
        if self._studio is not None:
            await asyncio.to_thread(self._studio.close)


def _on_loop(call: Callable[P, object]) -> Callable[P, None]:
    """The same, called from any thread on this loop's."""
    loop = asyncio.get_running_loop()

    def soon(*args: P.args, **more: P.kwargs) -> None:
        loop.call_soon_threadsafe(partial(call, *args, **more))

    return soon


def service(folder: Path, engine: FakeEngine | None = None, **settings: Any) -> Service:
    """A service in an empty folder; ``settings`` change the defaults."""
    values: dict[str, Any] = {
        "jobs_per_minute": 1000,
        "requests_per_minute": 100_000,
        "shutdown_seconds": 0.0,
        "public_url": "http://studio.test",
    }
    config = Settings(data_dir=folder / "data", offline=True, **{**values, **settings})
    engine = engine or FakeEngine()
    engine.models = (*config.image_models, *config.outside_services)
    return build_service(config, engine)


@cache
def photo(width: int = 96, height: int = 128, text: str = "") -> bytes:
    """A bottle on white, as PNG."""
    from PIL.PngImagePlugin import PngInfo

    alpha = matte("bottle", height, width)[..., None]
    rng = np.random.default_rng(5)
    product = rng.integers(40, 120, (height, width, 3))
    pixels = (255 * (1 - alpha) + product * alpha).astype(np.uint8)
    out, info = io.BytesIO(), PngInfo()
    if text:
        info.add_text("Comment", text)
    Image.fromarray(pixels).save(out, "PNG", pnginfo=info)
    return out.getvalue()
