"""Planks of oak and walnut: growth rings cut lengthwise, fibres, pores and joints."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import blend
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, Texture
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Float

PLANKS = 5
"""Planks across one texture."""


def oak(stage: Stage, colour: Colour | None = None, across: bool = False, seed: int | None = None) -> Material:
    """Oiled oak; planks run away from the camera, or ``across`` the picture.

    ``colour`` (linear RGB; default: the palette's surface) tints it as far as it is a colour that oak can have.
    """
    return _wood(stage, colour, across, seed, light="#d6b183", dark="#9a6b3f", rough=0.42)


def walnut(stage: Stage, colour: Colour | None = None, across: bool = False, seed: int | None = None) -> Material:
    """Oiled walnut, like ``oak``."""
    return _wood(stage, colour, across, seed, light="#8f6848", dark="#4a2f1d", rough=0.38)


def _wood(
    stage: Stage, colour: Colour | None, across: bool, seed: int | None, *, light: str, dark: str, rough: float
) -> Material:
    tone, dirt, heights = _pattern(stage.size(1024), stage.scene.seed % 3 if seed is None else seed)
    pixels = blend(hex_to_linear(light), hex_to_linear(dark), tone) * dirt[..., None]
    wish = np.asarray(stage.colour("surface") if colour is None else colour, np.float32)
    # woods are warm: a wish for anything else is answered by a stain of half its strength
    own = pixels.reshape(-1, 3).mean(0)
    stain = np.clip(wish / np.maximum(own, 1e-3), 0.6, 1.6) ** (0.5 if wish[0] > wish[2] else 0.2)
    pixels = np.clip(pixels * stain, 0, 1).astype(np.float32)
    if across:
        pixels, heights = np.ascontiguousarray(np.rot90(pixels)), np.ascontiguousarray(np.rot90(heights))
    return Material(Texture(pixels), roughness=rough, specular=0.4, bump=Bump(heights, 0.010))


@lru_cache(maxsize=6)
def _pattern(n: int, seed: int) -> tuple[Float, Float, Float]:
    """Darkness 0..1, dirt (a factor) and heights of planks along the rows; each float32 (n, n)."""
    rng = np.random.default_rng(seed * 31 + 5)
    fibre = fractal(n, n, 1.1, seed * 100, stretch=(9, 0.22))
    strand = fractal(n, n, 1.7, seed * 100 + 1, stretch=(10, 0.7))
    pores = np.clip(fractal(n, n, 0.7, seed * 100 + 2, stretch=(11, 0.32)) - 1.35, 0, 1)
    wave = fractal(256, 256, 4.0, seed * 100 + 3, stretch=(2, 1))
    tone, dirt, heights = (np.empty((n, n), np.float32) for _ in range(3))
    edges = np.linspace(0, n, PLANKS + 1).round().astype(int)
    rows = np.linspace(0, 1, n, endpoint=False, dtype=np.float32)[:, None]
    for i in range(PLANKS):
        a, b = edges[i], edges[i + 1]
        u = np.linspace(-1, 1, b - a, dtype=np.float32)[None]
        shift = int(rng.integers(n))
        local = np.roll(_enlarged(wave, n, b - a, int(rng.integers(256))), shift, 0)
        rings = _rings(rows, u, local, rng)
        grain = 0.52 * rings + 0.15 * np.roll(strand[:, a:b], shift, 0) + 0.08 * np.roll(fibre[:, a:b], shift, 0)
        tone[:, a:b] = 0.22 + grain + rng.uniform(-0.16, 0.18)
        hole = np.roll(pores[:, a:b], shift, 0) * (1.15 - 0.7 * rings)
        edge = np.minimum(np.arange(b - a), np.arange(b - a)[::-1])[None] * (1024 / n)
        gap = np.clip((edge + 0.5) / 3.0, 0, 1)
        worn = np.clip((edge + 0.5) / 16.0, 0, 1) ** 0.5
        dirt[:, a:b] = (1 - 0.42 * hole) * (0.16 + 0.84 * gap) * (0.9 + 0.1 * worn)
        heights[:, a:b] = 0.10 * grain - 0.32 * hole + 0.35 * worn + 0.9 * gap
    return np.clip(tone, 0, 1), dirt, heights


def _enlarged(field: Float, height: int, width: int, start: int) -> Float:
    """A window of a tiling field, enlarged to (height, width), its rows still tiling."""
    columns = np.arange(width) * 52 // width + start
    part = np.take(field, columns % field.shape[1], axis=1)
    at = np.arange(height) * field.shape[0] / height
    low = at.astype(int)
    share = (at - low)[:, None].astype(np.float32)
    smooth = part[low] * (1 - share) + part[(low + 1) % field.shape[0]] * share
    # columns were repeated: a running mean over one source column smooths the steps
    span = max(1, width // 52)
    kernel = np.ones(span, np.float32) / span
    padded = np.pad(smooth, ((0, 0), (span, span)), mode="edge")
    smoothed = np.apply_along_axis(np.convolve, 1, padded, kernel, "same")
    return np.asarray(smoothed[:, span:-span], np.float32)


def _rings(rows: Float, u: Float, wave: Float, rng: np.random.Generator) -> Float:
    """Late wood, 0..1: the board is a lengthwise cut through cones, so rings run in long arcs with pointed ends."""
    heart = rng.uniform(-1.6, 1.6)
    deep = rng.uniform(0.15, 0.5)
    swing = rng.uniform(0.25, 0.5) * np.sin(2 * np.pi * rows + rng.uniform(0, 2 * np.pi))
    swing = swing + 0.16 * np.sin(4 * np.pi * rows + rng.uniform(0, 2 * np.pi))
    radius = np.sqrt((u - heart) ** 2 + (deep + swing + 0.10 * wave) ** 2) + 0.055 * wave
    phase = radius * rng.uniform(6.5, 9.5)
    # every ring has its own strength
    strength = 0.55 + 0.45 * np.sin(np.floor(phase) * 2.4 + rng.uniform(0, 6))
    part = phase - np.floor(phase)
    late = part**2.2 * (1 - np.clip((part - 0.86) / 0.14, 0, 1))
    return (1.25 * late * strength).astype(np.float32)
