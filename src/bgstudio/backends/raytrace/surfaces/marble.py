"""Polished marble: white with grey veins, or near black with pale ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import blend, cloud, soft_step
from bgstudio.backends.raytrace.kit.material import Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Float

POLISH = 0.16
"""Roughness: a counter in use, not a mirror."""


def white(stage: Stage, colour: Colour | None = None, seed: int | None = None) -> Material:
    """White marble, barely tinted by ``colour`` (linear RGB; default: the palette's surface)."""
    return _marble(stage, colour, seed, base="#f1efeb", vein="#77757a", warm="#c9b595", own=0.12, haze=0.30)


def dark(stage: Stage, colour: Colour | None = None, seed: int | None = None) -> Material:
    """Near black marble with pale veins, barely tinted by ``colour``."""
    return _marble(stage, colour, seed, base="#33393a", vein="#c9cdc8", warm="#a8946c", own=0.03, haze=0.07)


def _marble(
    stage: Stage, colour: Colour | None, seed: int | None, *, base: str, vein: str, warm: str, own: float, haze: float
) -> Material:
    veins, stains, cloudy = _pattern(stage.size(1024), stage.scene.seed % 4 if seed is None else seed)
    wish = np.asarray(stage.colour("surface") if colour is None else colour, np.float32)
    ground = hex_to_linear(base) * (1 - own) + wish * own
    pixels = blend(ground, hex_to_linear(vein), haze * cloudy)
    pixels = pixels + (hex_to_linear(warm) - pixels) * stains[..., None]
    pixels = pixels + (hex_to_linear(vein) - pixels) * veins[..., None]
    return Material(Texture(np.clip(pixels, 0, 1).astype(np.float32)), roughness=POLISH, specular=0.5)


@lru_cache(maxsize=6)
def _pattern(n: int, seed: int) -> tuple[Float, Float, Float]:
    """Veins, warm stains beside them, and haze; each float32 (n, n), 0..1."""
    s = 40 * seed
    lean = 1 if seed % 2 else -1
    sway, ripple = cloud(n, 4.4, s, 128), cloud(n, 2.7, s + 1)
    bold = _distance(n, (1, 2 * lean), 0.34 * sway + 0.035 * ripple)
    side = _distance(n, (2, lean), 0.30 * cloud(n, 4.2, s + 2, 128) + 0.05 * ripple + 0.1 * sway)
    hair = _distance(n, (3, -4 * lean), 0.50 * cloud(n, 3.8, s + 3, 128) + 0.06 * ripple)
    # a vein swells, thins out and vanishes along its way
    presence = soft_step(cloud(n, 3.6, s + 6, 128), -0.9, 0.7)
    other = soft_step(cloud(n, 3.6, s + 7, 128), -0.3, 1.0)
    width = (0.012 + 0.030 * presence * (1 + 0.5 * np.clip(ripple, -1, 1))).astype(np.float32)
    thread = 0.75 * np.exp(-bold / 0.007) * presence + 0.45 * np.exp(-bold / width) * presence
    thread = thread + 0.55 * np.exp(-side / (0.004 + 0.010 * other)) * other + 0.26 * np.exp(-hair / 0.010) * other
    halo = np.exp(-bold / 0.16) * presence + 0.6 * np.exp(-side / 0.10) * other
    haze = np.clip(0.75 * halo * (1 + 0.35 * ripple) + 0.14 + 0.10 * cloud(n, 3.0, s + 8), 0, 1)
    stains = 0.22 * np.exp(-side / 0.06) * other * soft_step(sway, -0.2, 1.2)
    return np.clip(0.9 * thread, 0, 0.92).astype(np.float32), stains.astype(np.float32), haze.astype(np.float32)


def _distance(n: int, waves: tuple[int, int], bend: Float) -> Float:
    """Distance 0..0.5 from the nearest of some parallel lines, ``waves`` of them across x and y, bent by a field."""
    x = np.arange(n, dtype=np.float32) / n
    phase = waves[0] * x[None] + waves[1] * x[:, None] + bend
    return np.abs(phase - np.round(phase)).astype(np.float32)
