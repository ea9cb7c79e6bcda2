"""A product that stands: a swept body, and limbs that stick out of it or carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.arc import Build
from bgstudio.backends.raytrace.proxy.contour import lower_contour
from bgstudio.backends.raytrace.proxy.foot import Foot, find_foot
from bgstudio.backends.raytrace.proxy.lattice import Cut, Lattice
from bgstudio.backends.raytrace.proxy.legs import Tip, find_legs, tips
from bgstudio.backends.raytrace.proxy.limbs import Thickness, limbs, thickness
from bgstudio.backends.raytrace.proxy.sweep import Interval, cut_by_rays, fit_sweep
from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.types import Bool, Double

BODY = 0.25
"""Part of the silhouette below which what is no limb is no body: a ring, a frame, a bicycle."""

STEEP = 1.2
"""Steepest slope, in depth by width, at which a product without a body is believed to be turned."""

UNDER = 0.95
"""Height of a body's underside by that at which its legs are seen to end."""

MIRRORED = 0.93
"""Overlap of a body with its mirror image from which on it may be a turned one."""

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


def standing(net: Lattice, cut: Cut) -> Standing:
    """Find foot, body and limbs."""
    inside, contour = net.inside, lower_contour(cut)
    local = thickness(inside)
    limb = limbs(inside, local)
    body = inside & ~limb
    bodied = body.sum() > BODY * inside.sum()
    build = _build(net, body if bodied else inside, local)
    foot = find_foot(net.camera, contour, build).deepened()
    feet = tips(net, inside, limb, foot)
    half = local.round * net.step
    if not bodied:
        middle = _upright(net, _sheet(net, inside, foot, feet))
        return Standing(foot, middle - half, middle + half)
    legs = find_legs(net, limb, body, feet)
    raised = len(feet) > 1 and legs.top > RAISED * net.box.height * net.camera.pixel_size(net.contact)
    found = cut_by_rays(net, fit_sweep(net, body, foot, UNDER * legs.top if raised else 0.0))
    solid = found.hit & body
    if not solid.any():
        middle = _upright(net, np.full(inside.shape, foot.centre[1]))
        return Standing(foot, middle - half, middle + half)
    middle, most = _continued(net, found, solid)
    middle = np.where(legs.known, _upright(net, legs.y), middle)
    half = np.where(limb, half, np.minimum(half, most))
    return Standing(foot, np.where(solid, found.front, middle - half), np.where(solid, found.back, middle + half))


def _continued(net: Lattice, found: Interval, solid: Bool) -> tuple[Double, Double]:
    """Middle and half thickness (rows, cols) of the body, upright from the nearest place where rays meet it."""
    nearest = ndimage.distance_transform_edt(~solid, return_distances=False, return_indices=True)
    y = net.camera.origin[1] + net.rays(net.points)[..., 1] * (found.front + found.back) / 2
    half = (found.back - found.front) / 2
    return _upright(net, y[nearest[0], nearest[1]]), half[nearest[0], nearest[1]]


def _build(net: Lattice, body: Bool, local: Thickness) -> Build:
    cols = np.flatnonzero(body.any(0))
    own = body[:, cols[0] : cols[-1] + 1]
    mirrored = own[:, ::-1]
    alike = float((own & mirrored).sum() / (own | mirrored).sum())
    thick, wide = 2 * float(local.radius[body].max()), float(len(cols))
    pixel = net.box.height / net.rows
    return Build(alike > MIRRORED, min(1.0, 1.1 * thick / wide), wide * pixel)


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
    rows = (np.argmax(inside[:, cols], 0) + lowest_rows(inside)[cols]) / 2
    if len(cols) < 8:
        return y
    rise = -float(np.polyfit(cols, rows, 1)[0]) * net.box.height / net.rows * net.cols / net.box.width
    ray = net.rays(np.array([net.cols / 2, float(rows.mean())]))
    slope = rise / max(-float(ray[2]) / float(np.linalg.norm(ray)), 0.05)
    return y + np.clip(slope, -STEEP, STEEP) * (x - foot.centre[0])


def _x_at(net: Lattice, y: Double) -> Double:
    ray = net.rays(net.points)
    return net.camera.origin[0] + ray[..., 0] * (y - net.camera.origin[1]) / ray[..., 1]
