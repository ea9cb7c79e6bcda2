"""The cut-out as a lattice of camera rays: where each point of the silhouette may lie in space."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.domain.shot import Rect
from bgstudio.pixels.types import Bool, Double, Float

PAD = 2
"""Empty lattice cells around the silhouette, so that its rim is closed everywhere."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """A cut-out on a mesh grid.

    Attributes:
        camera, rect: where it stands in the picture.
        inside: bool (rows, cols), the silhouette.
        x, y: float64 (rows, cols), pixel positions in the picture.
        u, v: float64 (rows, cols), positions in the cut-out, 0..1 across its box.
        ray: float64 (rows, cols, 3), unit-depth view rays.
        ground: float64 (rows, cols), depth at which each ray meets the ground (a hair above it).
        contact: depth of the middle of the product's base line on the ground.
        step: world size of one lattice step at that depth.
    """

    camera: Camera
    rect: Rect
    inside: Bool
    x: Double
    y: Double
    u: Double
    v: Double
    ray: Double
    ground: Double
    contact: float
    step: float

    def points(self, depth: Double) -> Double:
        """Depths (rows, cols) along the rays to world points (rows, cols, 3)."""
        return self.camera.origin + self.ray * depth[..., None]

    def upright(self, y: float) -> Double:
        """Depths at which the rays meet the upright plane of that world y."""
        return (y - self.camera.origin[1]) / self.ray[..., 1]


def lattice(camera: Camera, alpha: Float, rect: Rect, rows: int = 180) -> Lattice:
    """Lay a lattice of about ``rows`` rows over a cut-out.

    Args:
        camera: of the picture.
        alpha: float32 (h, w) of the product's box, 0..1.
        rect: where the box lands in the picture, pixels.
        rows: lattice rows for a product as tall as it is wide or taller; wide ones get as many columns.
    """
    aspect = rect.width / rect.height
    rows = max(24, round(rows * min(1.0, 1.6 / aspect)))
    cols = max(8, round(rows * aspect))
    small = cv2.resize(alpha, (cols, rows), interpolation=cv2.INTER_AREA)
    inside = np.pad(small, PAD) > 0.5
    mh, mw = inside.shape
    ix, iy = np.meshgrid(np.arange(mw), np.arange(mh))
    u, v = (ix - PAD + 0.5) / cols, (iy - PAD + 0.5) / rows
    x, y = rect.left + u * rect.width, rect.top + v * rect.height
    ray = camera.ray(x, y)
    ground = np.where(ray[..., 2] < -1e-6, -(camera.origin[2] - 0.002) / np.minimum(ray[..., 2], -1e-6), 1e9)
    down = camera.ray(rect.left + rect.width / 2, float(rect.bottom))
    contact = float(-camera.origin[2] / min(down[2], -1e-3))
    return Lattice(
        camera, rect, inside, x, y, u, v, ray, ground, contact, camera.pixel_size(contact) * rect.height / rows
    )
