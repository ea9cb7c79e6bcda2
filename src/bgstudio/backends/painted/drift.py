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
from bgstudio.backends.painted.structure import orientation, product_orientation
from bgstudio.pixels.types import Byte, Double, Float

COARSE, FINE = 256, 1024
"""Longest sides of the pictures in which is looked coarsely and finely."""

ZOOMS = np.exp(np.linspace(np.log(0.84), np.log(1.19), 18))
FARTHEST = 0.085
"""Largest shift that is looked for, by the longest side."""

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
        agreement: 0..1, part of the product's edges that are where this says.
    """

    dx: float
    dy: float
    zoom: float
    x: float
    y: float
    agreement: float

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


def find_drift(answer: Byte, laid: Laid) -> Drift:
    """Measure a drift.

    Args:
        answer: uint8 (h, w, 3), encoded, at the ask's size.
        laid: the product where it was asked for.
    """
    height, width = laid.alpha.shape
    rows, columns = np.flatnonzero((laid.alpha > 0.5).any(1)), np.flatnonzero((laid.alpha > 0.5).any(0))
    if len(rows) < 4 or len(columns) < 4:
        return Drift(0, 0, 1, width / 2, height / 2, 0)
    x, y = (columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2
    longest = max(width, height)
    drift = Drift(0, 0, 1, float(x), float(y), 0)
    small = min(1.0, COARSE / longest)
    found = _coarse(*_at(answer, laid, small), drift.scaled(small)).scaled(1 / small)
    for level, reach, rounds in ((COARSE * 2, 5.0, 3), (FINE, 4.0, 4)):
        factor = min(1.0, level / longest)
        found = _fine(*_at(answer, laid, factor), found.scaled(factor), reach, rounds).scaled(1 / factor)
    return found


def _at(answer: Byte, laid: Laid, factor: float) -> tuple[Byte, Laid]:
    height, width = laid.alpha.shape
    size = max(16, round(width * factor)), max(16, round(height * factor))
    if size == (width, height):
        return answer, laid
    return np.asarray(cv2.resize(answer, size, interpolation=cv2.INTER_AREA), np.uint8), laid.resized(*size)


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


def _fine(answer: Byte, laid: Laid, drift: Drift, reach: float, rounds: int) -> Drift:
    """Shift and zoom to a fraction of a pixel, from a start that is off by at most about ``reach`` pixels."""
    points, normals, weights = _edge_points(laid)
    if len(points) < 12:
        return drift
    picture = cv2.GaussianBlur(answer, (0, 0), 0.8).astype(np.float32)
    centre = np.array([drift.x, drift.y])
    arms = points - centre
    span = float(np.abs(arms).max())
    # unknowns: dx, dy, and the zoom in pixels at the far end of the product, so that all are alike
    design = np.column_stack([normals, (normals * arms).sum(1) / span])
    now = np.array([drift.dx, drift.dy, (drift.zoom - 1) * span])
    agreement = 0.0
    for turn in range(rounds):
        where = centre + arms * (1 + now[2] / span) + now[:2]
        look = max(2.0, reach * 0.6**turn)
        off, strength = _look(picture, where, normals, look)
        weight = weights * strength
        step, near = _fit(design, off, weight, max(0.6, look / 2))
        now = now + step
        total = float(weights.sum())
        agreement = float((weights * near * (strength > 0.2)).sum() / max(total, 1e-6))
    return replace(drift, dx=float(now[0]), dy=float(now[1]), zoom=float(1 + now[2] / span), agreement=agreement)


def _edge_points(laid: Laid) -> tuple[Double, Double, Double]:
    """Points on the product's edges: (n, 2) positions (x, y), (n, 2) unit normals, (n,) weights."""
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
    at = np.column_stack([columns, rows]) + sub[:, None] * n
    return at, n, b.astype(np.float64)


def _some(index: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
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
    slope = ((seen[:, 2:] - seen[:, :-2]) ** 2).sum(-1)
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
    """Robust least squares: (3,) step, (n,) 1 where a point agrees to within a pixel."""
    step: Double = np.zeros(3)
    ridge = np.eye(3) * 1e-3 * float(weight.sum() + 1e-6)
    for turn in range(6):
        rest = off - design @ step
        width = max(1.2, scale * (4.0 if turn == 0 else 2.0))
        tukey = np.clip(1 - (rest / width) ** 2, 0, 1) ** 2
        w = weight * tukey
        step = np.asarray(np.linalg.solve(design.T @ (w[:, None] * design) + ridge, design.T @ (w * off)), np.float64)
    return step, (np.abs(off - design @ step) < 1.0).astype(np.float64)


def remaining(straight: Byte, laid: Laid) -> tuple[float, float]:
    """What is left after correction: (shift of the product in pixels, pixels by which its outline lies outside ours).

    Args:
        straight: uint8 (h, w, 3), the answer brought under the product, at the ask's size.
        laid: the product.
    """
    height, width = laid.alpha.shape
    factor = min(1.0, FINE / max(width, height))
    picture, small = _at(straight, laid, factor)
    start = Drift(0, 0, 1, width * factor / 2, height * factor / 2, 0)
    left = _fine(picture, small, start, 2.5, 2)
    return float(np.hypot(left.dx, left.dy)) / factor, _overhang(picture, small) / factor


def _overhang(picture: Byte, laid: Laid) -> float:
    """How far outside its outline the model's product ends, in pixels, where it is largest but for a tenth."""
    alpha = cv2.GaussianBlur(laid.alpha, (0, 0), 1.5)
    gx, gy = cv2.Sobel(alpha, cv2.CV_32F, 1, 0), cv2.Sobel(alpha, cv2.CV_32F, 0, 1)
    contours, _ = cv2.findContours((laid.alpha > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = np.vstack([contour[:, 0] for contour in contours]).astype(np.float64)
    if len(points) > 600:
        points = points[:: len(points) // 600]
    x, y = points[:, 0].astype(int), points[:, 1].astype(int)
    normal = -np.column_stack([gx[y, x], gy[y, x]]).astype(np.float64)
    length = np.linalg.norm(normal, axis=1)
    sure = length > 1e-3
    if sure.sum() < 12:
        return 0.0
    points, normal = points[sure], normal[sure] / length[sure, None]
    off, strength = _look(cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32), points, normal, 9.0)
    clear = strength > 0.6
    return float(np.quantile(off[clear], 0.9)) if clear.sum() >= 12 else 0.0
