"""Bare renders of shapes and lights, denoised."""

from __future__ import annotations

import mitsuba as mi
import numpy as np

from bgstudio.backends.raytrace import translate
from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.material import Light, Shape
from bgstudio.backends.raytrace.trace import denoise
from bgstudio.pixels.types import Float


def render(shapes: list[Shape], lights: list[Light], camera: Camera, spp: int, *, seed: int = 0) -> tuple[Float, Float]:
    """Radiance float32 (H, W, 3) and alpha (H, W); the light from everywhere counts as empty.

    ``spp`` must be a power of two, see ``trace.rations``.
    """
    description = translate.scene(shapes, lights)
    description["integrator"] = {"type": "path", "max_depth": 5, "rr_depth": 4, "hide_emitters": True}
    scene = mi.load_dict(description)
    sensor = translate.sensor(camera)
    sensor["film"] |= {"pixel_format": "rgba"}
    loaded = mi.load_dict(sensor)
    colour = np.array(mi.render(scene, sensor=loaded, spp=spp, seed=mi.UInt32(seed)), dtype=np.float32)
    aov = mi.load_dict({"type": "aov", "aovs": "albedo:albedo,normal:sh_normal"})
    plain = mi.load_dict(translate.sensor(camera))
    guides = np.array(mi.render(scene, sensor=plain, integrator=aov, spp=8, seed=mi.UInt32(seed + 99)), np.float32)
    albedo = np.ascontiguousarray(np.clip(guides[..., -6:-3], 0, 1))
    normal = np.ascontiguousarray(guides[..., -3:])
    return denoise(colour[..., :3], (albedo, normal), "high"), np.clip(colour[..., 3], 0, 1)
