"""The pinhole (or thin-lens) camera. World: z up, the camera looks towards +y, the product stands on z = 0.

One world unit is about the height of a product in the frame: at the product's distance, the shorter side of the frame
spans 2.78 units.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bgstudio.domain.scene import CameraSpec
from bgstudio.pixels.types import Double

FIELD_OF_VIEW = 21.0
"""Degrees across the shorter side: a short telephoto, as products are photographed."""

DISTANCE = 7.5
"""World units between the camera and the front of the product's foot, along y (or z when overhead)."""


@dataclass(frozen=True, eq=False)
class Camera:
    """Where pixels look.

    Attributes:
        origin: (3,) position.
        forward, right, up: (3,) unit vectors.
        k: tangent of half the field of view across the width.
        width, height: pixels.
        pitch: degrees looked down.
        aperture: radius of the lens in world units; 0 keeps everything sharp.
        focus: distance of the sharp plane along ``forward``.
    """

    origin: Double
    forward: Double
    right: Double
    up: Double
    k: float
    width: int
    height: int
    pitch: float
    aperture: float = 0.0
    focus: float = DISTANCE

    @classmethod
    def looking(cls, spec: CameraSpec, width: int, height: int) -> Camera:
        """The camera that puts the ground point (x, 0, 0) on the base line of the frame.

        Args:
            spec: pitch and base line, or overhead.
            width, height: pixels.
        """
        tangent = float(np.tan(np.radians(FIELD_OF_VIEW) / 2))
        k = tangent * width / min(width, height)
        right = np.array([1.0, 0.0, 0.0])
        if spec.overhead:
            origin = np.array([0.0, 0.0, DISTANCE])
            return cls(origin, np.array([0.0, 0, -1]), right, np.array([0.0, 1, 0]), k, width, height, 90.0)
        pitch = float(np.clip(spec.pitch, 1.0, 60.0))
        p = np.radians(pitch)
        forward, up = np.array([0, np.cos(p), -np.sin(p)]), np.array([0, np.sin(p), np.cos(p)])
        b = (1 - 2 * spec.base) * k * height / width
        depth = DISTANCE / (np.cos(p) + b * np.sin(p))
        origin = np.array([0.0, -DISTANCE, depth * (np.sin(p) - b * np.cos(p))])
        return cls(origin, forward, right, up, k, width, height, pitch, focus=float(depth))

    def ray(self, px: Double | float, py: Double | float) -> Double:
        """Pixel positions (the centre of the first pixel is .5) to directions of unit depth along ``forward``.

        Returns float64 with the shape of the positions and a last axis of 3.
        """
        a = (2 * np.asarray(px, float) / self.width - 1) * self.k
        b = (1 - 2 * np.asarray(py, float) / self.height) * self.k * self.height / self.width
        return self.forward + a[..., None] * self.right + b[..., None] * self.up

    def project(self, points: Double) -> tuple[Double, Double]:
        """World points (..., 3) to pixel positions (..., 2) and depths along ``forward``."""
        d = np.asarray(points, float) - self.origin
        z = d @ self.forward
        x = (d @ self.right / z / self.k + 1) * self.width / 2
        y = (1 - d @ self.up / z / self.k * self.width / self.height) * self.height / 2
        return np.stack([x, y], -1), z

    def ground(self, px: Double | float, py: Double | float, z: float = 0.0) -> Double:
        """Where pixel positions hit the plane of height ``z``; positions above the horizon land very far away."""
        d = self.ray(px, py)
        t = (z - self.origin[2]) / np.minimum(d[..., 2], -1e-3)
        return self.origin + d * t[..., None]

    def pixel_size(self, depth: float) -> float:
        """World size of one pixel at a depth along ``forward``."""
        return 2 * self.k * depth / self.width

    def scaled(self, width: int, height: int) -> Camera:
        """The same view at another resolution of the same aspect."""
        return replace(self, width=width, height=height)

    @property
    def horizon(self) -> float | None:
        """y of the horizon in pixels; None when it is out of the frame."""
        if self.pitch > 80:
            return None
        b = np.tan(np.radians(self.pitch))
        y = (1 - b / (self.k * self.height / self.width)) * self.height / 2
        return float(y) if 0 <= y <= self.height else None
