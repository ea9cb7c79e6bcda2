"""Path tracing a stage: passes, guides, denoising, and the split into layers. Runs in the child process only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
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
    """How hard to try: samples per pixel, of the picture, its guides and the small empty set; denoiser quality."""

    spp: int
    guide_spp: int
    empty_spp: int
    empty_scale: int
    denoiser: str


@dataclass(frozen=True, eq=False)
class Traced:
    """Radiance with the product's stand-in, and of the empty set at a lower resolution; float32 (H, W, 3)."""

    lit: Float
    empty: Float
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
    per_pass = int(np.clip(SAMPLES_PER_PASS // (camera.width * camera.height), 1, spp))
    count = -(-spp // per_pass)
    total: Float | None = None
    done = 0
    for i in range(count):
        now = min(per_pass, spp - done)
        image = np.array(mi.render(scene, sensor=sensor, spp=now, seed=mi.UInt32(seed * 1009 + i)), dtype=np.float32)
        total = image * now if total is None else total + image * now
        done += now
        step("rendering", low + (high - low) * done / spp)
    assert total is not None
    return total / np.float32(spp)


def _guides(scene: Any, camera: Camera, spp: int, seed: int) -> tuple[Float, Float]:
    """Albedo and shading normals (H, W, 3) in a render of their own: nested in the path tracer they double its cost."""
    integrator = mi.load_dict({"type": "aov", "aovs": "albedo:albedo,normal:sh_normal"})
    sensor = mi.load_dict(translate.sensor(camera))
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
    guide_spp = effort.guide_spp * (3 if camera.aperture > 0 else 1)
    guides = _guides(scene, camera, guide_spp, seed + 99)
    clock("guides")
    lit = denoise(image, guides, effort.denoiser)
    clock("denoise")
    step("finishing", 0.88)
    empty = _empty(scene, shapes[-1].mesh, camera, effort, seed, step)
    clock("empty")
    return Traced(lit, empty, seconds)


def _empty(scene: Any, stand_in: Mesh, camera: Camera, effort: Effort, seed: int, step: Step) -> Float:
    small = camera.scaled(max(16, camera.width // effort.empty_scale), max(16, camera.height // effort.empty_scale))
    params = mi.traverse(scene)
    names = list(params.keys())  # type: ignore[no-untyped-call]
    key = next(k for k in names if k.endswith("vertex_positions") and len(params[k]) == stand_in.V.size)
    params[key] = (stand_in.V + np.asarray(AWAY, np.float32)).ravel()
    params.update()
    image = _passes(scene, small, effort.empty_spp, seed + 7, step, 0.9, 0.97)
    return denoise(image, _guides(scene, small, max(4, effort.guide_spp), seed + 98), effort.denoiser)


class _Clock:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self._last = time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        self._seconds[name] = round(now - self._last, 4)
        self._last = now


def split(lit: Float, empty: Float, covered: Float) -> tuple[Float, Float, Float]:
    """Radiance with the product into backdrop, shadow and reflection: ``backdrop * shadow + reflection == lit``.

    The empty set is known at a lower resolution only. Its ratio to the picture, smooth as shadows are, gives the shadow
    and what the product adds; the backdrop is what remains of the full-resolution picture when both are taken out, so
    no texture is lost. Under the product, where nobody looks, the enlarged empty set fills in.

    Args:
        lit: float32 (H, W, 3) radiance.
        empty: float32 (h, w, 3) radiance.
        covered: float32 (H, W) 0..1, where the product's pixels will lie.
    """
    height, width = lit.shape[:2]
    h, w = empty.shape[:2]
    # compared without the product's own pixels, whose colours would bleed into the shadow beside them
    weight = np.clip(1 - cv2.dilate(covered, np.ones((5, 5))), 0, 1)[..., None] + np.float32(1e-3)
    seen = cv2.resize(weight, (w, h), interpolation=cv2.INTER_AREA)
    lit_small = cv2.resize(lit * weight, (w, h), interpolation=cv2.INTER_AREA) / seen[..., None]
    floor = np.float32(1e-4)
    ratio = lit_small / np.maximum(empty, floor)
    shadow_small = np.clip(ratio, 0, 1)
    shadow_small = np.where(shadow_small > 0.985, 1, shadow_small)  # denoiser residue is no shadow
    added_small = np.maximum(lit_small - empty, 0)
    added_small = np.where(added_small > 0.03 * empty, added_small, 0)

    def grow(x: Float) -> Float:
        return np.asarray(cv2.resize(x.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    shadow, added = np.clip(grow(shadow_small), 0.02, 1), np.minimum(np.maximum(grow(added_small), 0), lit)
    backdrop = (lit - added) / shadow
    under = covered[..., None]
    fill = grow(empty)
    backdrop = backdrop * (1 - under) + fill * under
    reflection = np.maximum(lit - backdrop * shadow, 0)
    # whatever rounding or the fill has left over is the shadow's: the sum must be the picture
    shadow = np.clip((lit - reflection) / np.maximum(backdrop, floor), 0, 1)
    return backdrop.astype(np.float32), shadow.astype(np.float32), reflection.astype(np.float32)
