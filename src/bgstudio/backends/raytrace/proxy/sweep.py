"""The swept solid: at every height the foot's outline, as large as the silhouette lets it be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.proxy.foot import STEPS, Foot
from bgstudio.backends.raytrace.proxy.lattice import HAIR, Lattice
from bgstudio.pixels.types import Bool, Double

LEVELS = 96
"""Heights at which sections are fitted."""

SAMPLES = 40
"""Points per ray at which the solid is looked for."""

SHALLOWEST = 0.18
"""Half depth by half width of a foot whose depth was not seen: a flat front on a flat view."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """Left and right ends of a silhouette per lattice row, in lattice columns; left > right where there is none."""

    left: Double
    right: Double

    @classmethod
    def of(cls, inside: Bool) -> Bounds:
        """Outermost points of each row, half a step beyond the points themselves."""
        w = inside.shape[1]
        some = inside.any(1)
        left = np.where(some, np.argmax(inside, 1) - 0.5, 1e6)
        right = np.where(some, w - 0.5 - np.argmax(inside[:, ::-1], 1), -1e6)
        return cls(left, right)

    def at(self, rows: Double) -> tuple[Double, Double]:
        """Ends at fractional rows; beyond the last row with any product there are none."""
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
        z: (k,) heights, rising from 0.
        x: (k,) middle of each section.
        half: (k,) its half width, world units.
    """

    foot: Foot
    z: Double
    x: Double
    half: Double

    def inside(self, points: Double) -> Double:
        """How deep points (..., 3) lie in the solid, about in world units; negative outside."""
        z = points[..., 2]
        half, x = np.interp(z, self.z, self.half), np.interp(z, self.z, self.x)
        half = np.maximum(half, 1e-5)
        u = (points[..., 0] - x) / half
        v = (points[..., 1] - self.foot.centre[1]) / half
        place = (np.clip(u, -1, 1) + 1) * ((len(STEPS) - 1) / 2)
        i = np.minimum(place.astype(np.intp), len(STEPS) - 2)
        part = place - i
        front = self.foot.front[i] * (1 - part) + self.foot.front[i + 1] * part
        back = self.foot.back[i] * (1 - part) + self.foot.back[i + 1] * part
        section = np.minimum(np.minimum(v - front, back - v), 1.02 - np.abs(u)) * half
        return np.minimum(section, np.minimum(z - HAIR, self.z[-1] - z))


def with_depth(foot: Foot) -> Foot:
    """A foot with at least a little depth."""
    missing = SHALLOWEST - foot.depth
    if missing <= 0:
        return foot
    more = missing * np.sqrt(np.clip(1 - STEPS**8, 0, 1))
    return Foot(foot.centre, foot.half_width, foot.front - more, foot.back + more, foot.line, foot.belly)


def fit_sweep(net: Lattice, inside: Bool, foot: Foot) -> Sweep:
    """The largest sections that stay within the silhouette when seen by the camera.

    Between foot and top each section first takes the width that the silhouette has at its own two ends, then shrinks
    until all of it projects into the silhouette. Where sections begin to shrink for good, and nothing of the silhouette
    is left above them but their own top face, the product ends flat.
    """
    bounds = Bounds.of(inside)
    some = np.flatnonzero(bounds.left <= bounds.right)
    top = _height(net, float(some[0]) - 0.5, float(foot.centre[1]))
    z = np.linspace(0, max(top, 2 * HAIR), LEVELS)
    x, half = _widths(net, bounds, foot, z)
    kept = _shrunk(net, bounds, foot, z, x, half)
    end = _flat_top(kept)
    z, x, half = z[:end], x[:end], (half * kept)[:end]
    return Sweep(foot, z, x, np.maximum(half, 0))


def _height(net: Lattice, row: float, y: float) -> float:
    """World height of the upright plane at ``y`` where it is seen in a lattice row."""
    ray = net.rays(np.array([net.cols / 2, row]))
    return float(net.camera.origin[2] + ray[2] * (y - net.camera.origin[1]) / ray[1])


def _row(net: Lattice, y: Double, z: Double) -> Double:
    """Lattice rows in which points at (y, z) are seen, whatever their x: the camera has no roll."""
    points = np.stack([np.zeros_like(y + z), y + 0 * z, z + 0 * y], -1)
    return net.cell(net.camera.project(points)[0])[..., 1]


def _world_x(camera: Camera, net: Lattice, col: Double, row: Double, y: Double) -> Double:
    """World x of lattice positions on upright planes at ``y``."""
    ray = net.rays(np.stack([col, row], -1))
    return camera.origin[0] + ray[..., 0] * (y - camera.origin[1]) / ray[..., 1]


def _widths(net: Lattice, bounds: Bounds, foot: Foot, z: Double) -> tuple[Double, Double]:
    """Middle and half width of sections that reach from end to end of the silhouette."""
    middle = (foot.front + foot.back) / 2
    x = np.full(len(z), foot.centre[0])
    half = np.zeros(len(z))
    for _ in range(4):  # the rows of a section's ends depend on its size
        ends = []
        for side, at in ((0, middle[0]), (1, middle[-1])):
            y = foot.centre[1] + half * at
            row = _row(net, y, z)
            col = bounds.at(row)[side]
            ends.append(_world_x(net.camera, net, np.clip(col, -1e3, 1e3), row, y))
        x, half = (ends[0] + ends[1]) / 2, np.clip((ends[1] - ends[0]) / 2, 0, None)
        half = np.where(half > 1e2, 0, half)
    return x, half


def _shrunk(net: Lattice, bounds: Bounds, foot: Foot, z: Double, x: Double, half: Double) -> Double:
    """Factor per section, 0..1, that brings all of its outline into the silhouette."""
    pick = np.arange(0, len(STEPS), 4)
    u = np.concatenate([STEPS[pick], STEPS[pick]])
    v = np.concatenate([foot.front[pick], foot.back[pick]])
    low, high = np.zeros(len(z)), np.ones(len(z))
    for _ in range(10):
        factor = (low + high) / 2
        fits = _fits(net, bounds, foot, z, x, half * factor, u, v)
        low, high = np.where(fits, factor, low), np.where(fits, high, factor)
    whole = _fits(net, bounds, foot, z, x, half, u, v)
    return np.where(whole, 1.0, low)


def _fits(net: Lattice, bounds: Bounds, foot: Foot, z: Double, x: Double, half: Double, u: Double, v: Double) -> Bool:
    y = foot.centre[1] + half[:, None] * v
    points = np.stack([x[:, None] + half[:, None] * u, y, np.broadcast_to(z[:, None], y.shape)], -1)
    cell = net.cell(net.camera.project(points)[0])
    left, right = bounds.at(cell[..., 1])
    tolerance = 0.75 + 0.01 * net.cols
    return np.asarray(((cell[..., 0] > left - tolerance) & (cell[..., 0] < right + tolerance)).all(1))


def _flat_top(kept: Double) -> int:
    """Number of sections below the place from which all are cramped to the top."""
    cramped = kept < 0.9
    free = np.flatnonzero(~cramped)
    if len(free) == 0:
        return len(kept)
    last = int(free[-1]) + 1
    return max(2, last if kept[last:].size and kept[last:].mean() < 0.75 else len(kept))


def cut_by_rays(net: Lattice, sweep: Sweep, rays: Double) -> tuple[Double, Double, Bool]:
    """Where view rays enter and leave the solid.

    Args:
        net: for the camera.
        sweep: the solid.
        rays: (n, 3) of unit depth.

    Returns:
        Depths (n,) of the first and the last crossing, and whether there are any.
    """
    origin, y = net.camera.origin, sweep.foot.centre[1]
    middle = (y - origin[1]) / rays[:, 1]
    z = origin[2] + rays[:, 2] * middle
    reach = np.maximum(np.abs(sweep.foot.front).max(), np.abs(sweep.foot.back).max())
    # how far the solid can reach from the middle plane anywhere near this height
    window = max(1, round(LEVELS * reach * np.tan(np.radians(net.camera.pitch)) * sweep.half.max() / sweep.z[-1]))
    near = ndimage.maximum_filter1d(sweep.half, 2 * window + 1, mode="nearest")
    span = np.interp(z, sweep.z, near) * reach * 1.15 + 1e-4
    t = middle[:, None] + span[:, None] * np.linspace(-1, 1, SAMPLES) / rays[:, 1:2]
    depth = sweep.inside(origin + rays[:, None] * t[..., None])
    within = depth > 0
    hit: Bool = np.asarray(within.any(1))
    first = np.argmax(within, 1)
    last = SAMPLES - 1 - np.argmax(within[:, ::-1], 1)
    return _crossing(t, depth, first, first - 1), _crossing(t, depth, last, last + 1), hit


def _crossing(t: Double, depth: Double, inner: Double, outer: Double) -> Double:
    """Depths where the solid begins between a sample inside it and one outside."""
    rows = np.arange(len(t))
    outer = np.clip(outer, 0, t.shape[1] - 1)
    a, b = depth[rows, inner], depth[rows, outer]
    part = np.where(a - b > 1e-12, np.clip(a, 0, None) / np.where(a - b > 1e-12, a - b, 1), 0)
    return t[rows, inner] + (t[rows, outer] - t[rows, inner]) * np.clip(part, 0, 1)
