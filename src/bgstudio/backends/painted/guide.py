"""The picture that edit models start from: the product on a plain ground, lit as the scene is."""

from __future__ import annotations

import math

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.footing import cast_shadow, footing
from bgstudio.domain.scene import Scene
from bgstudio.pixels.colour import hex_to_linear, quantise, to_encoded, to_unit
from bgstudio.pixels.filters import smoothstep
from bgstudio.pixels.types import Byte, Float

WARM = np.array([0.10, 0.0, -0.16], np.float32)
"""What full warmth adds to the light's colours, as a part of them."""

SMALL = 256
"""Longest side at which the empty ground is painted: it is all gradients."""


def paint_guide(laid: Laid, scene: Scene) -> Byte:
    """Backdrop and ground in the palette's colours, brighter towards the key light, the product's likely shadow, the
    product: uint8 (h, w, 3), encoded sRGB.

    Models that edit pictures take over what they see: this tells them from where the light comes, where the ground
    ends and that the product stands on it. It is plain, so that they do not take it for the finished picture.
    """
    height, width = laid.alpha.shape
    factor = min(1.0, SMALL / max(height, width))
    size = max(8, round(width * factor)), max(8, round(height * factor))
    ground = cv2.resize(_ground(laid, scene, *size), (width, height), interpolation=cv2.INTER_LINEAR)
    dark = cast_shadow(laid.alpha, scene)[..., None]
    shaded = to_encoded(np.asarray(ground * (1 - dark), np.float32))
    cover = laid.alpha[..., None]
    return quantise(np.asarray(shaded * (1 - cover) + to_unit(laid.rgb) * cover, np.float32))


def _ground(laid: Laid, scene: Scene, width: int, height: int) -> Float:
    """The empty set in linear light, float32 (height, width, 3)."""
    key, palette = scene.key, scene.palette
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = (y + 0.5) / height, (x + 0.5) / width
    backdrop, surface = hex_to_linear(palette.backdrop), hex_to_linear(palette.surface)
    if scene.camera.overhead:
        base = np.broadcast_to(surface, (height, width, 3))
    else:
        edge = _horizon(laid, scene)
        part = smoothstep(y, edge - 0.05, edge + 0.05)[..., None]
        base = backdrop * (1 - part) + surface * part
    lit = x if key.side == "right" else 1 - x
    slope = 0.45 * math.sin(math.radians(key.azimuth)) * (1 - 0.4 * key.softness)
    light = 1 + slope * (lit - 0.5) * 2
    if not scene.camera.overhead:
        light = light * (1 + 0.15 * (0.5 - y))
    colour = 1 + WARM * np.float32(key.warmth)
    return np.clip(base * light[..., None] * colour, 0, 1).astype(np.float32)


def _horizon(laid: Laid, scene: Scene) -> float:
    """Where ground and backdrop meet, as a part of the picture's height: higher, the more the camera looks down."""
    stand = footing(laid.alpha)
    if stand is None:
        return 0.62
    base = float(stand.low.max()) / laid.alpha.shape[0]
    deep = stand.tall / laid.alpha.shape[0] * min(0.9, 0.12 + 0.022 * scene.camera.pitch)
    return max(0.2, base - deep)
