"""Where a model put the product: shift and zoom against where it was asked for.

Coarse: correlation of edge orientations over all shifts and a range of zooms (Fitch and others, "Orientation
correlation", BMVC 2002). Fine: points on the product's edges look along their normal for the edge in the answer, and
a robust least-squares fit of shift and zoom follows (the way of Harris, "Tracking with rigid models", 1992, and of
Drummond and Cipolla, 2002; weights by Tukey). Edges, not colours: a relit or recoloured product has the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from scipy import fft

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.structure import orientation, product_orientation, summed
from bgstudio.pixels.types import Bool, Byte, Double, Float

Index = npt.NDArray[np.intp]

COARSE, FINE = 256, 1024
"""Longest sides of the pictures in which is looked coarsely and finely."""

ZOOMS = 1.02 ** np.arange(-9.0, 10.0)
FARTHEST = 0.085
"""Largest shift that is looked for, by the longest side."""

LOW = 0.5
"""Weight of edges that face the ground."""

STILL = 0.01
"""Exact agreement by which another place must be better than the one asked for."""

STAYS = 0.7
"""Pixels within which a product has stayed where it was asked for."""

UNMOVED = 0.2
"""Difference of an answer's product from ours, by ours from itself a pixel further, below which it was left alone."""

LEAST_INSIDE = 400
"""Pixels inside a product that it takes to tell."""

POINTS = 900
LEAST = 0.45
"""Strength of an edge, 0..1, from which on it is followed."""

SURE = 0.6
"""Agreement from which on a drift is believed: unrelated pictures reach .56, true ones .74."""


@dataclass(frozen=True)
class Drift:
    """Where the product is in an answer: a point p of the ask is at ``centre + zoom (p - centre) + (dx, dy)``.

    Attributes:
        dx, dy: pixels of the ask.
        zoom: 1 is as asked.
        x, y: the centre, pixels of the ask.
        agreement: 0..1, part of the product's edges that are where this says, to a pixel.
        exact: the same, to a third of a pixel.
    """

    dx: float
    dy: float
    zoom: float
    x: float
    y: float
    agreement: float
    exact: float = 0.0

    @property
    def sure(self) -> bool:
        """Whether it may be followed."""
        return self.agreement >= SURE

    def matrix(self) -> Double:
        """2 x 3, from pixels of the ask to pixels of the answer at the ask's size."""
        rest = 1 - self.zoom
        return np.array([[self.zoom, 0, self.dx + rest * self.x], [0, self.zoom, self.dy + rest * self.y]])

    def scaled(self, factor: float) -> Drift:
        """The same in pixels of a picture ``factor`` times the size."""
        return replace(self, dx=self.dx * factor, dy=self.dy * factor, x=self.x * factor, y=self.y * factor)

    def largest(self, reach: float) -> float:
        """Farthest that a point within ``reach`` of the centre has moved, in pixels."""
        return float(np.hypot(self.dx, self.dy) + abs(self.zoom - 1) * reach)


class Tracker:
    """Finds one product in any number of answers; its edges are looked up once.

    Args:
        laid: the product where it was asked for, at the ask's size.
    """

    def __init__(self, laid: Laid) -> None:
        height, width = laid.alpha.shape
        rows, columns = np.flatnonzero((laid.alpha > 0.5).any(1)), np.flatnonzero((laid.alpha > 0.5).any(0))
        self._laid = laid
        self._empty = len(rows) < 4 or len(columns) < 4
        x, y = (width / 2, height / 2) if self._empty else _middle(rows, columns)
        self._start = Drift(0, 0, 1, x, y, 0)
        longest = max(width, height)
        self._factors = [min(1.0, level / longest) for level in (COARSE, COARSE * 2, FINE)]
        self._small = laid.resized(*self._size(self._factors[0]))
        self._interior = cv2.erode((laid.alpha > 0.99).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        self._slide = _slide(laid.rgb, self._interior)
        self._edges = [_Edges.of(laid.resized(*self._size(factor))) for factor in self._factors[1:]]

    def _size(self, factor: float) -> tuple[int, int]:
        height, width = self._laid.alpha.shape
        return max(16, round(width * factor)), max(16, round(height * factor))

    def _at(self, answer: Byte, factor: float) -> Byte:
        size = self._size(factor)
        if size == answer.shape[1::-1]:
            return answer
        return np.asarray(cv2.resize(answer, size, interpolation=cv2.INTER_AREA), np.uint8)

    def find(self, answer: Byte) -> Drift:
        """Where the product is in an answer, uint8 (h, w, 3), encoded, at the ask's size."""
        if self._empty:
            return self._start
        if self._left_alone(answer):
            return replace(self._start, agreement=1.0, exact=1.0)
        small = self._factors[0]
        found = _coarse(self._at(answer, small), self._small, self._start.scaled(small)).scaled(1 / small)
        for factor, edges, reach, rounds in zip(self._factors[1:], self._edges, (5.0, 4.0), (4, 5), strict=True):
            found = _fine(self._at(answer, factor), edges, found.scaled(factor), reach, rounds).scaled(1 / factor)
        # models that fill in around the product leave it where it is: a busy texture must not lead away from there
        still = _fine(self._at(answer, factor), edges, self._start.scaled(factor), 1.0, 2).scaled(1 / factor)
        stays = float(np.hypot(still.dx, still.dy)) < STAYS and abs(still.zoom - 1) < 0.004
        return still if stays and still.exact > found.exact - STILL else found

    def _left_alone(self, answer: Byte) -> bool:
        """Whether the product's pixels came back as they were sent, so nearly that a pixel's shift would show.

        Edges cannot tell that of a material that is all edges. Of one without any texture this cannot, and edges can.
        """
        return self._slide > 0 and _apart(self._laid.rgb, answer, self._interior) < UNMOVED * self._slide

    def remaining(self, straight: Byte) -> tuple[float, float]:
        """What is left after correction: (shift of the product in pixels, by how much its outline lies outside ours).

        Args:
            straight: uint8 (h, w, 3), the answer brought under the product, at the ask's size.
        """
        if self._empty:
            return 0.0, 0.0
        factor = self._factors[-1]
        picture = self._at(straight, factor)
        left = _fine(picture, self._edges[-1], self._start.scaled(factor), 2.5, 2)
        return float(np.hypot(left.dx, left.dy)) / factor, _overhang(picture, self._edges[-1]) / factor


def find_drift(answer: Byte, laid: Laid) -> Drift:
    """Measure one drift: ``Tracker`` for a single answer."""
    return Tracker(laid).find(answer)


def _middle(rows: Index, columns: Index) -> tuple[float, float]:
    return float(columns[0] + columns[-1]) / 2, float(rows[0] + rows[-1]) / 2


def _apart(one: Byte, other: Byte, where: Bool) -> float:
    """Mean difference of two pictures in levels."""
    return float(np.abs(one[where].astype(np.int16) - other[where]).mean())


def _slide(rgb: Byte, interior: Bool) -> float:
    """Difference in levels of a product from itself a pixel further; 0 where there is too little of it."""
    if interior.sum() < LEAST_INSIDE:
        return 0.0
    return min(_apart(rgb, np.roll(rgb, 1, axis), interior) for axis in (0, 1))


@dataclass(frozen=True, eq=False)
class _Edges:
    """Points on a product's edges, (n, 2) positions (x, y), (n, 2) unit normals, (n,) weights; and on its outline."""

    points: Double
    normals: Double
    weights: Double
    outline: Double
    outward: Double

    @classmethod
    def of(cls, laid: Laid) -> _Edges:
        return cls(*_edge_points(laid), *_outline_points(laid))


def _coarse(answer: Byte, laid: Laid, start: Drift) -> Drift:
    """The best of all whole shifts and a range of zooms."""
    height, width = laid.alpha.shape
    far = max(4, round(FARTHEST * max(width, height)))
    shape = (height + 2 * far, width + 2 * far)
    seen = fft.fft2(orientation(answer.astype(np.float32)), shape)
    shifts = np.arange(-far, far + 1)
    window = np.ix_(shifts % shape[0], shifts % shape[1])
    near = np.exp(-((shifts[:, None] ** 2 + shifts[None] ** 2) / (2.0 * (2 * far) ** 2)))
    best, found = -1.0, start
    for zoom in ZOOMS:
        grown = replace(start, zoom=float(zoom))
        template = product_orientation(_moved(laid, grown))
        weight = float(np.abs(template).sum()) + 1e-3
        match = fft.ifft2(seen * np.conj(fft.fft2(template, shape))).real[window] / weight
        match = match * near * np.exp(-((np.log(zoom) / 0.35) ** 2))
        row, column = np.unravel_index(int(match.argmax()), match.shape)
        if match[row, column] > best:
            best = float(match[row, column])
            found = replace(grown, dx=float(shifts[column]), dy=float(shifts[row]), agreement=best)
    return found


def _moved(laid: Laid, drift: Drift) -> Laid:
    """The product where a drift puts it."""
    size = laid.alpha.shape[::-1]
    weight = laid.alpha[..., None]
    picture = np.dstack([laid.rgb.astype(np.float32) * weight, laid.alpha])
    moved = cv2.warpAffine(picture, drift.matrix(), size, flags=cv2.INTER_LINEAR)
    rgb = moved[..., :3] / np.maximum(moved[..., 3:], 1e-3)
    return Laid(np.clip(rgb, 0, 255).astype(np.uint8), np.asarray(moved[..., 3], np.float32))


def _fine(answer: Byte, edges: _Edges, drift: Drift, reach: float, rounds: int) -> Drift:
    """Shift and zoom to a fraction of a pixel, from a start that is off by at most about ``reach`` pixels."""
    points, normals, weights = edges.points, edges.normals, edges.weights
    if len(points) < 12:
        return drift
    picture = cv2.GaussianBlur(answer, (0, 0), 0.8).astype(np.float32)
    centre = np.array([drift.x, drift.y])
    arms = points - centre
    span = float(np.abs(arms).max())
    # unknowns: dx, dy, and the zoom in pixels at the far end of the product, so that all are alike
    design = np.column_stack([normals, (normals * arms).sum(1) / span])
    now = np.array([drift.dx, drift.dy, (drift.zoom - 1) * span])
    agreement = exact = 0.0
    for turn in range(rounds):
        where = centre + arms * (1 + now[2] / span) + now[:2]
        look = max(1.5, reach * 0.6**turn)
        off, strength = _look(picture, where, normals, look)
        step, rest = _fit(design, off, weights * strength, max(0.6, look / 2))
        now = now + step
        total = float(weights.sum())
        seen = weights * (strength > 0.2) / max(total, 1e-6)
        agreement, exact = float(seen[rest < 1].sum()), float(seen[rest < 0.35].sum())
    return replace(
        drift, dx=float(now[0]), dy=float(now[1]), zoom=float(1 + now[2] / span), agreement=agreement, exact=exact
    )


def _edge_points(laid: Laid) -> tuple[Double, Double, Double]:
    """Points on the product's edges: (n, 2) positions (x, y), (n, 2) unit normals, (n,) weights."""
    rows, columns = np.flatnonzero((laid.alpha > 0.02).any(1)), np.flatnonzero((laid.alpha > 0.02).any(0))
    if len(rows) < 4:
        return np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0)
    top, left = max(0, rows[0] - 4), max(0, columns[0] - 4)
    box = np.s_[top : rows[-1] + 5, left : columns[-1] + 5]
    laid = Laid(laid.rgb[box], laid.alpha[box])
    vector = product_orientation(laid)
    length = np.abs(vector)
    angle = np.angle(vector) / 2
    nx, ny = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    y, x = np.mgrid[0 : length.shape[0], 0 : length.shape[1]].astype(np.float32)

    def beside(way: float) -> Float:
        return np.asarray(cv2.remap(length, x + way * nx, y + way * ny, cv2.INTER_LINEAR), np.float32)

    ridge = (length > LEAST) & (length >= beside(1.0)) & (length > beside(-1.0))
    ridge[:2] = ridge[-2:] = False
    ridge[:, :2] = ridge[:, -2:] = False
    rows, columns = np.nonzero(ridge)
    # half of the points from the outline, half from inside: neither a busy label nor a thicker outline outvotes
    inner = laid.alpha[rows, columns] > 0.98
    chosen = [_some(np.flatnonzero(side)) for side in (inner, ~inner)]
    rows, columns = rows[np.concatenate(chosen)], columns[np.concatenate(chosen)]
    a, b, c = beside(-1.0)[rows, columns], length[rows, columns], beside(1.0)[rows, columns]
    bend = np.minimum(a - 2 * b + c, -1e-4)
    sub = np.clip((a - c) / (2 * bend), -0.5, 0.5)
    n = np.column_stack([nx[rows, columns], ny[rows, columns]]).astype(np.float64)
    at = np.column_stack([columns + left, rows + top]) + sub[:, None] * n
    # the lower outline is seen against its own contact shadow, which blurs and shifts it
    solid = cv2.GaussianBlur(laid.alpha, (0, 0), 1.5)
    facing = -np.asarray(cv2.Sobel(solid, cv2.CV_32F, 0, 1, scale=0.125))[rows, columns]
    low = (laid.alpha[rows, columns] < 0.98) & (facing > 0.02)
    return at, n, np.where(low, LOW, 1.0) * b


def _some(index: Index) -> Index:
    """At most half of ``POINTS`` of them, by chance but always the same."""
    if len(index) <= POINTS // 2:
        return index
    return np.sort(np.random.default_rng(0).permutation(index)[: POINTS // 2])


def _look(picture: Float, where: Double, normals: Double, reach: float) -> tuple[Double, Double]:
    """Along each normal, (how far the nearest strong edge is, how strong it is 0..1)."""
    step = 0.5
    t = np.arange(-reach - step, reach + 1.5 * step, step)
    spots = where[:, None, :] + t[None, :, None] * normals[:, None, :]
    seen = cv2.remap(
        picture, spots[..., 0].astype(np.float32), spots[..., 1].astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    slope = summed((seen[:, 2:] - seen[:, :-2]) ** 2)
    t = t[1:-1]
    prior = np.exp(-0.5 * (t / (1.2 * reach)) ** 2)
    score = slope * prior[None]
    best = score.argmax(1)
    row = np.arange(len(best))
    inner = np.clip(best, 1, len(t) - 2)
    a, b, c = slope[row, inner - 1], slope[row, inner], slope[row, inner + 1]
    bend = np.minimum(a - 2 * b + c, -1e-3)
    sub = np.where(best == inner, np.clip((a - c) / (2 * bend), -0.5, 0.5), 0)
    peak = slope[row, best]
    return (t[best] + sub * step).astype(np.float64), (peak / (peak + 3 * 6.0**2)).astype(np.float64)


def _fit(design: Double, off: Double, weight: Double, scale: float) -> tuple[Double, Double]:
    """Robust least squares: (3,) step, (n,) distance in pixels that is left of each point."""
    step: Double = np.zeros(3)
    ridge = np.eye(3) * 1e-3 * float(weight.sum() + 1e-6)
    for turn in range(6):
        rest = off - design @ step
        width = max(1.2, scale * (4.0 if turn == 0 else 2.0))
        tukey = np.clip(1 - (rest / width) ** 2, 0, 1) ** 2
        w = weight * tukey
        step = np.asarray(np.linalg.solve(design.T @ (w[:, None] * design) + ridge, design.T @ (w * off)), np.float64)
    return step, np.abs(off - design @ step)


def _overhang(picture: Byte, edges: _Edges) -> float:
    """How far outside its outline the model's product ends, in pixels, where it is largest but for a tenth."""
    if len(edges.outline) < 12:
        return 0.0
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32)
    off, strength = _look(smooth, edges.outline, edges.outward, 9.0)
    clear = strength > 0.6
    return float(np.quantile(off[clear], 0.9)) if clear.sum() >= 12 else 0.0


def _outline_points(laid: Laid) -> tuple[Double, Double]:
    """At most about 600 points of the outline, (n, 2), and their outward normals."""
    alpha = cv2.GaussianBlur(laid.alpha, (0, 0), 1.5)
    contours, _ = cv2.findContours((laid.alpha > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    none = np.zeros((0, 2))
    if not contours:
        return none, none
    points = np.vstack([contour[:, 0] for contour in contours])
    points = points[:: 1 + len(points) // 600]
    x, y = points[:, 0], points[:, 1]
    gx, gy = cv2.Sobel(alpha, cv2.CV_32F, 1, 0), cv2.Sobel(alpha, cv2.CV_32F, 0, 1)
    normal = -np.column_stack([gx[y, x], gy[y, x]]).astype(np.float64)
    length = np.linalg.norm(normal, axis=1)
    sure = length > 1e-3
    return points[sure].astype(np.float64), normal[sure] / length[sure, None]
