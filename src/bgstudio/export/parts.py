"""Parts of a picture as PNG files: the cut-out, its mask and confidence, the layers."""

from __future__ import annotations

import numpy as np

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.render import Layers
from bgstudio.export.files import check_size, write
from bgstudio.pixels.colour import linear_to_bytes, quantise
from bgstudio.pixels.types import Byte, Float

LAYER_NAMES = ("background", "shadow", "reflection", "product")
"""Names of the layers, from the bottom up."""


def cutout_png(cutout: Cutout, xmp: bytes | None = None) -> bytes:
    """The product alone at the photo's size: PNG, RGBA with straight alpha, sRGB; with an XMP packet, if one is given.

    Where alpha is 0 the colour is 0 too: nothing of the photo's surroundings is left to be uncovered.
    """
    alpha = quantise(cutout.alpha)
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    pixels = np.zeros((*alpha.shape, 4), np.uint8)
    if rows.size:  # encoding colours is dear: only where there are any
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        pixels[part][..., :3] = np.where(alpha[part][..., None] > 0, linear_to_bytes(cutout.rgb[part]), 0)
        pixels[..., 3] = alpha
    return write(pixels, FileFormat.PNG, xmp=xmp)


def mask_png(cutout: Cutout) -> bytes:
    """The product's alpha: 8-bit gray PNG, white is product."""
    return _gray(cutout.alpha)


def confidence_png(cutout: Cutout) -> bytes:
    """How sure the mask is, place by place: 8-bit gray PNG, white is sure."""
    return _gray(cutout.confidence)


def layers_png(layers: Layers, xmp: bytes | None = None) -> dict[str, bytes]:
    """PNG files by ``LAYER_NAMES``: background in RGB, the others in RGBA with straight alpha, sRGB.

    Args:
        layers: of a picture.
        xmp: packet for the background, the one layer that is a picture by itself; or None.

    Raises:
        ExportError: a size that is not written.
    """
    height, width = layers.background.shape[:2]
    check_size(width, height)
    parts: tuple[Byte, ...] = (layers.background, layers.shadow, layers.reflection, layers.product)
    packets = (xmp, None, None, None)
    return {
        name: write(pixels, FileFormat.PNG, xmp=packet)
        for name, pixels, packet in zip(LAYER_NAMES, parts, packets, strict=True)
    }


def shadow_png(layers: Layers) -> bytes:
    """The shadow alone: black with straight alpha, to be laid over any background."""
    check_size(layers.shadow.shape[1], layers.shadow.shape[0])
    return write(layers.shadow, FileFormat.PNG)


def _gray(values: Float) -> bytes:
    return write(quantise(values), FileFormat.PNG)
