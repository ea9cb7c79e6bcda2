"""Small synthetic products, scenes and plates for tests."""

from __future__ import annotations

import numpy as np

from bgstudio.domain.cutout import Cutout
from bgstudio.domain.plate import Plate
from bgstudio.domain.scene import CameraSpec, Palette, Scene
from bgstudio.domain.shot import Shot, frame_product
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import bytes_to_linear
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float

PALETTE = Palette(backdrop="#c9d6da", surface="#e6dccb", accent="#d98a5b", accent2="#5b7f8c")


def matte(kind: str = "bottle", height: int = 300, width: int = 200) -> Float:
    """The silhouette of a simple product, softened by about a pixel: float32 (height, width)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / height, x / width
    shapes = {
        "bottle": ((np.abs(x - 0.5) < np.where(y < 0.35, 0.14, 0.34)) & (y > 0.06) & (y < 0.94)),
        "shoe": ((y > 0.4 + 0.3 * x) & (y < 0.9) & (x > 0.05) & (x < 0.95)),
        "ring": ((np.hypot(x - 0.5, y - 0.5) < 0.42) & (np.hypot(x - 0.5, y - 0.5) > 0.3)),
        "box": ((x > 0.1) & (x < 0.9) & (y > 0.1) & (y < 0.9)),
    }
    return np.clip(blur(shapes[kind].astype(np.float32), 0.8), 0, 1)


def cutout(kind: str = "bottle", height: int = 300, width: int = 200, seed: int = 1) -> Cutout:
    """A textured product."""
    alpha = matte(kind, height, width)
    rng = np.random.default_rng(seed)
    rgb = bytes_to_linear(rng.integers(30, 220, (height, width, 3), dtype=np.uint8))
    box = bounding_box(alpha)
    assert box is not None
    return Cutout(rgb, alpha, np.ones_like(alpha), box, "drawn")


def scene(**changes: object) -> Scene:
    """A plain scene."""
    fields: dict[str, object] = {"name": "test", "set": "sweep", "palette": PALETTE, "camera": CameraSpec()}
    return Scene.model_validate(fields | changes)


def shot(product: Cutout | None = None, width: int = 320, height: int = 320, seed: int = 3) -> Shot:
    """A shot of a product in a plain scene."""
    product = product or cutout()
    world = scene()
    return Shot(world, product, width, height, frame_product(world, product.aspect, width, height), seed=seed)


def plate(of: Shot, *, gap: int = 0) -> Plate:
    """A painted plate: a grey sweep with a blob of shadow at the product's foot, ``gap`` pixels below it."""
    y, x = np.mgrid[0 : of.height, 0 : of.width].astype(np.float32)
    backdrop = np.repeat((0.35 + 0.25 * y / of.height)[..., None], 3, -1).astype(np.float32)
    centre, half = of.rect.left + of.rect.width / 2, of.rect.width / 2
    below = of.rect.bottom + gap
    blob = np.exp(-(((x - centre) / half) ** 2) - ((y - below) / (0.05 * of.rect.height)) ** 2)
    blob[: below if gap else 0] *= 0
    shadow = np.repeat((1 - 0.6 * blob)[..., None], 3, -1).astype(np.float32)
    foot = np.array([[of.rect.left, of.rect.bottom], [of.rect.right, of.rect.bottom]], np.float32)
    return Plate(backdrop, shadow, np.zeros_like(backdrop), 1.0, "painted", None if gap else foot, vignette=0.08)
