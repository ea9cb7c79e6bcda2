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

HAIR = 0.001
"""World height above the ground at which solids end: two surfaces in one place would cast random shadows."""

FAINTEST = 0.2
"""Alpha below which even the thinnest strand is taken for a trace of something else."""


@dataclass(frozen=True)
class Box:
    """Where a cut-out lands in the picture, in parts of pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height


@dataclass(frozen=True, eq=False)
class Cut:
    """A cut-out without the empty, or nearly empty, margin around it.

    Attributes:
        alpha: float32 (h, w), 0..1, somewhere 1.
        rgb: float32 (h, w, 3) linear.
        box: where it lands.
    """

    alpha: Float
    rgb: Float
    box: Box


def trimmed(rgb: Float, alpha: Float, rect: Rect) -> Cut:
    """Cut off what no solid should be built for, such as a soft shadow that came with the cut-out.

    Raises ``ValueError`` where the alpha is 0 everywhere.
    """
    most = float(alpha.max(initial=0.0))
    if most <= 0:
        raise ValueError("nothing is left of the product: its alpha is 0 everywhere")
    solid = alpha > 0.5 * most
    rows, cols = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    # a pixel more on each side: how full it is tells where in it the edge runs
    y = slice(max(0, int(rows[0]) - 1), min(alpha.shape[0], int(rows[-1]) + 2))
    x = slice(max(0, int(cols[0]) - 1), min(alpha.shape[1], int(cols[-1]) + 2))
    sy, sx = rect.height / alpha.shape[0], rect.width / alpha.shape[1]
    box = Box(
        rect.left + x.start * sx,
        rect.top + y.start * sy,
        (x.stop - x.start) * sx,
        (y.stop - y.start) * sy,
    )
    return Cut((alpha[y, x] / np.float32(most)).astype(np.float32), rgb[y, x], box)


@dataclass(frozen=True, eq=False)
class Lattice:
    """A cut-out on a grid.

    Positions in the lattice are (column, row), whole numbers at its points; pixel positions count from the corner of
    the picture (the centre of its first pixel is .5).

    Attributes:
        camera, box: where the product stands in the picture.
        alpha: float32 (rows, cols), the cut-out averaged around each point, ``PAD`` empty cells around it.
    """

    camera: Camera
    box: Box
    alpha: Float

    @property
    def rows(self) -> int:
        """Rows across the product's box."""
        return self.alpha.shape[0] - 2 * PAD

    @property
    def cols(self) -> int:
        """Columns across the product's box."""
        return self.alpha.shape[1] - 2 * PAD

    @property
    def inside(self) -> Bool:
        """bool (rows, cols): the silhouette."""
        return self.alpha > self.threshold

    @property
    def threshold(self) -> Float:
        """Alpha above which a lattice point is inside: .5, and less on strands thinner than the lattice can show."""
        peak = cv2.dilate(self.alpha, np.ones((3, 3), np.uint8))
        return np.clip(0.55 * peak, FAINTEST, 0.5).astype(np.float32)

    @property
    def points(self) -> Double:
        """Positions (rows, cols, 2) of the lattice's own points."""
        h, w = self.alpha.shape
        return np.stack(np.meshgrid(np.arange(w, dtype=float), np.arange(h, dtype=float)), -1)

    def unit(self, at: Double) -> Double:
        """Lattice positions (..., 2) to positions in the cut-out, 0..1 across its box."""
        return (at - PAD + 0.5) / np.array([self.cols, self.rows])

    def pixel(self, at: Double) -> Double:
        """Lattice positions (..., 2) to pixel positions (..., 2) in the picture."""
        return self.unit(at) * np.array([self.box.width, self.box.height]) + np.array([self.box.left, self.box.top])

    def cell(self, pixel: Double) -> Double:
        """Pixel positions (..., 2) to lattice positions (..., 2)."""
        within = (pixel - np.array([self.box.left, self.box.top])) / np.array([self.box.width, self.box.height])
        return within * np.array([self.cols, self.rows]) + PAD - 0.5

    def rays(self, at: Double) -> Double:
        """Unit-depth view rays (..., 3) of lattice positions (..., 2)."""
        p = self.pixel(at)
        return self.camera.ray(p[..., 0], p[..., 1])

    @property
    def contact(self) -> float:
        """Depth at which the ray through the middle of the box's lower edge meets the ground."""
        down = self.camera.ray(self.box.left + self.box.width / 2, self.box.bottom)
        return float(-self.camera.origin[2] / min(down[2], -1e-2))

    @property
    def step(self) -> float:
        """World size of one lattice step at that depth."""
        return self.camera.pixel_size(self.contact) * self.box.height / self.rows


def lattice(camera: Camera, cut: Cut, rows: int = 170) -> Lattice:
    """Lay a lattice over a cut-out.

    Args:
        camera: of the picture.
        cut: the product.
        rows: across a product as tall as it is wide or taller; wide ones get fewer, narrow ones at least 8 columns.
    """
    aspect = cut.box.width / cut.box.height
    rows = max(16, round(rows * min(1.0, 1.6 / aspect)))
    cols = max(8, round(rows * aspect))
    small = cv2.resize(cut.alpha, (cols, rows), interpolation=cv2.INTER_AREA)
    return Lattice(camera, cut.box, np.pad(small.astype(np.float32), PAD))


def to_ground(net: Lattice, rays: Double) -> Double:
    """Depths at which unit-depth rays meet the ground, a hair above it; very far where they do not."""
    down = rays[..., 2]
    return np.where(down < -1e-6, (HAIR - net.camera.origin[2]) / np.minimum(down, -1e-6), 1e9)
