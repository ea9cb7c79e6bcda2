"""Thin poses: a product lying on its back and seen from above, and one that hangs before a wall."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.proxy.inflate import quick_cushion
from bgstudio.backends.raytrace.proxy.lattice import HAIR, Lattice
from bgstudio.pixels.types import Double

LYING = 0.35
"""Height by half thickness of the inflated silhouette of what lies flat: most of it is flatter than it is wide."""

LYING_MOST = 0.09
"""Greatest height of a lying product, as a part of its longer side; approached, never reached."""

EDGE = 0.008
"""Height of the edge of a lying product and of a hanging one, as a part of the longer side: cloth has a hem."""

HANGING = 0.12
HANGING_MOST = 0.025


def _swelling(net: Lattice, share: float, most: float) -> Double:
    """Height (rows, cols) of a gentle pillow over the silhouette, world units."""
    longest = max(net.box.width, net.box.height) * net.camera.pixel_size(net.contact)
    raw = quick_cushion(net.inside) * net.step * share
    return longest * (EDGE + most * (1 - np.exp(-raw / (most * longest))))


def lying(net: Lattice) -> tuple[Double, Double]:
    """Depths (rows, cols) of the upper side and of the underside, which is flat on the ground."""
    rays = net.rays(net.points)
    ground = (HAIR - net.camera.origin[2]) / rays[..., 2]
    return ground - _swelling(net, LYING, LYING_MOST), ground


def hanging(net: Lattice) -> tuple[Double, Double]:
    """Depths (rows, cols) of front and back of a thin sheet about the upright plane y = 0."""
    rays = net.rays(net.points)
    middle = -net.camera.origin[1] / rays[..., 1]
    half = _swelling(net, HANGING, HANGING_MOST)
    return middle - half, middle + half
