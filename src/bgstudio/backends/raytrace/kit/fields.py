"""Ready-made fields for textures: cached clouds, soft steps, and colours blended by a field."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bgstudio.backends.raytrace.kit.material import Colour
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.pixels.colour import linear_to_oklab, oklab_to_linear
from bgstudio.pixels.types import Double, Float


@lru_cache(maxsize=96)
def cloud(n: int, beta: float, seed: int, base: int = 256) -> Float:
    """Fractal noise (n, n) that tiles, made at ``base`` pixels and enlarged: for what has no grain finer than that.

    A tenth of the cost of noise at full size. Cached; never write into it.
    """
    if n <= base:
        field = fractal(n, n, beta, seed)
    else:
        pad = 4
        small = np.pad(fractal(base, base, beta, seed), pad, mode="wrap")
        scale = n / base
        size = round((base + 2 * pad) * scale)
        large = cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
        cut = round(pad * scale)
        field = np.ascontiguousarray(large[cut : cut + n, cut : cut + n], np.float32)
    field.setflags(write=False)
    return field


@lru_cache(maxsize=32)
def grain(n: int, beta: float, seed: int, tile: int = 512) -> Float:
    """Fine noise (n, n), made as one tile of at most ``tile`` pixels and repeated: nobody sees the period of grain."""
    size = min(n, tile)
    count = -(-n // size)
    field = np.tile(fractal(size, size, beta, seed), (count, count))[:n, :n]
    field.setflags(write=False)
    return field


def soft_step(x: Float | Double | float, low: float, high: float) -> Double:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(first: Colour, second: Colour, amount: Float | Double) -> Float:
    """Colours (3,) mixed by a field (h, w): float32 (h, w, 3)."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return (a + (b - a) * np.asarray(amount, np.float32)[..., None]).astype(np.float32)


def light(colour: Colour) -> float:
    """Luminance of a linear colour (Rec. 709)."""
    return float(np.asarray(colour, float) @ np.array([0.2126, 0.7152, 0.0722]))


def shade(colour: Colour, factor: float, chroma: float = 1.0) -> Float:
    """A linear colour made darker or lighter by ``factor``, its distance from grey scaled by ``chroma``."""
    c = np.asarray(colour, np.float32)
    grey = np.float32(light(c))
    return np.clip((grey + (c - grey) * np.float32(chroma)) * np.float32(factor), 0, 1).astype(np.float32)


def dusk(colour: Colour) -> Float:
    """A colour for a dark glow: dark orange and yellow, which look like mud, give way to the blue-grey of steel."""
    lab = linear_to_oklab(np.asarray(colour, float))
    hue = np.degrees(np.arctan2(lab[2], lab[1])) % 360
    muddy = soft_step(hue, 28, 50) * (1 - soft_step(hue, 118, 140))
    steel = 0.045 * np.array([np.cos(np.radians(252)), np.sin(np.radians(252))])
    lab[1:] += (steel - lab[1:]) * muddy
    return np.clip(oklab_to_linear(lab), 0, 1).astype(np.float32)
