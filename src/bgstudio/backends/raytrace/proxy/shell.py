"""A closed mesh between two depths per point of a silhouette."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.mesh import Mesh, make
from bgstudio.backends.raytrace.proxy.lattice import Lattice
from bgstudio.backends.raytrace.proxy.patch import Patch
from bgstudio.pixels.types import Double


def shell(net: Lattice, patch: Patch, front: Double, back: Double) -> Mesh:
    """Front and back sheets, stitched along the rim; UVs are the cut-out's own (v = 0 on top).

    Args:
        net: gives each point of the patch its ray.
        patch: the silhouette.
        front, back: (n,) depths along the rays of its points.
    """
    rays, origin = net.rays(patch.at), net.camera.origin
    n = len(patch.at)
    p, q = patch.rim[:, 0], patch.rim[:, 1]
    sides = np.concatenate([np.stack([q, p, p + n], 1), np.stack([q, p + n, q + n], 1)])
    faces = np.concatenate([patch.faces, patch.faces[:, ::-1] + n, sides])
    V = np.concatenate([origin + rays * front[:, None], origin + rays * back[:, None]])
    return make(V, faces, np.tile(net.unit(patch.at), (2, 1)))
