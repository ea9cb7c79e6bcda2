"""What the renderer is told of a shot, and how it travels to the child process. Imports no renderer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bgstudio.domain.scene import Scene
from bgstudio.domain.shot import Rect
from bgstudio.pixels.colour import bytes_to_linear, linear_to_bytes, quantise
from bgstudio.pixels.types import Float


@dataclass(frozen=True, eq=False)
class Recipe:
    """What the renderer is told: no more than it needs.

    Attributes:
        scene: the set.
        rgb: float32 (h, w, 3) linear, the product's colours inside its box, reduced.
        alpha: float32 (h, w).
        rect: where the box lands.
        width, height: pixels of the picture.
        detail: 1 for finished pictures, less for previews.
    """

    scene: Scene
    rgb: Float
    alpha: Float
    rect: Rect
    width: int
    height: int
    detail: float = 1.0


def pack(recipe: Recipe) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """A recipe as a message; colours travel as encoded bytes, which is what a stand-in needs."""
    header = {
        "scene": recipe.scene.model_dump(mode="json"),
        "rect": asdict(recipe.rect),
        "width": recipe.width,
        "height": recipe.height,
        "detail": recipe.detail,
    }
    return header, {"rgb": linear_to_bytes(recipe.rgb), "alpha": quantise(recipe.alpha)}


def unpack(header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> Recipe:
    """The recipe of a message."""
    return Recipe(
        scene=Scene.model_validate(header["scene"]),
        rgb=bytes_to_linear(arrays["rgb"]),
        alpha=arrays["alpha"].astype(np.float32) / np.float32(255),
        rect=Rect(**header["rect"]),
        width=header["width"],
        height=header["height"],
        detail=header["detail"],
    )
