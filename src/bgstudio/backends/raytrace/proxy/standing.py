"""A product that stands: a swept body, and what sticks out of it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.foot import Foot
from bgstudio.backends.raytrace.proxy.inflate import quick_poisson
from bgstudio.backends.raytrace.proxy.lattice import Lattice, to_ground
from bgstudio.backends.raytrace.proxy.samples import sample
from bgstudio.backends.raytrace.proxy.sweep import cut_by_rays, fit_sweep, with_depth
from bgstudio.pixels.types import Double


def standing(net: Lattice, foot: Foot, at: Double) -> tuple[Double, Double]:
    """Depths (n,) of front and back at lattice positions (n, 2)."""
    rays = net.rays(at)
    if foot.belly:
        front, back = belly(net, foot, at)
    else:
        front, back = swept(net, foot, at)
    ground = to_ground(net, rays)
    return np.minimum(front, ground), np.minimum(back, ground)


def swept(net: Lattice, foot: Foot, at: Double) -> tuple[Double, Double]:
    """The swept solid, and inflated limbs where the silhouette leaves it."""
    sweep = fit_sweep(net, net.inside, with_depth(foot))
    h, w = net.alpha.shape
    grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1).reshape(-1, 2).astype(float)
    f, b, hit = cut_by_rays(net, sweep, net.rays(grid))
    f, b, hit = f.reshape(h, w), b.reshape(h, w), hit.reshape(h, w)
    if not hit.any():
        return belly(net, foot, at)
    nearest = ndimage.distance_transform_edt(~hit, return_distances=False, return_indices=True)
    middle = ((f + b) / 2)[nearest[0], nearest[1]]
    limb = np.minimum(quick_poisson(net.inside), 1e9) * net.step
    limb = np.minimum(limb, ((b - f) / 2)[nearest[0], nearest[1]])
    front, back, hits = cut_by_rays(net, sweep, net.rays(at))
    m, q = sample(middle, at), sample(limb, at)
    return np.where(hits, front, m - q), np.where(hits, back, m + q)


def belly(net: Lattice, foot: Foot, at: Double) -> tuple[Double, Double]:
    """A round body: inflated about its centre, for the silhouette of a ball is no upright section of it."""
    tall = net.box.height * net.camera.pixel_size(net.contact)
    centre = foot.centre + np.array([0, 0, min(foot.belly or 0.5 * tall, 0.5 * tall)])
    depth = float((centre - net.camera.origin) @ net.camera.forward)
    half = sample(quick_poisson(net.inside), at) * net.step
    return depth - half, depth + half
