"""From a cut-out and a camera to the solid that stands in for the product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.mesh import Mesh
from bgstudio.backends.raytrace.proxy import flat
from bgstudio.backends.raytrace.proxy.lattice import Cut, Lattice, lattice, to_ground, trimmed
from bgstudio.backends.raytrace.proxy.patch import triangulate
from bgstudio.backends.raytrace.proxy.shell import shell
from bgstudio.backends.raytrace.proxy.standing import standing
from bgstudio.domain.shot import Rect
from bgstudio.pixels.types import Double, Float

Pose = Literal["standing", "lying", "hanging"]

INSET = 0.3
"""Picture pixels by which the rim keeps inside the silhouette, so that the solid never shows beside the product."""


@dataclass(frozen=True, eq=False)
class StandIn:
    """The solid and what sets need to know of it; world units.

    Attributes:
        mesh: closed, with UVs into ``texture``.
        texture: float32 (h, w, 3) linear, the product's colours, spread under its soft edges.
        centre: (3,) middle of the foot on the ground; of the product itself when it lies or hangs.
        half_width: of the foot, along x; of the product itself when it lies or hangs.
        half_depth: farthest that the body or its foot reaches from the centre along y.
        height: of the product as it is seen.
        reach: half of the product's full width.
        foot: float64 (n, 3) ground points of the visible front of the foot, left to right; none unless it stands.
        depth: of the contact, along the camera's forward axis.
    """

    mesh: Mesh
    texture: Float
    centre: Double
    half_width: float
    half_depth: float
    height: float
    reach: float
    foot: Double
    depth: float


def spread_colours(rgb: Float, alpha: Float) -> Float:
    """The product's colours continued outwards under its edge, so that a texture never shows a fringe."""
    sure = alpha > 0.9
    nearest = ndimage.distance_transform_edt(~sure, return_distances=False, return_indices=True)
    return rgb[nearest[0], nearest[1]]


def stand_in(
    camera: Camera, rgb: Float, alpha: Float, rect: Rect, pose: Pose = "standing", *, rows: int = 170
) -> StandIn:
    """Build the stand-in of a product.

    Args:
        camera: of the picture; it must look straight down on a lying product.
        rgb: float32 (h, w, 3) linear straight colours of the product's box.
        alpha: float32 (h, w), 0..1.
        rect: where the box lands, pixels.
        pose: standing on the ground, lying on it seen from above, or hanging in the upright plane y = 0.
        rows: of the lattice; fewer are faster.

    Raises ``ValueError`` where the alpha is 0 everywhere.
    """
    cut = trimmed(rgb, alpha, rect)
    net = lattice(camera, cut, rows)
    texture = spread_colours(cut.rgb, cut.alpha)
    if pose == "standing":
        return _standing(net, texture, cut)
    return _thin(net, texture, pose)


def _closed(net: Lattice, front: Double, back: Double) -> Mesh:
    """The mesh between two depths (rows, cols), nothing of it under the ground."""
    patch = triangulate(_field(net, INSET))
    ground = to_ground(net, net.rays(patch.at))
    near, far = front.ravel()[patch.source], back.ravel()[patch.source]
    return shell(net, patch, np.minimum(near, ground), np.minimum(np.maximum(near, far), ground))


def _standing(net: Lattice, texture: Float, cut: Cut) -> StandIn:
    found = standing(net, cut)
    mesh, foot = _closed(net, found.front, found.back), found.foot
    pixel = net.camera.pixel_size(net.contact)
    return StandIn(
        mesh=mesh,
        texture=texture,
        centre=foot.centre,
        half_width=foot.half_width,
        half_depth=float(np.abs(mesh.V[:, 1] - foot.centre[1]).max()),
        height=net.box.height * pixel,
        reach=net.box.width * pixel / 2,
        foot=foot.line[:: max(1, len(foot.line) // 64)],
        depth=net.contact,
    )


def _thin(net: Lattice, texture: Float, pose: Pose) -> StandIn:
    mesh = _closed(net, *(flat.lying(net) if pose == "lying" else flat.hanging(net)))
    low, high = mesh.V.min(0).astype(np.float64), mesh.V.max(0).astype(np.float64)
    middle = (low + high) / 2
    centre = np.array([middle[0], middle[1], 0.0]) if pose == "lying" else np.array([middle[0], 0.0, middle[2]])
    return StandIn(
        mesh=mesh,
        texture=texture,
        centre=centre,
        half_width=float(high[0] - low[0]) / 2,
        half_depth=float(high[1] - low[1]) / 2,
        height=float(high[1] - low[1] if pose == "lying" else high[2] - low[2]),
        reach=float(high[0] - low[0]) / 2,
        foot=np.zeros((0, 3)),
        depth=float((centre - net.camera.origin) @ net.camera.forward),
    )


def _field(net: Lattice, inset: float) -> Float:
    """Alpha about the level of the rim: its middle at the foot, where a gap would open, a little inside elsewhere."""
    level = net.threshold
    steps = inset * net.rows / net.box.height
    above = net.alpha.shape[0] - 1 - np.arange(net.alpha.shape[0])
    inner = np.clip(level + min(0.3, steps), 0, 0.55 * np.maximum(_peak(net.alpha), 0.36) + 0.25)
    level = np.where((above > 0.06 * net.rows)[:, None], np.minimum(inner, 0.95), level)
    return (net.alpha - level).astype(np.float32)


def _peak(alpha: Float) -> Float:
    return np.asarray(ndimage.maximum_filter(alpha, 3), np.float32)
