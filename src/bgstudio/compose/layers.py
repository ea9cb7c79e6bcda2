"""A picture as four layers that give it back when they are laid over each other."""

from __future__ import annotations

import numpy as np

from bgstudio.compose.background import Background
from bgstudio.domain.render import Layers
from bgstudio.pixels.colour import quantise, to_unit
from bgstudio.pixels.types import Byte, Float


def split_layers(background: Background, product: Byte, alpha: Float) -> Layers:
    """Background, shadow (black), reflection (colour) and product, encoded sRGB with straight alpha.

    The shadow takes the channel that is darkened most; what that takes too much of the others, the reflection layer
    gives back together with true reflections. Each layer is computed from the rounded ones below it, so that rounding
    does not add up.

    Args:
        background: empty and lit.
        product: uint8 (H, W, 3), colours of the product in the frame.
        alpha: float32 (H, W), its matte.
    """
    base = quantise(background.empty)
    below = to_unit(base)
    target = background.lit
    ratio = (target / np.maximum(below, 1 / 255)).min(-1)
    dark = quantise((1 - np.clip(ratio, 0, 1)).astype(np.float32))
    shadow = np.zeros((*dark.shape, 4), np.uint8)
    shadow[..., 3] = dark
    below = below * (1 - to_unit(dark)[..., None])
    return Layers(base, shadow, _adding(below, target), np.dstack([product, quantise(alpha)]))


def _adding(below: Float, target: Float) -> Byte:
    """The layer of least alpha that turns ``below`` into ``target`` wherever that is brighter."""
    gain = np.maximum(target - below, 0)
    need = (gain / np.maximum(1 - below, 1e-3)).max(-1)
    alpha = np.ceil(np.clip(need, 0, 1) * 255 - 1e-3).astype(np.uint8)
    a = to_unit(alpha)[..., None]
    colour = np.where(a > 0, below + gain / np.maximum(a, 1e-6), 0)
    return np.dstack([quantise(colour.astype(np.float32)), alpha])
