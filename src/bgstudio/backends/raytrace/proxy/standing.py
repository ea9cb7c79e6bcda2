"""A product that stands: a swept body, and limbs that stick out of it or carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.foot import Contour, Foot, find_foot
from bgstudio.backends.raytrace.proxy.lattice import Lattice
from bgstudio.backends.raytrace.proxy.legs import Tip, planes, tips
from bgstudio.backends.raytrace.proxy.limbs import limbs, thickness
from bgstudio.backends.raytrace.proxy.sweep import cut_by_rays, fit_sweep
from bgstudio.pixels.types import Bool, Double

BODY = 0.25
"""Part of the silhouette below which what is no limb is no body: a ring, a frame, a bicycle."""

STEEP = 1.2
"""Steepest slope, in depth by width, at which a product without a body is believed to be turned."""

RAISED = 0.04
"""Height of a body's lowest point, by the product's height, above which it is carried by legs."""


@dataclass(frozen=True, eq=False)
class Standing:
    """A product between two depths.

    Attributes:
        foot: what it stands on.
        front, back: float64 (rows, cols), depths, right where the silhouette is; they may lie under the ground.
    """

    foot: Foot
    front: Double
    back: Double


def standing(net: Lattice, contour: Contour) -> Standing:
    """Find foot, body and limbs."""
    inside = net.inside
    local = thickness(inside)
    limb = limbs(inside, local)
    body = inside & ~limb
    wide = float(np.ptp(np.flatnonzero(inside.any(0)))) + 1
    foot = find_foot(net.camera, contour, roundness=min(1.0, 2.2 * float(local.radius.max()) / wide))
    feet = tips(net, inside, limb, foot)
    half = local.round * net.step
    if body.sum() < BODY * inside.sum():
        middle = _upright(net, _sheet(net, inside, foot, feet))
        return Standing(foot, middle - half, middle + half)
    found = _body(net, body, foot)
    if found is None:
        middle = _upright(net, np.full(inside.shape, foot.centre[1]))
        return Standing(foot, middle - half, middle + half)
    front, back, middle = found
    y, known = planes(limb, feet)
    middle = np.where(known, _upright(net, y), middle)
    solid = ~np.isnan(front) & ~limb
    return Standing(foot, np.where(solid, front, middle - half), np.where(solid, back, middle + half))


def _upright(net: Lattice, y: Double) -> Double:
    """Depths (rows, cols) of upright planes at world ``y`` (rows, cols)."""
    return (y - net.camera.origin[1]) / net.rays(net.points)[..., 1]


def _sheet(net: Lattice, inside: Bool, foot: Foot, feet: list[Tip]) -> Double:
    """World y (rows, cols) of the upright sheet that a product without a body stands in.

    Two feet tell how it is turned. With one, as under a ring, the middle between upper and lower edge tells: seen from
    above, the side that is farther away lies higher in the picture.
    """
    y = np.full(net.alpha.shape, foot.centre[1])
    x = _x_at(net, y)
    if len(feet) > 1:
        first, last = min(feet, key=lambda tip: tip.x), max(feet, key=lambda tip: tip.x)
        slope = (last.y - first.y) / max(last.x - first.x, 1e-3)
        return first.y + np.clip(slope, -STEEP, STEEP) * (x - first.x)
    cols = np.flatnonzero(inside.any(0))
    rows = (np.argmax(inside[:, cols], 0) + inside.shape[0] - 1 - np.argmax(inside[::-1, cols], 0)) / 2
    if len(cols) < 8:
        return y
    rise = -float(np.polyfit(cols, rows, 1)[0]) * net.box.height / net.rows * net.cols / net.box.width
    ray = net.rays(np.array([net.cols / 2, float(rows.mean())]))
    slope = rise / max(-float(ray[2]) / float(np.linalg.norm(ray)), 0.05)
    return y + np.clip(slope, -STEEP, STEEP) * (x - foot.centre[0])


def _x_at(net: Lattice, y: Double) -> Double:
    ray = net.rays(net.points)
    return net.camera.origin[0] + ray[..., 0] * (y - net.camera.origin[1]) / ray[..., 1]


def _body(net: Lattice, body: Bool, foot: Foot) -> tuple[Double, Double, Double] | None:
    """Front and back of the swept body, not a number where no ray meets it, and its middle continued everywhere."""
    found = cut_by_rays(net, fit_sweep(net, body, foot.deepened()))
    hit = found.hit & body
    if not hit.any():
        return None
    front, back = np.where(hit, found.front, np.nan), np.where(hit, found.back, np.nan)
    back = np.minimum(back, _underside(net, hit, found.front))
    nearest = ndimage.distance_transform_edt(~hit, return_distances=False, return_indices=True)
    y = net.camera.origin[1] + net.rays(net.points)[..., 1] * (front + back) / 2
    return front, back, _upright(net, y[nearest[0], nearest[1]])


def _underside(net: Lattice, hit: Bool, front: Double) -> Double:
    """Depths (rows, cols) at which rays leave a raised body through its underside, level with its lower front edge."""
    h = hit.shape[0]
    cols = np.flatnonzero(hit.any(0))
    rows = h - 1 - np.argmax(hit[::-1, cols], 0)
    down = net.rays(net.points)[..., 2]
    z = np.full(hit.shape[1], -1.0)
    z[cols] = net.camera.origin[2] + down[rows, cols] * front[rows, cols]
    if z[cols].min() < RAISED * net.box.height * net.camera.pixel_size(net.contact):
        return np.full(hit.shape, np.inf)
    below = (z[None] - net.camera.origin[2]) / np.minimum(down, -1e-6)
    return np.where(down < -1e-6, below, np.inf)
