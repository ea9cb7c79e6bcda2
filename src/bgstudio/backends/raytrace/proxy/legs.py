"""The feet of legs: where on the ground each tip of a silhouette stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.foot import Foot
from bgstudio.backends.raytrace.proxy.lattice import Lattice
from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.types import Bool, Double

PROMINENT = 0.03
"""How far a tip hangs down below what is beside it, as a part of the product's height."""


@dataclass(frozen=True)
class Tip:
    """The end of a leg.

    Attributes:
        row, col: its lattice position.
        x, y: where it stands on the ground.
    """

    row: int
    col: int
    x: float
    y: float


def tips(net: Lattice, inside: Bool, limb: Bool, foot: Foot) -> list[Tip]:
    """Ends of limbs that hang down far enough, and that stand on the ground somewhere about the foot.

    A leg at the back ends higher in the picture than one at the front; a handle's lowest point, too, but the ground
    behind it is out of reach.
    """
    low = lowest_rows(inside)
    found = []
    nearest = foot.centre[1] + foot.half_width * float(foot.front.min())
    farthest = foot.centre[1] + foot.half_width * float(foot.back.max())
    slack = 0.25 * max(foot.half_width, farthest - nearest)
    for col in _peaks(low, max(2.0, PROMINENT * net.rows)):
        row = int(low[col])
        if not limb[row, col]:
            continue
        pixel = net.pixel(np.array([float(col), row + 0.5]))
        x, y, _ = net.camera.ground(float(pixel[0]), float(pixel[1]))
        if nearest - slack <= y <= farthest + slack:
            found.append(Tip(row, col, float(x), float(y)))
    return found


def _peaks(low: np.ndarray[tuple[int], np.dtype[np.int64]], prominence: float) -> list[int]:
    """Middles of the runs of a profile that rise above both of their sides by at least ``prominence``."""
    out = []
    starts = np.flatnonzero(np.diff(low, prepend=low[0] - 1) != 0)
    ends = np.append(starts[1:], len(low))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        value = low[start]
        if value < 0 or (start > 0 and low[start - 1] > value) or (end < len(low) and low[end] > value):
            continue
        sides = []
        # of two peaks of one height the left one counts
        for side, bar in ((low[:start][::-1], value - 1), (low[end:], value)):
            higher = np.flatnonzero(side > bar)
            valley = side[: higher[0]] if len(higher) else side
            sides.append(int(valley.min()) if len(valley) else -1)
        if value - max(sides) >= prominence:
            out.append((start + end - 1) // 2)
    return out


@dataclass(frozen=True, eq=False)
class Legs:
    """Limbs that stand on the ground.

    Attributes:
        y: float64 (rows, cols), world y of the upright plane that each stands in.
        known: bool (rows, cols), where there are any.
        top: world height at which they meet the body; 0 where they do not.
    """

    y: Double
    known: Bool
    top: float


def find_legs(net: Lattice, limb: Bool, body: Bool, feet: list[Tip]) -> Legs:
    """Give every limb with a foot the plane of its nearest foot, and see how high the legs reach.

    A leg at the back is hidden by the body's front edge before it ends: the one that seems highest tells the height.
    """
    label, _ = ndimage.label(limb, np.ones((3, 3)))
    y, known = np.zeros(limb.shape), np.zeros_like(limb)
    tops = [0.0]
    cols = np.arange(limb.shape[1])
    joint = limb & np.asarray(ndimage.binary_dilation(body, np.ones((3, 3), bool)))
    for part in {int(label[tip.row, tip.col]) for tip in feet}:
        own = [tip for tip in feet if label[tip.row, tip.col] == part]
        nearest = np.argmin(np.abs(cols[:, None] - np.array([tip.col for tip in own])), 1)
        here = label == part
        y = np.where(here, np.array([tip.y for tip in own])[nearest][None], y)
        known |= here
        for i, tip in enumerate(own):
            rows = np.flatnonzero((joint & here & (nearest == i)[None]).any(1))
            if len(rows):
                ray = net.rays(np.array([float(tip.col), float(np.median(rows))]))
                tops.append(net.camera.origin[2] + ray[2] * (tip.y - net.camera.origin[1]) / ray[1])
    return Legs(y, known, float(max(tops)))
