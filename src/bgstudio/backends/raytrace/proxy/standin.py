"""From a cut-out and a camera to the solid that stands in for the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.mesh import Mesh
from bgstudio.backends.raytrace.proxy.inflate import half_thickness
from bgstudio.backends.raytrace.proxy.lattice import Lattice, lattice
from bgstudio.backends.raytrace.proxy.shell import eroded, shell
from bgstudio.domain.shot import Rect
from bgstudio.pixels.types import Double, Float


@dataclass(frozen=True, eq=False)
class StandIn:
    """The solid and what sets need to know of it; world units.

    Attributes:
        mesh: closed, with UVs into ``texture``.
        texture: float32 (h, w, 3) linear, the product's colours, spread under its soft edges.
        centre: (3,) middle of the foot on the ground.
        half_width, half_depth: of the foot, along x and y.
        height: of the product.
        reach: half of the product's full width.
        foot: float64 (n, 3) ground points of the visible front of the foot, left to right.
        depth: of the contact, along the camera's forward axis.
    """

    mesh: Mesh
    texture: Float
    centre: Double
    half_width: float
    half_depth: float
    height: float
    reach: float
    foot: Double
    depth: float


def spread_colours(rgb: Float, alpha: Float) -> Float:
    """The product's colours continued outwards under its edge, so that a texture never shows a fringe."""
    nearest = ndimage.distance_transform_edt(alpha <= 0.9, return_distances=False, return_indices=True)
    return rgb[nearest[0], nearest[1]]


def stand_in(camera: Camera, rgb: Float, alpha: Float, rect: Rect) -> StandIn:
    """Build the stand-in of a standing product.

    Args:
        camera: of the picture.
        rgb: float32 (h, w, 3) linear straight colours of the product's box.
        alpha: float32 (h, w), 0..1.
        rect: where the box lands, pixels.
    """
    net = lattice(camera, alpha, rect)
    thickness = half_thickness(net.inside) * net.step
    radius = float(thickness[-8:-2].max())
    middle = np.full(net.inside.shape, net.contact + radius)
    front, back = np.minimum(middle - thickness, net.ground), np.minimum(middle + thickness, net.ground)
    mesh = shell(net, front, back, eroded(net, 1.0, keep=net.points(front)[..., 2] < 0.06))
    return describe(net, mesh, rgb, alpha, radius)


def describe(net: Lattice, mesh: Mesh, rgb: Float, alpha: Float, half_depth: float) -> StandIn:
    """Measure a finished solid."""
    rect = net.rect
    foot = net.camera.ground(np.array([rect.left, rect.right], float), np.full(2, float(rect.bottom)))
    cols = np.flatnonzero(net.inside[-PAD_ROWS:].any(0))
    if len(cols) > 1:
        foot = net.camera.ground(net.x[-1, [cols[0], cols[-1]]], np.full(2, float(rect.bottom)))
    half_width = float(foot[1, 0] - foot[0, 0]) / 2
    pixel = net.camera.pixel_size(net.contact)
    centre = np.array([float(foot[:, 0].mean()), float(foot[:, 1].mean()) + half_depth, 0.0])
    return StandIn(
        mesh=mesh,
        texture=spread_colours(rgb, alpha),
        centre=centre,
        half_width=half_width,
        half_depth=half_depth,
        height=rect.height * pixel,
        reach=rect.width * pixel / 2,
        foot=foot,
        depth=net.contact,
    )


PAD_ROWS = 10
"""Lattice rows above the bottom that count as the foot."""
