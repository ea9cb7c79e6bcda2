"""The path tracer as a backend: what the parent process holds."""

from __future__ import annotations

import threading

import numpy as np

from bgstudio.backends.raytrace.process import RenderProcess
from bgstudio.backends.raytrace.recipe import Recipe, pack
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.domain.brief import Quality
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Cancel, Capabilities, Progress, check, never, silent
from bgstudio.domain.shot import Rect, Shot
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.pixels.resample import resize, resize_straight
from bgstudio.pixels.types import Float

NATIVE_PIXELS = 2048 * 2048
"""Backgrounds above this are rendered at it and enlarged; the product is laid over at full resolution."""

STAND_IN_SIDE = 700
"""Longest side of the product's picture that the stand-in wears: reflections and bounce show no more."""

EFFORTS: dict[Quality, dict[str, int | str]] = {
    Quality.PREVIEW: {"spp": 4, "guide_spp": 1, "small_spp": 4, "small_scale": 3, "denoiser": "balanced"},
    Quality.FINAL: {"spp": 4, "guide_spp": 2, "small_spp": 4, "small_scale": 4, "denoiser": "balanced"},
    Quality.FINE: {"spp": 32, "guide_spp": 4, "small_spp": 16, "small_scale": 2, "denoiser": "high"},
}
"""Samples are stratified: 4 of them, denoised, are as near to the converged picture as 8 independent ones, and the
weaker denoiser at 8 is farther from it than the better one at 4 (``docs/decisions/0007``)."""

DETAIL = {Quality.PREVIEW: 0.4, Quality.FINAL: 1.0, Quality.FINE: 1.25}


class PathTracer:
    """Renders sets with a path tracer in a child process of its own; satisfies ``domain.ports.Backend``.

    Args:
        renderer: ``auto``, ``llvm`` or ``scalar``.
        threads: CPU threads of the child; 0 uses every core.
        pictures: number of pictures after which the child is replaced.
        seconds: time one picture may take.
    """

    name = "raytrace"
    title = "Path tracer"
    vocabulary: Vocabulary = VOCABULARY
    capabilities = Capabilities(
        leaves_machine=False, needs_gpu=False, max_pixels=4096 * 4096, follows_reference=True, trained_model=False
    )

    def __init__(self, renderer: str = "auto", threads: int = 0, pictures: int = 40, seconds: float = 600.0) -> None:
        self._process = RenderProcess(renderer, threads, pictures)
        self._seconds = seconds
        self._warming: threading.Thread | None = None

    @property
    def facts(self) -> dict[str, str]:
        """Variant and versions of the running renderer; empty before the first start."""
        return self._process.facts

    def start(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """Start the renderer now: (variant and versions, notes on fallbacks); raises ``RendererUnavailable``."""
        self._process.start()
        return self._process.facts, self._process.notes

    def warm_up(self) -> None:
        """Begin loading the renderer in the background, while the photo is being cut out; nothing if it runs."""
        if self._warming is None or not self._warming.is_alive():
            self._warming = threading.Thread(target=self._quietly_start, daemon=True)
            self._warming.start()

    def _await_renderer(self, cancel: Cancel) -> None:
        """Wait for the renderer to be loaded, which takes seconds, without being deaf meanwhile."""
        self.warm_up()
        while self._warming is not None and self._warming.is_alive():
            check(cancel)
            self._warming.join(0.1)

    def _quietly_start(self) -> None:
        try:
            self._process.start()
        except Exception:  # whoever needs the renderer next is told
            return

    def generate(self, shot: Shot, progress: Progress = silent, cancel: Cancel = never) -> Plate:
        """Render one background; raises ``BackendError``, ``BadScene`` or ``Cancelled``."""
        check(cancel)
        factor = min(1.0, float(np.sqrt(NATIVE_PIXELS / (shot.width * shot.height))))
        header, arrays = pack(_recipe(shot, factor))
        header |= {"effort": EFFORTS[shot.quality], "seed": shot.seed}
        self._await_renderer(cancel)
        answer, layers = self._process.run(header, arrays, progress, cancel, self._seconds)
        notes = list(self._process.notes)
        if factor < 1:
            notes.append(
                f"The background was rendered at {header['width']} x {header['height']} and enlarged; "
                "the product is at full resolution."
            )

        def grow(name: str) -> Float:
            return _grown(layers[name], shot.width, shot.height)

        return Plate(
            backdrop=grow("backdrop"),
            shadow=np.clip(grow("shadow"), 0, 1),
            reflection=grow("reflection"),
            exposure=float(answer["exposure"]),
            backend=self.name,
            foot=(layers["foot"] / factor).astype(np.float32),
            horizon=None if answer["horizon"] is None else float(answer["horizon"]) / factor,
            vignette=float(answer["vignette"]),
            notes=tuple(notes),
            seconds=dict(answer["seconds"]),
        )

    def close(self) -> None:
        """End the child process."""
        self._process.stop()


def _recipe(shot: Shot, factor: float) -> Recipe:
    rgb, alpha = shot.cutout.cropped()
    rect = shot.rect
    if factor < 1:
        rect = Rect(*(round(value * factor) for value in (rect.left, rect.top, rect.width, rect.height)))
    longest = max(rect.width, rect.height)
    shrink = min(1.0, STAND_IN_SIDE / longest)
    cols, rows = max(8, round(rect.width * shrink)), max(8, round(rect.height * shrink))
    small_rgb, small_alpha = resize_straight(rgb, alpha, cols, rows)
    width, height = round(shot.width * factor), round(shot.height * factor)
    return Recipe(shot.scene, small_rgb, small_alpha, rect, width, height, DETAIL[shot.quality])


def _grown(layer: Float, width: int, height: int) -> Float:
    return np.maximum(resize(layer.astype(np.float32), width, height), 0)
