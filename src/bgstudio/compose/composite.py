"""Laying the product over its plate: the last word on product pixels, for every backend."""

from __future__ import annotations

import numpy as np

from bgstudio.compose.background import develop
from bgstudio.compose.contact import contact_shadow
from bgstudio.compose.edge import harmonised, light_wrap
from bgstudio.compose.layers import split_layers
from bgstudio.compose.place import Placed, place_product
from bgstudio.domain.plate import Plate
from bgstudio.domain.render import Composite
from bgstudio.domain.shot import Shot
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.colour import quantise, to_unit
from bgstudio.pixels.types import Byte


def compose(shot: Shot, plate: Plate, harmonise: float = 0.0) -> Composite:
    """Make the picture.

    Mixing happens in encoded sRGB, as in every program in which the layers may be opened again.

    Args:
        shot: what was asked for.
        plate: what the backend made; its layers have the shot's size.
        harmonise: 0 keeps every opaque product pixel exactly; above 0 pulls their colour to the scene's light.
    """
    placed = place_product(shot.cutout, shot.rect, shot.width, shot.height)
    contact = contact_shadow(shot, placed.alpha, plate.foot)
    background = develop(shot, plate, contact)
    product = harmonised(to_unit(placed.rgb), placed.alpha, background.lit, harmonise)
    wrapped = light_wrap(product, placed.alpha, background.lit)
    matte = placed.alpha[..., None]
    mixed = quantise(wrapped * matte + background.lit * (1 - matte))
    kept = placed if harmonise <= 0 else Placed(quantise(product), placed.alpha)
    pixels = restore_pixels(mixed, kept)
    edge = quantise(wrapped)
    colours = np.where((placed.alpha < OPAQUE)[..., None] & (placed.alpha > 0)[..., None], edge, kept.rgb)
    return Composite(pixels, split_layers(background, colours, placed.alpha))


def restore_pixels(picture: Byte, placed: Placed) -> Byte:
    """The picture with the product's opaque pixels put back exactly: uint8 (H, W, 3).

    The one guarantee that no backend can break: whatever was done to the picture, wherever the product is fully
    opaque its own resized pixels are what people see.
    """
    opaque = (placed.alpha >= OPAQUE)[..., None]
    return np.where(opaque, placed.rgb, picture)
