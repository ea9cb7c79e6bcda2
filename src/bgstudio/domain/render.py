"""A finished picture with everything it was made of."""

from __future__ import annotations

from dataclasses import dataclass

from bgstudio.domain.making import UNKNOWN_MAKING, Making
from bgstudio.domain.plate import Plate
from bgstudio.domain.report import Report
from bgstudio.domain.shot import Shot
from bgstudio.pixels.types import Byte


@dataclass(frozen=True, eq=False)
class Layers:
    """Encoded sRGB, uint8; laid over each other in this order they give the picture, to within two levels.

    Attributes:
        background: (H, W, 3), the empty set.
        shadow: (H, W, 4), black with straight alpha.
        reflection: (H, W, 4), colour with straight alpha.
        product: (H, W, 4), the product at its place, straight alpha.
    """

    background: Byte
    shadow: Byte
    reflection: Byte
    product: Byte


@dataclass(frozen=True, eq=False)
class Composite:
    """The picture before it was looked at.

    Attributes:
        pixels: uint8 (H, W, 3), encoded sRGB.
        layers: what it is made of.
    """

    pixels: Byte
    layers: Layers


@dataclass(frozen=True, eq=False)
class Render:
    """One finished picture.

    Attributes:
        pixels: uint8 (H, W, 3), encoded sRGB.
        layers: background, shadow, reflection, product.
        shot: what was asked of the backend.
        plate: what the backend gave.
        report: what the inspection found.
        making: how it was made, as its marks say.
    """

    pixels: Byte
    layers: Layers
    shot: Shot
    plate: Plate
    report: Report
    making: Making = UNKNOWN_MAKING
