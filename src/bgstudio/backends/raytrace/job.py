"""One job of the renderer's process: a recipe comes in, layers go out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bgstudio.backends.raytrace.build import build_stage
from bgstudio.backends.raytrace.layers import split
from bgstudio.backends.raytrace.recipe import Recipe, unpack
from bgstudio.backends.raytrace.registry import Registry
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.trace import Effort, Step, trace
from bgstudio.pixels.colour import SHOULDER, luminance, to_linear
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Float

REGISTRY = Registry()

WHITE = 2.8
"""Radiance that the tone curve shows as 255."""


def cover(recipe: Recipe) -> Float:
    """float32 (H, W): the product's alpha at its place in the picture."""
    rect = recipe.rect
    out = np.zeros((recipe.height, recipe.width), np.float32)
    small = resize(recipe.alpha, rect.width, rect.height)
    if (seen := rect.window(recipe.width, recipe.height)) is not None:
        frame, source = seen
        out[frame] = small[source]
    return np.clip(out, 0, 1)


def exposure(backdrop: Float, covered: Float, finish: Finish, stops: float) -> float:
    """Factor that puts the set's percentile of luminance, outside the product, at its level."""
    start = int(finish.below * backdrop.shape[0])
    outside = covered[start:] < 0.02
    light = luminance(backdrop[start:])[outside]
    if light.size < 16:
        light = luminance(backdrop).ravel()
    level = float(to_linear(finish.level))
    return level / max(1e-6, float(np.percentile(light, finish.percentile))) * 2.0**stops


def render_job(
    header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]], step: Step
) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Build, trace and split one picture.

    Returns:
        The answer's header (exposure, horizon, vignette, white, seconds) and the layers backdrop, shadow, reflection
        as float16 (H, W, 3), with foot as float32 (n, 2).
    """
    recipe = unpack(header, arrays)
    step("building the set", 0.02)
    stage = build_stage(recipe, REGISTRY)
    step("lighting the set", 0.08)
    traced = trace(stage, Effort(**header["effort"]), header["seed"], step)
    covered = cover(recipe)
    backdrop, shadow, reflection = split(traced.lit, traced.lit_small, traced.empty_small, covered)
    factor = exposure(backdrop, covered, stage.finish, stage.scene.exposure)
    if stage.finish.white:
        backdrop, shadow, reflection, factor = packshot(backdrop, shadow, stage)
    foot, _ = stage.camera.project(stage.product.foot)
    answer = {
        "exposure": factor,
        "horizon": stage.camera.horizon,
        "vignette": stage.finish.vignette,
        "seconds": traced.seconds,
    }
    # half floats hold eleven bits of any brightness: more than a picture shows, half the pipe's work
    limit = np.float32(6e4)
    layers: dict[str, npt.NDArray[Any]] = {
        "backdrop": np.minimum(backdrop, limit).astype(np.float16),
        "shadow": shadow.astype(np.float16),
        "reflection": np.minimum(reflection, limit).astype(np.float16),
        "foot": foot.astype(np.float32),
    }
    return answer, layers


def packshot(backdrop: Float, shadow: Float, stage: Stage) -> tuple[Float, Float, Float, float]:
    """Pure white (255) backdrop; only the product's shadow is kept, ended before the horizon and the frame's edges.

    The shadow is neutral, except for the part of its colour that ``finish.mirrored`` lets through.
    """
    height, width = backdrop.shape[:2]
    neutral = shadow.mean(-1, keepdims=True)
    seen = neutral + np.float32(stage.finish.mirrored) * (shadow - neutral)
    rows = np.arange(height, dtype=np.float32)[:, None, None] / height
    columns = np.arange(width, dtype=np.float32)[None, :, None] / width
    horizon = (stage.camera.horizon or 0.0) / height
    kept = _ramp((rows - horizon - 0.02) / 0.25)
    # marketplaces look at the outermost pixels: those are white
    kept = kept * _ramp((1 - rows) / 0.045) * _ramp(np.minimum(columns, 1 - columns) / 0.045)
    shade = 1 - (1 - np.clip(seen / 0.985, 0, 1)) * kept
    # white lies so high on the tone curve's shoulder that it ends at 255: the shadow is put through the curve backwards
    k = np.float32(SHOULDER)
    above = k - (1 - k) * np.log(np.maximum(1 - (shade - k) / (1 - k), np.float32(1e-4)))
    radiance = np.minimum(np.where(shade < k, shade, above), np.float32(WHITE))
    white = np.full_like(backdrop, WHITE)
    return white, (radiance / np.float32(WHITE)).astype(np.float32), np.zeros_like(backdrop), 1.0


def _ramp(x: Float) -> Float:
    t = np.clip(x, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
