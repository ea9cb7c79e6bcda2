"""A closed mesh between two depth maps over a lattice."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.kit.mesh import Mesh, make
from bgstudio.backends.raytrace.proxy.lattice import Lattice
from bgstudio.pixels.types import Bool, Double


def eroded(net: Lattice, pixels: float, keep: Bool | None = None) -> Bool:
    """The silhouette without its outermost picture pixels, so that the stand-in never shows beside the product.

    ``keep`` marks lattice points that stay in any case: at the foot, or a gap would open to its shadow.
    """
    distance = ndimage.distance_transform_edt(net.inside)
    inside: Bool = distance > pixels * (net.inside.shape[0] - 4) / net.rect.height
    return inside if keep is None else inside | (net.inside & keep)


def shell(net: Lattice, front: Double, back: Double, inside: Bool) -> Mesh:
    """Front and back sheets, stitched along the rim; UVs are the cut-out's own (v = 0 on top)."""
    h, w = inside.shape
    cell = inside[:-1, :-1] & inside[1:, :-1] & inside[:-1, 1:] & inside[1:, 1:]
    used = np.zeros((h, w), bool)
    for dy in (0, 1):
        for dx in (0, 1):
            used[dy : h - 1 + dy, dx : w - 1 + dx] |= cell
    n = int(used.sum())
    index = np.full((h, w), -1)
    index[used] = np.arange(n)
    cy, cx = np.nonzero(cell)
    a, b, c, d = index[cy, cx], index[cy + 1, cx], index[cy + 1, cx + 1], index[cy, cx + 1]
    F = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    edges = np.concatenate([F[:, [0, 1]], F[:, [1, 2]], F[:, [2, 0]]])
    key, twin = edges[:, 0] * n + edges[:, 1], edges[:, 1] * n + edges[:, 0]
    rim = edges[~np.isin(key, twin)]
    sides = np.concatenate(
        [np.stack([rim[:, 1], rim[:, 0], rim[:, 0] + n], 1), np.stack([rim[:, 1], rim[:, 0] + n, rim[:, 1] + n], 1)]
    )
    V = np.concatenate([net.points(front)[used], net.points(back)[used]])
    UV = np.tile(np.stack([net.u, net.v], -1)[used], (2, 1))
    return make(V, np.concatenate([F, F[:, ::-1] + n, sides]), UV)
