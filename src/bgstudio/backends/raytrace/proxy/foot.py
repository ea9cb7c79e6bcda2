"""Where a product touches the ground, and with what outline."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.proxy.arc import Arc, Build, is_arc, is_ball, lowest_arc
from bgstudio.backends.raytrace.proxy.contour import Contour
from bgstudio.pixels.types import Double

DEEPEST = 1.1
"""Depth by width of the deepest foot that is believed."""

STEEPEST = 5.0
"""Depth by width of a piece of ground line above which it is the side of the product that was seen."""

SHALLOWEST = 0.25
"""Half depth by half width of a foot whose depth was not seen: a flat front on a flat view."""

BASE = (0.25, 1.3)
"""Radius of an edge by the body's half width, between which the edge of a turned product is that of a round base."""

WALL = 0.85
"""Half width of a base by the body's, below which the body bulges out above it."""

EDGE = 1.08
"""Radius of a round base under a bulging body by that of its edge as it is seen: the edge is a little rounded."""

RIM = 1.5
"""The same for the underside of what is neither turned nor flat."""

BENT = 1.3
"""Depth by width of a piece of ground line at a rounded edge."""

ROUND = (0.5, 1.6)
"""Depth by half width of a foot that may be a circle seen at another pitch."""

STEPS = np.linspace(-1.0, 1.0, 129)
"""Where outlines are sampled, from the left end of the foot (-1) to the right end (1)."""


@dataclass(frozen=True, eq=False)
class Foot:
    """The outline of a foot on the ground.

    Attributes:
        centre: (3,) its middle, z = 0.
        half_width: world units along x.
        front, back: (129,) of ``STEPS``, y from the centre in half widths; the shape of every section of the product.
        line: (n, 3) ground points of the part that was seen, left to right.
        belly: whether the body bulges out above it.
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
        """With at least a little depth, added behind what was seen."""
        missing = SHALLOWEST - self.depth
        if missing <= 0:
            return self
        centre = self.centre + np.array([0, missing * self.half_width, 0])
        return replace(self, centre=centre, front=self.front - missing, back=self.back + missing)


def find_foot(camera: Camera, contour: Contour, build: Build) -> Foot:
    """The foot under a lower edge: that of a ball, of a turned product with a round base, or what the edge outlines."""
    arc = lowest_arc(camera, contour, build)
    if is_ball(contour, arc, build):
        return _round(arc, 1.0, arc.half * float(np.tan(arc.angle / 2)), contour, camera)
    if build.turned and BASE[0] < arc.radius / arc.half < BASE[1] and is_arc(camera, contour, arc):
        bulges = EDGE * arc.radius < WALL * arc.half
        return _round(arc, 1.0, arc.radius * EDGE if bulges else min(arc.radius, arc.half), contour, camera)
    foot, rising = _outline(camera, contour, build)
    if rising:
        behind = RIM * build.roundness**2 * min(arc.radius, arc.half)
        return _round(arc, build.roundness, behind, contour, camera)
    return foot


def _round(arc: Arc, roundness: float, behind: float, contour: Contour, camera: Camera) -> Foot:
    """A foot whose sections are ellipses, with its middle ``behind`` the nearest point of its edge."""
    behind = float(np.clip(behind, 0.01 * arc.half, arc.half))
    half = behind / roundness
    around = roundness * np.sqrt(np.clip(1 - STEPS**2, 0, 1))
    ground = camera.ground(contour.x, contour.low)
    line = ground[np.abs(ground[:, 0] - arc.x) <= max(half, 1.5 * float(np.diff(ground[:2, 0]).max(initial=0.01)))]
    belly = half < WALL * arc.half
    return Foot(np.array([arc.x, arc.y + behind, 0.0]), half, -around, around, line, belly)


def _outline(camera: Camera, contour: Contour, build: Build) -> tuple[Foot, bool]:
    """The foot that an edge outlines, and whether it is cut short because the edge still rises at its ends.

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
        foot, first, last = _outlined(camera, contour, first, last, whole=True)
        tilt = abs(foot.line[0, 1] - foot.line[-1, 1])
        if foot.depth <= DEEPEST and tilt < 2.2 * foot.half_width:
            break
    assert foot is not None
    if limit < 0.44 and _still_rising(contour, first, last):
        return foot, True
    if _is_round(foot):
        return _circle(foot), False
    if build.turned:
        return foot, False
    return _outlined(camera, contour, first, last, whole=False)[0], False


def _outlined(camera: Camera, contour: Contour, first: int, last: int, *, whole: bool) -> tuple[Foot, int, int]:
    part = slice(first, last + 1)
    ray = camera.ray(contour.x[part], contour.hull[part])
    points = camera.origin + ray * (-camera.origin[2] / np.minimum(ray[:, 2], -0.01))[:, None]
    start, end = _level(points, whole)
    first, last = first + start, first + end
    points = points[start : end + 1]
    if whole:
        points = _to_the_ends(points)
    ends = points[[0, -1]]
    middle = ends.mean(0)
    half = max(float(ends[1, 0] - ends[0, 0]) / 2, 0.5 * camera.pixel_size(7.5), 1e-3)
    seen = np.interp(STEPS, (points[:, 0] - middle[0]) / half, (points[:, 1] - middle[1]) / half)
    hidden = -seen[::-1]
    front, back = np.minimum(seen, hidden), np.maximum(seen, hidden)
    return Foot(np.array([middle[0], middle[1], 0.0]), half, front, back, points), first, last


def _level(points: Double, whole: bool) -> tuple[int, int]:
    """First and last of the points between which a ground line lies on the ground.

    Steep ends are the side of the product that was seen. A round foot really climbs at its ends; elsewhere, unless the
    ``whole`` line is asked for, ends that bend upwards are left out as rounded edges: a toe, a heel.
    """
    n = len(points)
    if n < 3:
        return 0, n - 1
    slope = np.abs(np.diff(points[:, 1]) / np.maximum(np.diff(points[:, 0]), 1e-6))
    level = np.flatnonzero(slope < STEEPEST)
    if len(level) < 3:
        return 0, n - 1
    start, end = int(level[0]), int(level[-1]) + 1
    near = max(3, n // 8)
    if whole or end - start < 3 * near:
        return start, end
    smooth = np.convolve(np.pad(slope[start:end], 2, mode="edge"), np.full(5, 0.2), mode="valid")
    for _ in range(near):
        inner = np.median(smooth[start - int(level[0]) :][:near])
        if smooth[start - int(level[0])] < max(BENT, 1.6 * inner):
            break
        start += 1
    for _ in range(near):
        inner = np.median(smooth[: end - int(level[0])][-near:])
        if smooth[end - 1 - int(level[0])] < max(BENT, 1.6 * inner):
            break
        end -= 1
    return start, end


def _is_round(foot: Foot) -> bool:
    """Whether the front of a foot is half a circle, or one that was seen at another pitch."""
    depth = -float(foot.front.min())
    off = float(np.sqrt(np.mean((foot.front + depth * np.sqrt(np.clip(1 - STEPS**2, 0, 1))) ** 2)))
    return ROUND[0] < depth < ROUND[1] and off < 0.08 * depth


def _circle(foot: Foot) -> Foot:
    """A round foot completed as a circle through its foremost point: a wrong pitch would have made it an ellipse.

    What was seen stays where it was seen, so that the product touches the ground all along.
    """
    shift = 1 + float(foot.front.min())
    centre = foot.centre + np.array([0, shift * foot.half_width, 0])
    front = foot.front - shift
    return replace(foot, centre=centre, front=front, back=np.maximum(np.sqrt(np.clip(1 - STEPS**2, 0, 1)), front))


def _to_the_ends(points: Double) -> Double:
    """Ground points continued by half a column at either end.

    Where a round foot turns away from the camera its edge climbs like a square root, without bound: half a column is an
    eighth of the depth of a bottle. How much more of the climb lies in the last twelfth's outer half than in its inner
    one tells such an end from the corner of a box, where the climb is even.
    """
    if len(points) < 24:
        return points
    out = []
    column = abs(points[-1, 0] - points[0, 0]) / (len(points) - 1)
    for run in (points, points[::-1]):
        last, middle, inner = run[0], run[len(points) // 24], run[len(points) // 12]
        climb = float(last[1] - inner[1])
        half, whole = (np.sqrt(abs(last[0] - p[0]) + column / 2) - np.sqrt(column / 2) for p in (middle, inner))
        if climb <= 0:
            rise = 0.0
        else:
            even = 0.5
            bend = float(np.clip(((last[1] - middle[1]) / climb - even) / (half / whole - even), 0, 1))
            rise = bend * climb * float(np.sqrt(column / 2) / whole)
        out.append([last[0] + np.sign(last[0] - inner[0]) * column / 2, last[1] + rise, 0.0])
    return np.concatenate([out[:1], points, out[1:]])


def _still_rising(contour: Contour, first: int, last: int) -> bool:
    """Whether the edge was cut while it still followed its hull upwards at both ends: a belly, not a flat foot."""
    x = contour.x
    left, right = x[first] - x[0], x[-1] - x[last]
    near = max(2, len(x) // 25)
    along = contour.hull - contour.low < 0.03 * contour.tall
    cut = left + right > 0.1 * (x[-1] - x[0])
    return bool(cut and along[max(0, first - near) : first].all() and along[last : last + near].all())
