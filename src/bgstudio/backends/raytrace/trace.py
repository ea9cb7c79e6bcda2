"""Path tracing a stage: passes, guides, denoising. Runs in the child process only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mitsuba as mi
import numpy as np
import pyoidn

from bgstudio.backends.raytrace import translate
from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.material import Material, Shape, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float

SAMPLES_PER_PASS = 1 << 22
"""Camera rays traced at once. Bounds the memory of the wavefront; larger passes are not faster."""

AWAY = (0.0, 0.0, -4000.0)
"""Where the stand-in goes for the empty set: far below the floor, so that the compiled kernel stays the same."""

Step = Callable[[str, float], None]


@dataclass(frozen=True)
class Effort:
    """How hard to try.

    Attributes:
        spp, guide_spp: samples per pixel of the picture and of its guides.
        small_spp, small_scale: samples of the small pair that tells the layers apart, and how many times smaller it is.
        denoiser: ``fast``, ``balanced`` or ``high``.
    """

    spp: int
    guide_spp: int
    small_spp: int
    small_scale: int
    denoiser: str


@dataclass(frozen=True, eq=False)
class Traced:
    """Radiance with the product's stand-in, and small with it and without it; float32 (H, W, 3)."""

    lit: Float
    lit_small: Float
    empty_small: Float
    seconds: dict[str, float]


def product_shape(stage: Stage) -> Shape:
    """The stand-in, lit by the set like any other thing: right contact, shadow, reflection and bounce."""
    return Shape(stage.product.mesh, Material(Texture(stage.product.texture), matt=True))


def _integrator(stage: Stage) -> translate.Plugin:
    # emitters stay visible only where a set shows a screen or a sky; softboxes are outside the frame anyway
    return {"type": "path", "max_depth": stage.finish.bounces, "rr_depth": 4, "hide_emitters": False}


def _passes(scene: Any, camera: Camera, spp: int, seed: int, step: Step, low: float, high: float) -> Float:
    """Average of as many passes as the wavefront's bound asks for."""
    sensor = mi.load_dict(translate.sensor(camera))
    total: Float | None = None
    done = 0
    for i, now in enumerate(rations(spp, SAMPLES_PER_PASS // (camera.width * camera.height))):
        image = np.array(mi.render(scene, sensor=sensor, spp=now, seed=mi.UInt32(seed * 1009 + i)), dtype=np.float32)
        total = image * now if total is None else total + image * now
        done += now
        step("rendering", low + (high - low) * done / spp)
    assert total is not None
    return total / np.float32(spp)


def rations(spp: int, most: int) -> list[int]:
    """Samples per pixel of each pass: powers of two, at most ``most`` where that is not 0, ``spp`` in all.

    The renderer's threads take blocks of samples whose size is a power of two. Another number would let a pixel's
    samples fall into two blocks, whose threads add to the film in any order: the sum, rounded, would not be the same
    each time.
    """
    out = []
    while spp > 0:
        now = 1 << (max(1, min(spp, most)).bit_length() - 1)
        out.append(now)
        spp -= now
    return out


def _guides(scene: Any, camera: Camera, spp: int, seed: int) -> tuple[Float, Float]:
    """Albedo and shading normals (H, W, 3) in a render of their own: nested in the path tracer they double its cost."""
    integrator = mi.load_dict({"type": "aov", "aovs": "albedo:albedo,normal:sh_normal"})
    sensor = mi.load_dict(translate.sensor(camera))
    spp = 1 << (spp - 1).bit_length()  # see ``rations``
    out = np.array(
        mi.render(scene, sensor=sensor, integrator=integrator, spp=spp, seed=mi.UInt32(seed)), dtype=np.float32
    )
    return np.ascontiguousarray(np.clip(out[..., -6:-3], 0, 1)), np.ascontiguousarray(out[..., -3:])


def denoise(image: Float, guides: tuple[Float, Float] | None, quality: str) -> Float:
    """Intel Open Image Denoise on HDR radiance."""
    image = np.nan_to_num(image, nan=0.0, posinf=1e4, neginf=0.0)
    albedo, normal = guides if guides is not None else (None, None)
    out = pyoidn.denoise(np.ascontiguousarray(image), albedo=albedo, normal=normal, hdr=True, quality=quality)
    return np.maximum(np.asarray(out, np.float32), 0)


def trace(stage: Stage, effort: Effort, seed: int, step: Step) -> Traced:
    """Render the stage with its product, and small without it."""
    seconds: dict[str, float] = {}
    clock = _Clock(seconds)
    shapes = [*stage.shapes, product_shape(stage)]
    description = translate.scene(shapes, stage.lights)
    description["integrator"] = _integrator(stage)
    scene = mi.load_dict(description)
    clock("load")
    camera = stage.camera
    spp = max(1, round(effort.spp * stage.finish.spp))
    image = _passes(scene, camera, spp, seed, step, 0.1, 0.8)
    clock("render")
    # a wide lens blurs the guides too: they need samples, or their noise is drawn into the background
    guide_spp = effort.guide_spp * (2 if camera.aperture > 0 else 1)
    guides = _guides(scene, camera, guide_spp, seed + 99)
    clock("guides")
    lit = denoise(image, guides, effort.denoiser)
    clock("denoise")
    step("finishing", 0.88)
    lit_small, empty_small = _small_pair(scene, shapes[-1].mesh, camera, effort, seed, step)
    clock("small")
    return Traced(lit, lit_small, empty_small, seconds)


def _small_pair(
    scene: Any, stand_in: Mesh, camera: Camera, effort: Effort, seed: int, step: Step
) -> tuple[Float, Float]:
    """The set with its product and without, small, with the same random numbers: their noise is alike and cancels."""
    width, height = camera.width // effort.small_scale, camera.height // effort.small_scale
    small = camera.scaled(max(16, width), max(16, height))

    def shot(start: float) -> Float:
        image = _passes(scene, small, effort.small_spp, seed + 7, step, start, start + 0.04)
        return denoise(image, _guides(scene, small, max(2, effort.guide_spp), seed + 98), effort.denoiser)

    lit = shot(0.88)
    params = mi.traverse(scene)
    names = list(params.keys())  # type: ignore[no-untyped-call]
    key = next(k for k in names if k.endswith("vertex_positions") and len(params[k]) == stand_in.V.size)
    params[key] = (stand_in.V + np.asarray(AWAY, np.float32)).ravel()
    params.update()
    return lit, shot(0.93)


class _Clock:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        self._seconds[name] = round(now - self._last, 4)
        self._last = now
