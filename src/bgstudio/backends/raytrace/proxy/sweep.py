"""The swept solid: at every height the foot's outline, as large as the silhouette lets it be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.foot import STEPS, Foot
from bgstudio.backends.raytrace.proxy.lattice import HAIR, Lattice
from bgstudio.pixels.types import Bool, Double, Float

LEVELS = 96
"""Heights at which sections are fitted."""

SAMPLES = 48
"""Points per ray at which the solid is looked for."""

OUTLINE = 1024
"""Points at which the outline is tabled."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """Left and right ends of a silhouette per lattice row, in lattice columns; left > right where there is none."""

    left: Double
    right: Double

    @classmethod
    def of(cls, net: Lattice, body: Bool) -> Bounds:
        """Outermost points of each row of a body; to a part of a step where the silhouette itself ends there."""
        h, w = body.shape
        rows, some = np.arange(h), body.any(1)
        field = np.pad(net.alpha - net.threshold, ((0, 0), (1, 1)), constant_values=-1)
        ends = []
        for first, outwards in ((np.argmax(body, 1), -1), (w - 1 - np.argmax(body[:, ::-1], 1), 1)):
            here, there = field[rows, first + 1], field[rows, first + 1 + outwards]
            part = np.where(there < 0, here / np.maximum(here - there, 1e-6), 0.5)
            ends.append(first + outwards * np.clip(part, 0, 1))
        return cls(np.where(some, ends[0], 1e6), np.where(some, ends[1], -1e6))

    @property
    def top(self) -> float:
        """Upper end, in rows."""
        return float(np.flatnonzero(self.left <= self.right)[0]) - 0.5

    def at(self, rows: Double) -> tuple[Double, Double]:
        """Ends at fractional rows; beyond the first and the last row with any product there are none."""
        some = np.flatnonzero(self.left <= self.right)
        left = np.interp(rows, some, self.left[some])
        right = np.interp(rows, some, self.right[some])
        out = (rows < some[0] - 0.6) | (rows > some[-1] + 0.6)
        return np.where(out, 1e6, left), np.where(out, -1e6, right)


@dataclass(frozen=True, eq=False)
class Sweep:
    """Sections over height.

    Attributes:
        foot: gives the outline and where it stands.
        z: (k,) heights, rising from the underside.
        x: (k,) middle of each section.
        half: (k,) its half width, world units.
    """

    foot: Foot
    z: Double
    x: Double
    half: Double


def fit_sweep(net: Lattice, body: Bool, foot: Foot, bottom: float = 0.0) -> Sweep:
    """The largest sections that stay within the silhouette when seen by the camera.

    From the height ``bottom`` upwards each section first takes the width that the silhouette has at its own two ends,
    then shrinks until all of it projects into the silhouette. The product ends flat where a top face explains all that
    is seen above.
    """
    bounds = Bounds.of(net, body)
    top = _height(net, bounds.top, float(foot.centre[1]))
    z = np.linspace(bottom, max(top, bottom + 2 * HAIR), LEVELS)
    x, half = _widths(net, bounds, foot, z)
    # a flat foot was seen where it is, and rays cut off what cannot be
    free = (z < top / 2) & (not foot.belly)
    half = np.where(free, half, half * _shrunk(net, bounds, foot, z, x, half))
    end = _flat_top(net, bounds, foot, np.stack([x, z], -1), half)
    x, half = (ndimage.gaussian_filter1d(values[:end], 1.0, mode="nearest") for values in (x, half))
    return Sweep(foot, z[:end], x, half)


def _height(net: Lattice, row: float, y: float) -> float:
    """World height of the upright plane at ``y`` where it is seen in a lattice row."""
    ray = net.rays(np.array([net.cols / 2, row]))
    return float(net.camera.origin[2] + ray[2] * (y - net.camera.origin[1]) / ray[1])


def _row(net: Lattice, y: Double, z: Double) -> Double:
    """Lattice rows in which points at (y, z) are seen, whatever their x: the camera has no roll."""
    y, z = np.broadcast_arrays(y, z)
    return net.cell(net.camera.project(np.stack([0 * y, y, z], -1))[0])[..., 1]


def _world_x(net: Lattice, col: Double, row: Double, y: Double) -> Double:
    """World x of lattice positions on upright planes at ``y``."""
    ray, origin = net.rays(np.stack([col, row], -1)), net.camera.origin
    return origin[0] + ray[..., 0] * (y - origin[1]) / ray[..., 1]


def _widths(net: Lattice, bounds: Bounds, foot: Foot, z: Double) -> tuple[Double, Double]:
    """Middle and half width of sections that reach from end to end of the silhouette."""
    middle = (foot.front + foot.back) / 2
    x, half = np.full(len(z), foot.centre[0]), np.zeros(len(z))
    for _ in range(4):  # the rows of a section's ends depend on its size
        ends = []
        for side, at in ((0, middle[0]), (1, middle[-1])):
            y = foot.centre[1] + half * at
            row = _row(net, y, z)
            ends.append(_world_x(net, np.clip(bounds.at(row)[side], -1e3, 1e3), row, y))
        x, half = (ends[0] + ends[1]) / 2, np.clip((ends[1] - ends[0]) / 2, 0, None)
        none = half > 50
        x, half = np.where(none, foot.centre[0], x), np.where(none, 0, half)
    return x, half


def _shrunk(net: Lattice, bounds: Bounds, foot: Foot, z: Double, x: Double, half: Double) -> Double:
    """Factor per section, 0..1, that brings all of its outline into the silhouette."""
    pick = np.arange(0, len(STEPS), 4)
    outline = np.concatenate(
        [np.stack([STEPS[pick], foot.front[pick]], -1), np.stack([STEPS[pick], foot.back[pick]], -1)]
    )
    low, high = np.zeros(len(z)), np.full(len(z), 2.0)
    for _ in range(10):  # the first guess is the whole section
        factor = (low + high) / 2
        fits = _fits(net, bounds, foot, np.stack([x, z], -1), half * factor, outline)
        low, high = np.where(fits, factor, low), np.where(fits, high, factor)
        high = np.minimum(high, 1.0)
        low = np.where(fits & (factor >= 1), 1.0, low)
    return np.minimum(low, 1.0)


def _fits(net: Lattice, bounds: Bounds, foot: Foot, at: Double, half: Double, outline: Double) -> Bool:
    scaled = half[:, None, None] * outline
    x, y = at[:, None, 0] + scaled[..., 0], foot.centre[1] + scaled[..., 1]
    cell = net.cell(net.camera.project(np.stack([x, y, np.broadcast_to(at[:, None, 1], x.shape)], -1))[0])
    left, right = bounds.at(cell[..., 1])
    tolerance = 0.75 + 0.01 * net.cols
    return np.asarray(((cell[..., 0] > left - tolerance) & (cell[..., 0] < right + tolerance)).all(1))


def _flat_top(net: Lattice, bounds: Bounds, foot: Foot, at: Double, half: Double) -> int:
    """Number of sections up to the lowest whose top face covers all of the silhouette above it.

    Whatever rises higher would have to be drawn where that face is seen already, and flat tops are more common than
    roofs that rise just as steeply as the camera looks down.
    """
    rows = np.flatnonzero(bounds.left <= bounds.right).astype(float)
    edge = np.concatenate([np.stack([bounds.left[rows.astype(int)], rows], -1),
                           np.stack([bounds.right[rows.astype(int)], rows], -1)])  # fmt: skip
    ray, origin = net.rays(edge), net.camera.origin
    level = np.maximum(half, net.step)
    t = (at[:, None, 1] - origin[2]) / np.minimum(ray[:, 2], -1e-3)
    x, y = origin[0] + ray[:, 0] * t, origin[1] + ray[:, 1] * t
    u = (x - at[:, None, 0]) / level[:, None]
    v = (y - foot.centre[1]) / level[:, None]
    steps = net.step / level[:, None]
    over = v > 0
    side = np.abs(u) <= 1 + 1.5 * steps
    behind = v <= np.interp(np.clip(u, -1, 1), STEPS, foot.back) + 1.5 * steps / np.maximum(-ray[:, 2], 0.05)
    covered = (~over | (side & behind)).all(1)
    return max(2, int(np.argmax(covered)) + 1) if covered.any() else len(half)


@dataclass(frozen=True, eq=False)
class Interval:
    """Where view rays run inside a solid.

    Attributes:
        front, back: float64 (rows, cols), depths at which the ray of each lattice point enters and leaves.
        hit: bool (rows, cols), where it meets the solid at all.
    """

    front: Double
    back: Double
    hit: Bool


def cut_by_rays(net: Lattice, sweep: Sweep) -> Interval:
    """First entry and last exit of the ray of every lattice point.

    The camera has no roll: height and depth of a point on a ray depend on its row alone, so only the position across is
    looked at point by point.
    """
    h, w = net.alpha.shape
    origin, foot = net.camera.origin, sweep.foot
    down = net.rays(np.stack([np.zeros(h), np.arange(h, dtype=float)], -1))
    across = net.rays(np.stack([np.arange(w, dtype=float), np.zeros(w)], -1))[:, 0].astype(np.float32)
    t = _depths(net, sweep, down)
    y, z = origin[1] + down[:, 1:2] * t, origin[2] + down[:, 2:3] * t
    half = np.maximum(np.interp(z, sweep.z, sweep.half), 1e-5)
    v = ((y - foot.centre[1]) / half).astype(np.float32)
    lid = np.minimum(z - sweep.z[0] - HAIR, sweep.z[-1] - z).astype(np.float32)
    middle = ((np.interp(z, sweep.z, sweep.x) - origin[0]) / half).astype(np.float32)
    slope, size = (t / half).astype(np.float32), half.astype(np.float32)
    front, back = (_tabled(values) for values in (foot.front, foot.back))
    out = _Crossings(h, w)
    for k in range(t.shape[1]):
        u = across[None] * slope[:, k, None] - middle[:, k, None]
        place = np.clip((u + 1) * ((OUTLINE - 1) / 2) + 0.5, 0, OUTLINE - 1).astype(np.int32)
        depth = np.minimum(v[:, k, None] - front[place], back[place] - v[:, k, None])
        depth = np.minimum(depth, 1.02 - np.abs(u)) * size[:, k, None]
        out.see(np.minimum(depth, lid[:, k, None]), t[:, k, None])
    return out.interval()


def _depths(net: Lattice, sweep: Sweep, down: Double) -> Double:
    """Depths (rows, SAMPLES) between which the solid can lie."""
    origin, foot = net.camera.origin, sweep.foot
    middle = (foot.centre[1] - origin[1]) / down[:, 1]
    z = origin[2] + down[:, 2] * middle
    reach = float(max(np.abs(foot.front).max(), np.abs(foot.back).max()))
    step = (sweep.z[-1] - sweep.z[0]) / (len(sweep.z) - 1)
    # how far the solid can reach from the middle plane anywhere near this height
    window = int(np.ceil(reach * np.tan(np.radians(net.camera.pitch + 12)) * sweep.half.max() / step))
    near = ndimage.maximum_filter1d(sweep.half, 2 * min(window, len(sweep.half)) + 1, mode="nearest")
    span = np.interp(z, sweep.z, near) * reach * 1.1 + 1e-4
    return middle[:, None] + (span / down[:, 1])[:, None] * np.linspace(-1, 1, SAMPLES)


def _tabled(values: Double) -> Float:
    return np.interp(np.linspace(-1, 1, OUTLINE), STEPS, values).astype(np.float32)


class _Crossings:
    """Collects entries and exits while the samples go by, front to back."""

    def __init__(self, h: int, w: int) -> None:
        self.front, self.back = np.zeros((h, w)), np.zeros((h, w))
        self.hit = np.zeros((h, w), bool)
        self._before = np.full((h, w), np.float32(-1))
        self._last = np.zeros((h, 1))

    def see(self, depth: Float, t: Double) -> None:
        """Take the next samples: how deep they lie inside (negative outside), and their depths along the rays."""
        now, before = depth > 0, self._before > 0
        part = np.clip(self._before / np.where(depth == self._before, 1, self._before - depth), 0, 1)
        crossing = self._last + (t - self._last) * part
        entered, left = now & ~before, before & ~now
        first = entered & ~self.hit
        self.front[first] = crossing[first]
        self.back[left] = crossing[left]
        still = now & before
        self.back[still | entered] = np.broadcast_to(t, depth.shape)[still | entered]
        self.hit |= now
        self._before, self._last = depth, t

    def interval(self) -> Interval:
        """What was found."""
        return Interval(self.front, np.maximum(self.back, self.front), self.hit)
