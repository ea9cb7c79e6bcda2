"""Scene + Cutout + size + seed: all a backend needs to make a background."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bgstudio.domain.brief import Quality
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.scene import Scene

Window = tuple[slice, slice]
"""Rows and columns of a part of a picture."""


@dataclass(frozen=True)
class Rect:
    """A rectangle of whole pixels in the picture; may reach beyond its edges.

    ``left`` and ``top`` are inclusive; ``width`` and ``height`` at least 1.
    """

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Exclusive right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """Exclusive bottom edge: the line the product stands on."""
        return self.top + self.height

    def window(self, width: int, height: int) -> tuple[Window, Window] | None:
        """What is in view of it in a picture of that size: (part of the picture, part of the rectangle), or None."""
        top, left = max(0, self.top), max(0, self.left)
        bottom, right = min(height, self.bottom), min(width, self.right)
        if bottom <= top or right <= left:
            return None
        inside = slice(top - self.top, bottom - self.top), slice(left - self.left, right - self.left)
        return (slice(top, bottom), slice(left, right)), inside


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture to be made.

    Attributes:
        scene: the world around the product.
        cutout: the product.
        width, height: pixels of the picture.
        rect: where the product's bounding box lands; its pixels are laid there and nowhere else.
        seed: of the random numbers of the renderer.
        quality: how long it may take.
        shadow: 0 (none) .. 1 (as the light casts it) .. 1.5, strength of the product's shadow; for compositing.
        reflection: 0 (none) .. 1 (as the surface mirrors) .. 2, factor on the product's reflection; for compositing.
        words: what the person said, as they said it; for models that take any words.
        reference: a picture whose look is wanted; for models that look at one.
        reference_strength: 0..1, how much it counts.
    """

    scene: Scene
    cutout: Cutout
    width: int
    height: int
    rect: Rect
    seed: int = 0
    quality: Quality = Quality.FINAL
    shadow: float = 1.0
    reflection: float = 1.0
    words: str = ""
    reference: Picture | None = None
    reference_strength: float = 0.8


def frame_product(scene: Scene, aspect: float, width: int, height: int) -> Rect:
    """Where the product goes: bounded by the scene's height, width and area, standing on its base line.

    Args:
        scene: gives the bounds in ``scene.camera``.
        aspect: width by height of the product's bounding box.
        width, height: pixels of the picture.

    The bounds are parts of the frame. Tall or wide frames measure the product's area on the largest square inside,
    so that a banner does not blow the product up.
    """
    camera = scene.camera
    square = min(width, height)
    by_area = math.sqrt(camera.area / aspect) * square
    tall = min(camera.max_height * height, camera.max_width * width / aspect, by_area)
    rows = max(8, round(tall))
    cols = max(8, round(tall * aspect))
    bottom = camera.base * height
    if camera.overhead:
        bottom = camera.base * height + rows / 2
    left = round(camera.x * width - cols / 2)
    return Rect(left, round(bottom) - rows, cols, rows)
