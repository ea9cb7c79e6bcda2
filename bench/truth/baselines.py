"""Stand-ins that ours must beat: a flat card and plain inflation."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.mesh import Mesh
from bgstudio.backends.raytrace.proxy.lattice import Lattice, lattice, to_ground, trimmed
from bgstudio.backends.raytrace.proxy.patch import Patch, triangulate
from bgstudio.backends.raytrace.proxy.shell import shell
from bgstudio.domain.shot import Rect
from bgstudio.pixels.cushion import cushion
from bgstudio.pixels.types import Bool, Double, Float

SYMMETRIC = 0.94
"""Overlap of a silhouette with its mirror image above which it is taken for a turned body."""


def _start(camera: Camera, rgb: Float, alpha: Float, rect: Rect) -> tuple[Lattice, Patch]:
    net = lattice(camera, trimmed(rgb, alpha, rect))
    return net, triangulate((net.alpha - net.threshold).astype(np.float32))


def card(camera: Camera, rgb: Float, alpha: Float, rect: Rect) -> Mesh:
    """The cut-out on an upright sheet through the lower edge of its box."""
    net, patch = _start(camera, rgb, alpha, rect)
    y = camera.origin[1] + net.rays(np.array([[net.cols / 2, net.rows + 1.5]]))[0, 1] * net.contact
    depth = (y - camera.origin[1]) / net.rays(patch.at)[:, 1]
    return shell(net, patch, depth - 0.002, depth + 0.002)


def inflation(camera: Camera, rgb: Float, alpha: Float, rect: Rect) -> Mesh:
    """Inflated about a plane facing the camera, one radius of the foot behind its front; turned where symmetric."""
    net, patch = _start(camera, rgb, alpha, rect)
    inside = net.inside
    mirrored = inside[:, ::-1]
    turned = (inside & mirrored).sum() / (inside | mirrored).sum() > SYMMETRIC
    half = (_turned(inside) if turned else cushion(inside)) * net.step
    middle = net.contact + float(half[-8:-2].max())
    thickness = half.ravel()[patch.source]
    ground = to_ground(net, net.rays(patch.at))
    return shell(net, patch, np.minimum(middle - thickness, ground), np.minimum(middle + thickness, ground))


def _turned(inside: Bool) -> Double:
    """Row-wise circles."""
    h, w = inside.shape
    out = np.zeros((h, w))
    for row in np.flatnonzero(inside.any(1)):
        cols = np.flatnonzero(inside[row])
        middle, radius = (cols[0] + cols[-1]) / 2, (cols[-1] - cols[0]) / 2 + 0.5
        out[row] = np.sqrt(np.maximum(radius**2 - (np.arange(w) - middle) ** 2, 0))
    return out * inside
