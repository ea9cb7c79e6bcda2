"""What is no part of a product's body: handles, legs, straps, spouts, the bars around a hole.

A limb is thin, and either stands apart from the body in its row, or sticks out of it, or runs around a hole. What
sticks out on both sides alike, as a lampshade or the brim of a hat does, is a section of the body, and so is what lies
on the ground along its side: a sole, a plinth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from bgstudio.backends.raytrace.proxy.contour import SLACK, lower_hull
from bgstudio.pixels.alpha import lowest_rows
from bgstudio.pixels.types import Bool, Double, Float

SLENDER = 0.4
"""Width of a span by the width of its whole row, below which it may be a limb."""

THIN = 0.45
"""Local radius by the greatest one, below which what sticks out is a limb."""

FAR = 0.75
"""How far a limb reaches from the body, in radii of the disc that separates the two: corners do not."""

BRIM = 0.6
"""Reach of a brim on one side by that on the other, from which on the two are ends of one section."""

SOLE = (0.12, 0.5)
"""Length over which a thin part lies on the ground, by the product's width and by the part's own height, from which on
it is a sole: legs stand on less."""

BAR = 0.8
"""Radius of a bar by the radius of the hole beside it, below which the bar is a limb."""

_SCALES = 14


@dataclass(frozen=True, eq=False)
class Thickness:
    """How thick a silhouette is around each of its points, in lattice steps.

    Attributes:
        inner: float32 (rows, cols), distance to the rim.
        radius: float32 (rows, cols), radius of the largest disc inside the silhouette that covers the point.
    """

    inner: Float
    radius: Float

    @property
    def round(self) -> Double:
        """Half thickness of a round bar of that radius."""
        r, d = self.radius.astype(np.float64), np.minimum(self.inner, self.radius).astype(np.float64)
        return np.sqrt(np.maximum(2 * r * d - d * d, 0))


def thickness(inside: Bool) -> Thickness:
    """Local thickness (Hildebrand and Rueegsegger 1997), by openings at a row of radii."""
    inner = np.asarray(cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    radius = inner.copy()
    most = float(inner.max(initial=0.0))
    for r in np.geomspace(1.0, max(most, 1.01), _SCALES):
        away = cv2.distanceTransform((inner < r).astype(np.uint8), cv2.DIST_L2, 5)
        radius[(away < r) & inside] = np.float32(r)
    return Thickness(inner, np.where(inside, np.maximum(radius, inner), 0).astype(np.float32))


def limbs(inside: Bool, local: Thickness) -> Bool:
    """bool (rows, cols): the parts of a silhouette that are limbs."""
    width, extent = _spans(inside)
    thin = local.radius < 0.5 * SLENDER * extent
    apart = inside & (width < SLENDER * extent) & thin
    out = apart | _around_holes(inside, local) | _sticking_out(inside, local)
    out &= ~_soles(inside, out)
    return out | _scraps(inside & ~out, local)


def _spans(inside: Bool) -> tuple[Float, Float]:
    """Width of each point's run in its row, and of the row from its first run to its last."""
    h, w = inside.shape
    width, extent = np.zeros((h, w), np.float32), np.zeros((h, w), np.float32)
    edges = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    for row in np.flatnonzero(inside.any(1)):
        starts, ends = np.flatnonzero(edges[row] > 0), np.flatnonzero(edges[row] < 0)
        extent[row] = ends[-1] - starts[0]
        for start, end in zip(starts, ends, strict=True):
            width[row, start:end] = end - start
    return width, extent


def _around_holes(inside: Bool, local: Thickness) -> Bool:
    """The bars around enclosed holes, where they are thinner than the hole is wide."""
    holes = ndimage.binary_fill_holes(inside) & ~inside
    label, count = ndimage.label(holes)
    out = np.zeros_like(inside)
    if count == 0:
        return out
    clear = cv2.distanceTransform(holes.astype(np.uint8), cv2.DIST_L2, 5)
    area = np.bincount(label.ravel(), minlength=count + 1)
    size = np.asarray(ndimage.maximum(clear, label, np.arange(count + 1)))
    for hole in range(1, count + 1):
        if area[hole] < max(6, 0.002 * inside.sum()):
            continue
        away = cv2.distanceTransform((label != hole).astype(np.uint8), cv2.DIST_L2, 5)
        out |= inside & (away < 2.2 * local.radius + 1) & (local.radius < BAR * size[hole])
    return out


def _sticking_out(inside: Bool, local: Thickness) -> Bool:
    """What an opening with a large disc takes away, where it reaches farther than a corner would."""
    disc = THIN * float(local.radius.max())
    out = inside & (local.radius < disc)
    label, count = ndimage.label(out, np.ones((3, 3)))
    if count == 0 or not (inside & ~out).any():
        return np.zeros_like(inside)
    away = cv2.distanceTransform((~(inside & ~out)).astype(np.uint8), cv2.DIST_L2, 5)
    farthest = ndimage.maximum(away, label, np.arange(count + 1))
    far = np.asarray(farthest) > FAR * disc
    # a neck or a cap has its rows for itself: it is a section of the body like any other
    alone = out & ~np.any(inside & ~out, axis=1, keepdims=True)
    beside = np.asarray(ndimage.mean(alone, label, np.arange(count + 1))) < 0.5
    limb = out & np.isin(label, np.flatnonzero(far & beside))
    return np.asarray(limb & ~_brims(inside, limb, label))


def _brims(inside: Bool, limb: Bool, label: npt.NDArray[np.signedinteger[Any]]) -> Bool:
    """Of what sticks out, what does so on both sides of the body in the same rows, and about as far."""
    reach = np.zeros((2, len(inside)))
    for side, across in enumerate((slice(None), slice(None, None, -1))):
        body, out = (inside & ~limb)[:, across], limb[:, across]
        before = out & (np.cumsum(body, 1) == 0)
        reach[side] = np.where(body.any(1), before.sum(1), 0)
    alike = reach.min(0) > BRIM * np.maximum(reach.max(0), 1)
    count = int(label.max())
    rows = np.broadcast_to(alike[:, None], inside.shape)
    of = np.where(limb, label, 0)
    size, on_both = (np.bincount(of.ravel(), w, count + 1) for w in (None, rows.ravel()))
    brim = on_both > BRIM * np.maximum(size, 1)
    brim[0] = False
    return np.asarray(brim[of])


def _soles(inside: Bool, limb: Bool) -> Bool:
    """Of the limbs, those whose lower edge runs along the ground line for longer than a foot does."""
    columns = np.flatnonzero(inside.any(0))
    low = lowest_rows(inside)[columns]
    ground = np.interp(columns, *lower_hull(columns.astype(float), low.astype(float)))
    touches = ground - low < max(SLACK * np.ptp(np.flatnonzero(inside.any(1))), 1.0)
    label, _ = ndimage.label(limb, np.ones((3, 3)))
    own = np.where(touches, label[low, columns], 0)
    found = np.zeros_like(limb)
    for part in np.unique(own[own > 0]).tolist():
        run, tall = _longest(own == part), np.ptp(np.flatnonzero((label == part).any(1)))
        if run > SOLE[0] * len(columns) and run > SOLE[1] * tall:
            found |= label == part
    return found


def _longest(run: Bool) -> int:
    """Length of the longest run of True."""
    edges = np.diff(np.pad(run, 1).astype(np.int8))
    return int((np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)).max(initial=0))


def _scraps(body: Bool, local: Thickness) -> Bool:
    """Thin bits of body that limbs have cut off: the end of the lowest leg is alone in its row."""
    label, count = ndimage.label(body, np.ones((3, 3)))
    if count < 2:
        return np.zeros_like(body)
    area = np.bincount(label.ravel(), minlength=count + 1)
    thick = np.asarray(ndimage.maximum(local.radius, label, np.arange(count + 1)))
    scrap = np.asarray((area < 0.1 * area[1:].max()) & (thick < THIN * float(local.radius.max())))
    scrap[0] = False
    return np.asarray(scrap[label])
