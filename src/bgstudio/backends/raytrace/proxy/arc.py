"""Round undersides: what the lower edge of a silhouette tells where it is lowest.

The front edge of a round base is half an ellipse in the picture and half a circle when it is laid on the ground,
however far the body bulges out above it: at its lowest point its radius is that of the base. A ball is seen as a circle
all around, and touches the ground behind the place where its lowest ray does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.proxy.contour import Contour

BALL = 0.009
"""Distance of a lower edge from half a circle, by its radius, up to which it is that of a ball."""

ALIKE = 0.008
"""Distance of an edge from the arc fitted to it, by the body's half width, up to which it is that arc."""


@dataclass(frozen=True)
class Build:
    """What the silhouette of the body says about its depth, where the foot does not.

    Attributes:
        turned: it is its own mirror image, as things from a wheel or a lathe are.
        roundness: depth by width of a body that is as deep as it is thick in the picture.
        wide: its width in pixels.
    """

    turned: bool
    roundness: float
    wide: float


@dataclass(frozen=True)
class Arc:
    """The lowest part of an edge, on the ground.

    Attributes:
        x, y: its lowest point, where the product comes nearest to the camera.
        radius: of the circle it belongs to.
        half: half of the body's width, world units.
        angle: how steeply the camera sees that point, radians.
        pixel_x: x of the lowest point in the picture.
    """

    x: float
    y: float
    radius: float
    half: float
    angle: float
    pixel_x: float


def lowest_arc(camera: Camera, contour: Contour, build: Build) -> Arc:
    """Fit a circle to the edge around its lowest point.

    A parabola over a window that shrinks to part of the radius it finds; on a circle it finds less than the true
    radius, by a factor known from the window's width.
    """
    ground = camera.ground(contour.x, contour.low)
    lowest = int(np.argmax(contour.low))
    ray = ground[lowest] - camera.origin
    pixel = camera.pixel_size(float(ray @ camera.forward))
    half = pixel * build.wide / 2
    middle, window, y, radius = float(ground[lowest, 0]), 0.35 * half, float(ground[lowest, 1]), half
    for _ in range(4):
        near = np.abs(ground[:, 0] - middle) < max(window, 3 * pixel)
        if near.sum() < 5:
            break
        c, b, a = np.polynomial.polynomial.polyfit(ground[near, 0] - middle, ground[near, 1], 2)
        found = 1 / (2 * max(float(a), 1e-3))
        middle += float(np.clip(-b * found, -0.2 * half, 0.2 * half))
        y = float(c)
        # the mean of x^4 over the window goes to the parabola's x^2
        radius = found * (1 + 3 / 14 * min(1.0, window / found) ** 2)
        window = float(np.clip(0.6 * radius, 0.12 * half, 0.5 * half))
    angle = float(np.arcsin(-ray[2] / np.linalg.norm(ray)))
    return Arc(middle, y, radius, half, angle, float(contour.x[lowest]) + (middle - float(ground[lowest, 0])) / pixel)


def is_arc(camera: Camera, contour: Contour, arc: Arc) -> bool:
    """Whether the edge follows that circle, and not the corner of a box or a straight line."""
    ground = camera.ground(contour.x, contour.low)
    radius = min(arc.radius, arc.half)
    off = ground[:, 0] - arc.x
    near = np.abs(off) < 0.75 * radius
    if near.sum() < 5:
        return False
    behind = ground[near, 1] - (arc.y + radius - np.sqrt(radius**2 - off[near] ** 2))
    return float(np.sqrt(np.mean(behind**2)) * np.sin(arc.angle)) < ALIKE * arc.half


def is_ball(contour: Contour, arc: Arc, build: Build) -> bool:
    """Whether the lower edge is half a circle as wide as the body."""
    radius = build.wide / 2
    off = contour.x - arc.pixel_x
    near = np.abs(off) < 0.85 * radius
    if near.sum() < 8:
        return False
    circle = contour.low.max() - radius + np.sqrt(radius**2 - off[near] ** 2)
    return float(np.sqrt(np.mean((contour.low[near] - circle) ** 2))) < BALL * radius
