"""The product at its place in the frame: resized once, then never changed again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.domain.cutout import Cutout
from bgstudio.domain.shot import Rect
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Byte, Float


@dataclass(frozen=True, eq=False)
class Placed:
    """The product in the frame.

    Attributes:
        rgb: uint8 (H, W, 3), encoded sRGB, straight; 0 where there is no product.
        alpha: float32 (H, W), 0..1.
    """

    rgb: Byte
    alpha: Float


def place_product(cutout: Cutout, rect: Rect, width: int, height: int) -> Placed:
    """Resize the cut-out's box to ``rect`` and lay it into an empty frame; what reaches beyond is cut off."""
    colour, alpha = resize_straight(*cutout.cropped(), rect.width, rect.height)
    rgb8 = linear_to_bytes(colour)
    rgb = np.zeros((height, width, 3), np.uint8)
    matte = np.zeros((height, width), np.float32)
    if (seen := rect.window(width, height)) is not None:
        frame, source = seen
        rgb[frame], matte[frame] = rgb8[source], alpha[source]
    return Placed(rgb, matte)
