"""Studios that misbehave, for workers under test. Marks are files in a folder of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bgstudio.backends.painted import PaintedBackend as PaintedModel
from bgstudio.domain.outside import OutsideCall
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Cancel, Channel, Glimpse, Progress, never, silent
from bgstudio.domain.shot import Shot
from bgstudio.errors import RendererDied, RendererUnavailable
from bgstudio.studio import Studio
from bgstudio.testing import PaintedBackend, StandInPainter, painted_studio

CANARY = b"pixels-of-a-product-that-nobody-may-see-on-a-pipe"
Trick = Callable[[], None]


class Tricky(PaintedBackend):
    """Does something unpleasant before it paints."""

    def __init__(self, trick: Trick) -> None:
        super().__init__()
        self._trick = trick

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        progress("tricking", 0.1)
        self._trick()
        return super().generate(shot, progress, cancel)


def _once(mark: str, trick: Trick) -> Trick:
    def maybe() -> None:
        if not Path(mark).exists():
            Path(mark).touch()
            trick()

    return maybe


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _lock_up() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def _lose_renderer() -> None:
    raise RendererDied("The renderer stopped.", "Nothing was made.", "Try again.")


def dies() -> Studio:
    return painted_studio(Tricky(_die))


def dies_once(mark: str) -> Studio:
    return painted_studio(Tricky(_once(mark, _die)))


def loses_renderer_once(mark: str) -> Studio:
    return painted_studio(Tricky(_once(mark, _lose_renderer)))


def locks_up_once(mark: str) -> Studio:
    return painted_studio(Tricky(_once(mark, _lock_up)))


def deaf(mark: str) -> Studio:
    """Does not hear that it shall stop, the first time."""
    return painted_studio(Tricky(_once(mark, lambda: time.sleep(60))))


def with_child(mark: str) -> Studio:
    """Has a child in a session of its own, whose id is written down, and then takes its time."""
    backend = PaintedBackend()
    backend.seconds = 60
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with Path(mark).open("a") as file:
        file.write(f"{child.pid}\n")
    return painted_studio(backend)


class Reaching(PaintedBackend):
    """Asks an outside service before it paints."""

    def __init__(self, channel: Channel, dies: bool) -> None:
        super().__init__()
        self._channel = channel
        self._dies = dies

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        call = OutsideCall("far", "/v1/paint", body=CANARY, media_type="image/png", headers={"X-Try": "1"}, cost=0.5)
        answer = self._channel(call, cancel)
        if self._dies:
            _die()
        said = f"{answer.status} {answer.media_type} {answer.headers['x-request']} {len(answer.data)}"
        return replace(super().generate(shot, progress, cancel), notes=(said,))


def reaching(channel: Channel, dies: bool = False) -> Studio:
    return painted_studio(Reaching(channel, dies))


def glimpsing(glimpse: Glimpse) -> Studio:
    """Has a model beside it that shows its unfinished pictures."""
    model = PaintedModel(StandInPainter(glimpse=glimpse))
    return replace(painted_studio(), others=(model,))


def broken() -> Studio:
    raise RendererUnavailable("The path tracer does not start.", "No background can be made.", "Run doctor.")


def faulty() -> Studio:
    def fault() -> None:
        raise ZeroDivisionError("with a secret in its message: canary-7c1d0f3b-sings-in-the-mine")

    return painted_studio(Tricky(fault))
