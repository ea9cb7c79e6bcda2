"""Studios and backends whose pictures cost milliseconds."""

from __future__ import annotations

import time

import numpy as np

from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.bootstrap import build_decoder
from bgstudio.cutout import CutoutMaker
from bgstudio.direction import Director
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Cancel, Capabilities, CredentialSigner, Progress, check, never, silent
from bgstudio.domain.shot import Shot
from bgstudio.errors import WeightsMissing
from bgstudio.marks import Marker
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.settings import Settings
from bgstudio.studio import Studio


class PaintedBackend:
    """A ``Backend`` that paints a plain sweep in the scene's colours with a soft blob of shadow.

    ``shots`` keeps what it was asked for, ``fail`` is raised instead of a picture where it is set; ``seconds`` that a
    picture lasts, asking all the while whether to stop.
    """

    name = "painted"
    title = "Painted stand-in"
    vocabulary = VOCABULARY
    capabilities = Capabilities(
        leaves_machine=False, needs_gpu=False, max_pixels=4096 * 4096, follows_reference=True, trained_model=False
    )

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.fail: Exception | None = None
        self.seconds = 0.0
        self.closed = False

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        """Paint; deterministic."""
        check(cancel)
        self.shots.append(shot)
        if self.fail is not None:
            raise self.fail
        progress("painting", 0.5)
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < self.seconds:
            progress("painting", 0.5 + 0.5 * passed / self.seconds)
            time.sleep(0.02)
            check(cancel)
        y, x = np.mgrid[0 : shot.height, 0 : shot.width].astype(np.float32)
        colour = hex_to_linear(shot.scene.palette.backdrop)
        backdrop = (0.7 + 0.3 * y / shot.height)[..., None] * colour
        middle, half = shot.rect.left + shot.rect.width / 2, shot.rect.width / 2
        blob = np.exp(-(((x - middle) / half) ** 2) - ((y - shot.rect.bottom) / (0.05 * shot.rect.height + 1)) ** 2)
        shadow = np.repeat((1 - 0.6 * blob)[..., None], 3, -1)
        foot = np.array([[shot.rect.left, shot.rect.bottom], [shot.rect.right, shot.rect.bottom]], np.float32)
        progress("painting", 1.0)
        return Plate(
            backdrop.astype(np.float32), shadow.astype(np.float32), np.zeros_like(backdrop, np.float32), 1.0, self.name,
            foot=foot,
        )  # fmt: skip

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def painted_studio(backend: PaintedBackend | None = None, signer: CredentialSigner | None = None) -> Studio:
    """A studio whose backgrounds are painted and which cuts out nothing: give it photos with transparency.

    Args:
        backend: paints; a plain sweep without.
        signer: signs Content Credentials; without, files have none and are the same bytes each time.
    """
    config = Settings(offline=True)

    def no_cutter(preview: bool, progress: Progress, cancel: Cancel) -> CutoutMaker:
        del preview, progress, cancel
        raise WeightsMissing("This studio has no network.", "It takes photos with transparency only.")

    backend = backend or PaintedBackend()
    director = Director(backend.vocabulary)
    return Studio(build_decoder(config), no_cutter, director, backend, marker=Marker(signer=signer))


def painted_for_worker(seconds: float = 0.0, signer: CredentialSigner | None = None) -> Studio:
    """``painted_studio`` for an engine's workers: ``LocalPool(studio=engine.PAINTED, arguments={"seconds": 0.5})``."""
    backend = PaintedBackend()
    backend.seconds = seconds
    return painted_studio(backend, signer)
