"""A product that stands: a swept body, and what sticks out of it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.foot import Foot
from bgstudio.backends.raytrace.proxy.inflate import quick_poisson
from bgstudio.backends.raytrace.proxy.lattice import Lattice
from bgstudio.backends.raytrace.proxy.sweep import cut_by_rays, fit_sweep
from bgstudio.pixels.types import Double


def standing(net: Lattice, foot: Foot) -> tuple[Double, Double]:
    """Depths (rows, cols) of front and back, right where the silhouette is; they may lie under the ground."""
    return belly(net, foot) if foot.belly else swept(net, foot)


def swept(net: Lattice, foot: Foot) -> tuple[Double, Double]:
    """The swept solid, and inflated limbs where the silhouette leaves it."""
    found = cut_by_rays(net, fit_sweep(net, net.inside, foot.deepened()))
    if not found.hit.any():
        return belly(net, foot)
    nearest = ndimage.distance_transform_edt(~found.hit, return_distances=False, return_indices=True)
    middle, half = (found.front + found.back) / 2, (found.back - found.front) / 2
    middle, most = middle[nearest[0], nearest[1]], half[nearest[0], nearest[1]]
    limb = np.minimum(quick_poisson(net.inside) * net.step, most)
    return np.where(found.hit, found.front, middle - limb), np.where(found.hit, found.back, middle + limb)


def belly(net: Lattice, foot: Foot) -> tuple[Double, Double]:
    """A round body: inflated about its centre, for the silhouette of a ball is no upright section of it."""
    tall = net.box.height * net.camera.pixel_size(net.contact)
    centre = foot.centre + np.array([0, 0, min(foot.belly or 0.5 * tall, 0.5 * tall)])
    depth = float((centre - net.camera.origin) @ net.camera.forward)
    half = quick_poisson(net.inside) * net.step
    return depth - half, depth + half
