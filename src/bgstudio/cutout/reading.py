"""What the photo tells about its camera and its light."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.cutout.light import read_light
from bgstudio.cutout.pitch import PitchReader, pitch_reader
from bgstudio.cutout.rest import hangs, lies
from bgstudio.domain.cutout import LightReading, ViewReading
from bgstudio.pixels.colour import to_encoded
from bgstudio.pixels.types import Float

__all__ = ["read_light", "read_scene", "read_view"]


def read_scene(rgb: Float, alpha: Float) -> tuple[ViewReading, LightReading]:
    """Camera and light of one cut-out; ``rgb`` float32 (H, W, 3) straight linear, ``alpha`` float32 (H, W)."""
    h, w = alpha.shape
    scale = min(1.0, 480 / max(h, w))
    if scale < 1:
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32)
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    return read_view(rgb, alpha), read_light(rgb, alpha)


def read_view(rgb: Float, alpha: Float, reader: PitchReader | None = None) -> ViewReading:
    """How the camera looked at the product, and whether it lies; the usual 8 degrees unless the network is sure."""
    reading = (reader or pitch_reader())(to_encoded(rgb), alpha)
    if hangs(alpha):  # a pitch needs a foot: the network has seen no garments, and is at times sure of one
        return ViewReading(rest="hanging", rest_sure=True)
    rest = "lying" if lies(alpha) else "standing"
    if reading is None or not reading.sure:
        return ViewReading(rest=rest, rest_sure=rest != "standing")
    return ViewReading(round(min(90.0, max(0.0, reading.pitch)), 1), True, rest, rest != "standing")
