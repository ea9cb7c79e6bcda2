"""Slate: split along its layers, dark, faintly shining."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain, soft_step
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(stage: Stage, colour: Colour | None = None, seed: int = 2) -> Material:
    """Slate of a colour (linear RGB; default: the palette's surface)."""
    n = stage.size(1024)
    heights, tone, rough = _pattern(n, seed)
    base = np.asarray(stage.colour("surface") if colour is None else colour, np.float32)
    warm = np.float32(0.035) * cloud(n, 2.8, seed + 8)
    pixels = base * np.stack([tone * (1 + warm), tone, tone * (1 - warm)], -1)
    return Material(
        Texture(np.clip(pixels, 0, 1).astype(np.float32)),
        roughness=Texture(rough),
        specular=0.5,
        bump=Bump(heights, 0.045),
    )


@lru_cache(maxsize=8)
def cleft(n: int, seed: int) -> Float:
    """Heights (n, n) of a split face: flat terraces with short steps between, 0 on average, deviation about .6."""
    h = cloud(n, 2.9, seed)
    steps = 1.9
    level = np.floor(h * steps)
    ramp = soft_step(h * steps - level, 0.0, 0.20)
    field = (level + ramp) / steps * 0.55 + 0.16 * h + 0.10 * cloud(n, 1.9, seed + 1, 512)
    return np.asarray(field - field.mean(), np.float32)


@lru_cache(maxsize=8)
def _pattern(n: int, seed: int) -> tuple[Float, Float, Float]:
    """Heights, tone around 1, roughness; float32 (n, n)."""
    h = cleft(n, seed)
    fine = grain(n, 1.0, seed + 6)
    heights = h + 0.035 * fine
    tone = 1 + 0.20 * cloud(n, 2.3, seed + 4) + 0.08 * fine + 0.10 * h
    rough = np.clip(0.40 + 0.07 * cloud(n, 2.6, seed + 5) + 0.02 * fine, 0.24, 0.7)
    return heights.astype(np.float32), np.clip(tone, 0.3, 1.9).astype(np.float32), rough.astype(np.float32)
