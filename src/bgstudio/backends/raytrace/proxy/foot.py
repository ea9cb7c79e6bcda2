"""Where a product touches the ground, read from the lower edge of its silhouette."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.proxy.lattice import Cut
from bgstudio.pixels.types import Bool, Double

SLACK = 0.012
"""Part of the product's height by which the lower edge may leave its convex hull and still touch the ground."""

DEEPEST = 1.1
"""Depth by width of the deepest foot that is believed."""

STEEPEST = 5.0
"""Depth by width of a piece of ground line above which it is the side of the product that was seen."""

SHALLOWEST = 0.18
"""Half depth by half width of a foot whose depth was not seen: a flat front on a flat view."""

FLATTENED = (1.05, 1.35)
"""Radius of a belly's edge on the ground by that of a ball: up to the first it is a ball, from the second on flat."""

BELIEVED = 0.7
"""How far the middle that the ends of a belly's edge tell is believed."""

STEPS = np.linspace(-1.0, 1.0, 129)
"""Where outlines are sampled, from the left end of the foot (-1) to the right end (1)."""


@dataclass(frozen=True, eq=False)
class Contour:
    """The lower edge of a silhouette and its convex hull, pixel positions in the picture.

    Attributes:
        x: (n,) columns of the cut-out that hold any of the product.
        low: (n,) y of its lowest point in each.
        hull: (n,) y of the lower convex hull: the ground line of whatever stands on several feet.
        tall: height of the box.
    """

    x: Double
    low: Double
    hull: Double
    tall: float

    @property
    def touches(self) -> Bool:
        """(n,) where the edge runs along its hull."""
        return self.hull - self.low < max(SLACK * self.tall, 1.0)


def lower_contour(cut: Cut) -> Contour:
    """Trace the lower edge to a part of a pixel: at a flat view a pixel of height is many of depth."""
    alpha, box, level = cut.alpha, cut.box, 0.5
    h, w = alpha.shape
    inside = alpha > level
    cols = np.flatnonzero(inside.any(0))
    last = h - 1 - np.argmax(inside[::-1, cols], axis=0)
    here = alpha[last, cols].astype(np.float64)
    below = np.where(last + 1 < h, alpha[np.minimum(last + 1, h - 1), cols], 0.0)
    low = box.top + (last + 0.5 + (here - level) / np.maximum(here - below, 1e-6)) * box.height / h
    x = box.left + (cols + 0.5) * box.width / w
    return Contour(x, low, np.interp(x, *_hull(x, low)), box.height)


def _hull(x: Double, low: Double) -> tuple[Double, Double]:
    """Lower convex hull (monotone chain, Andrew 1979); y grows downwards."""
    kept: list[tuple[float, float]] = []
    for px, py in zip(x.tolist(), low.tolist(), strict=True):
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (by - ay) * (px - ax) > (py - ay) * (bx - ax):
                break
            kept.pop()
        kept.append((px, py))
    points = np.array(kept)
    return points[:, 0], points[:, 1]


@dataclass(frozen=True, eq=False)
class Foot:
    """The outline of a foot on the ground.

    Attributes:
        centre: (3,) its middle, z = 0.
        half_width: world units along x.
        front, back: (129,) of ``STEPS``, y from the centre in half widths; the shape of every section of the product.
        line: (n, 3) ground points of the part that was seen, left to right.
        belly: whether the underside curves up from the ground instead of standing flat.
    """

    centre: Double
    half_width: float
    front: Double
    back: Double
    line: Double
    belly: bool = False

    @property
    def depth(self) -> float:
        """Half its depth, in half widths."""
        return float((self.back - self.front).max() / 2)

    def deepened(self) -> Foot:
        """With at least a little depth."""
        missing = SHALLOWEST - self.depth
        if missing <= 0:
            return self
        more = missing * np.sqrt(np.clip(1 - STEPS**8, 0, 1))
        return replace(self, front=self.front - more, back=self.back + more)


def find_foot(camera: Camera, contour: Contour, roundness: float = 1.0) -> Foot:
    """The foot under a lower edge.

    Args:
        camera: of the picture.
        contour: the lower edge.
        roundness: depth by width to assume of a round belly, whose depth no edge tells.

    What touches the ground is where the edge runs along its convex hull. The hidden back is the front turned by 180
    degrees about the middle between its two ends. A belly that curves up from the ground would look like an endless
    foot, so the rise that is accepted shrinks until the foot is no deeper than it is wide.
    """
    rise = (contour.hull.max() - contour.hull) / contour.tall
    touches = contour.touches
    foot = None
    for limit in np.geomspace(0.45, 0.01, 40):
        kept = np.flatnonzero(touches & (rise <= limit))
        first, last = int(kept[0]), int(kept[-1])
        foot, first, last = _outlined(camera, contour, first, last)
        tilt = abs(foot.line[0, 1] - foot.line[-1, 1])
        if foot.depth <= DEEPEST and tilt < 2.2 * foot.half_width:
            break
    assert foot is not None
    if limit < 0.44 and _still_rising(contour, first, last):
        return _belly(camera, contour, foot, roundness)
    return foot


def _outlined(camera: Camera, contour: Contour, first: int, last: int) -> tuple[Foot, int, int]:
    part = slice(first, last + 1)
    ray = camera.ray(contour.x[part], contour.hull[part])
    points = camera.origin - ray * (camera.origin[2] / np.minimum(ray[:, 2], -0.01))[:, None]
    if len(points) > 1:
        slope = np.abs(np.diff(points[:, 1]) / np.maximum(np.diff(points[:, 0]), 1e-6))
        level = np.flatnonzero(slope < STEEPEST)
        if len(level) > 2:
            first, last = first + int(level[0]), first + int(level[-1]) + 1
            points = points[level[0] : level[-1] + 2]
    ends = points[[0, -1]]
    middle = ends.mean(0)
    half = max(float(ends[1, 0] - ends[0, 0]) / 2, 0.5 * camera.pixel_size(7.5), 1e-3)
    seen = np.interp(STEPS, (points[:, 0] - middle[0]) / half, (points[:, 1] - middle[1]) / half)
    hidden = -seen[::-1]
    front, back = np.minimum(seen, hidden), np.maximum(seen, hidden)
    return Foot(np.array([middle[0], middle[1], 0.0]), half, front, back, points), first, last


def _still_rising(contour: Contour, first: int, last: int) -> bool:
    """Whether the edge was cut while it still followed its hull upwards at both ends: a belly, not a flat foot."""
    x = contour.x
    left, right = x[first] - x[0], x[-1] - x[last]
    near = max(2, len(x) // 25)
    along = contour.hull - contour.low < 0.03 * contour.tall
    cut = left + right > 0.1 * (x[-1] - x[0])
    return bool(cut and along[max(0, first - near) : first].all() and along[last : last + near].all())


def _belly(camera: Camera, contour: Contour, foot: Foot, roundness: float) -> Foot:
    """A round underside, which touches the ground behind the place where its lowest ray does.

    On the ground the edge runs like a parabola at its lowest point. Under a ball of half the product's width its radius
    there is that of the ball times the sine of the angle of view, and the ball touches half as far behind. The flatter
    it runs, the more it is the edge of a flat underside with rounded rims, whose middle the ends of the edge tell.
    """
    ground = camera.ground(contour.x, contour.low)
    lowest = int(np.argmax(contour.low))
    ray = ground[lowest] - camera.origin
    half = camera.pixel_size(float(ray @ camera.forward)) * float(contour.x[-1] - contour.x[0]) / 2
    near = np.abs(ground[:, 0] - ground[lowest, 0]) < 0.4 * half
    curve = np.polynomial.polynomial.polyfit(ground[near, 0] - ground[lowest, 0], ground[near, 1], 2)
    radius = float(np.clip(1 / (2 * max(curve[2], 1e-3)), 0.04 * half, half))
    vertex = float(np.clip(-curve[1] * radius, -0.4 * half, 0.4 * half))
    ball = half * -float(ray[2]) / float(np.linalg.norm(ray))
    flat = float(np.clip((radius / ball - FLATTENED[0]) / (FLATTENED[1] - FLATTENED[0]), 0, 1))
    touch = float(curve[0]) + max(0.6 * roundness**2 * min(radius, ball), 0.01 * half)
    y = touch + BELIEVED * flat * max(0.0, float(foot.centre[1]) - touch)
    around = roundness * np.sqrt(np.clip(1 - STEPS**2, 0, 1))
    return Foot(np.array([ground[lowest, 0] + vertex, y, 0.0]), foot.half_width, -around, around, foot.line, belly=True)
