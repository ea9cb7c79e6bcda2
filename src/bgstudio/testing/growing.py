"""Parts that a product does not have, drawn onto it in its own material: what models do when they finish a product."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from scipy import ndimage

from bgstudio.pixels.filters import blur, disc
from bgstudio.pixels.types import Bool, Double, Float

Grow = Callable[[np.random.Generator, Bool], Bool]


def grown(rng: np.random.Generator, rgb: Float, alpha: Float, kind: str) -> tuple[Float, Float]:
    """The product with a part more.

    The part takes the colours of the product's nearest pixels, a little lighter or darker, and its grain.

    Args:
        rng: where and how large.
        rgb: float32 (h, w, 3), encoded 0..1, straight.
        alpha: float32 (h, w).
        kind: a key of ``KINDS``.
    """
    solid = alpha > 0.5
    if not solid.any():
        return rgb, alpha
    part = KINDS[kind](rng, solid) & ~solid
    if not part.any():
        return rgb, alpha
    inner = ndimage.binary_erosion(solid, iterations=2) | (solid & ~ndimage.binary_dilation(~solid, iterations=1))
    inner = inner if inner.any() else solid
    away, index = ndimage.distance_transform_edt(~inner, return_indices=True)
    colour = rgb[index[0], index[1]]
    smooth = blur(colour, 1.5 + 0.004 * max(alpha.shape))
    grain = (colour - smooth) * 0.5
    size = float(np.sqrt(solid.sum()))
    shade = 1 + rng.uniform(-0.16, 0.14) + rng.uniform(-0.25, 0.1) * np.clip(away / (0.25 * size), 0, 1)
    new = np.clip((smooth + grain) * shade[..., None], 0, 1).astype(np.float32)
    # one silhouette: no seam where the product's own soft edge meets the part
    whole = blur((solid | part).astype(np.float32), 0.8)
    weight = np.where(part | (alpha < 0.9) & (whole > alpha), 1 - alpha, 0)[..., None]
    both = np.clip(np.maximum(alpha, whole), 0, 1).astype(np.float32)
    return (rgb * (1 - weight) + new * weight).astype(np.float32), both


def _outline(solid: Bool) -> tuple[Double, Double]:
    """(n, 2) points of the largest outline, (n, 2) outward normals."""
    contours, _ = cv2.findContours(solid.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=len)[:, 0].astype(np.float64)
    far = blur(solid.astype(np.float32), max(1.5, 0.02 * np.sqrt(solid.sum())))
    gx, gy = cv2.Sobel(far, cv2.CV_32F, 1, 0), cv2.Sobel(far, cv2.CV_32F, 0, 1)
    x, y = points[:, 0].astype(int), points[:, 1].astype(int)
    normal = -np.column_stack([gx[y, x], gy[y, x]]).astype(np.float64)
    return points, normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)


def _handle(rng: np.random.Generator, solid: Bool) -> Bool:
    """A band that leaves the outline and comes back to it."""
    points, normals = _outline(solid)
    size = np.sqrt(solid.sum())
    count = len(points)
    start = int(rng.integers(count))
    apart = int(rng.uniform(0.35, 0.8) * size)
    stop = (start + min(apart, count // 3)) % count
    a, b = points[start], points[stop]
    out = normals[start] + normals[stop]
    out = out / max(np.linalg.norm(out), 1e-6)
    swing = rng.uniform(0.22, 0.5) * size
    t = np.linspace(0, 1, 40)[:, None]
    curve = a * (1 - t) + b * t + out * swing * np.sin(np.pi * t) ** 0.7 - out * 3 * (1 - np.sin(np.pi * t))
    return _stroke(solid, curve, rng.uniform(0.05, 0.12) * size)


def _strap(rng: np.random.Generator, solid: Bool) -> Bool:
    """A spout, strap or arm that leaves the outline and ends somewhere."""
    points, normals = _outline(solid)
    size = np.sqrt(solid.sum())
    at = int(rng.integers(len(points)))
    start, out = points[at], normals[at]
    bend = np.array([-out[1], out[0]]) * rng.uniform(-0.25, 0.25) * size
    length = rng.uniform(0.2, 0.5) * size
    t = np.linspace(0, 1, 30)[:, None]
    curve = start - out * 3 + out * (length + 3) * t + bend * t**2
    return _stroke(solid, curve, rng.uniform(0.07, 0.16) * size)


def _foot(rng: np.random.Generator, solid: Bool) -> Bool:
    """Legs or a base under the lowest part."""
    rows, columns = np.nonzero(solid)
    size = np.sqrt(solid.sum())
    bottom = rows.max()
    low = columns[rows > bottom - 0.08 * size]
    left, right = low.min(), low.max()
    out = np.zeros_like(solid)
    height = max(3, int(rng.uniform(0.09, 0.22) * size))
    if rng.random() < 0.5:
        wide = max(3, int(rng.uniform(0.08, 0.16) * size))
        for x in (left + wide // 2, right - wide // 2):
            out[bottom - int(0.2 * size) : bottom + height, max(0, x - wide // 2) : x + wide // 2 + 1] = True
    else:
        more = int(rng.uniform(-0.1, 0.12) * (right - left))
        out[bottom - 2 : bottom + height, max(0, left - more) : right + more + 1] = True
    return out


def _lid(rng: np.random.Generator, solid: Bool) -> Bool:
    """A lid or cap on the highest part."""
    rows, columns = np.nonzero(solid)
    size = np.sqrt(solid.sum())
    top = rows.min()
    high = columns[rows < top + 0.06 * size]
    left, right = high.min(), high.max()
    height = max(3, int(rng.uniform(0.09, 0.25) * size))
    half = max(0.5 * (right - left) * rng.uniform(0.7, 1.15), 0.08 * size)
    middle = (left + right) / 2
    out = np.zeros(solid.shape, np.uint8)
    a, b = (int(middle - half), int(top - height)), (int(middle + half), int(top + 3))
    cv2.rectangle(out, a, b, 1, -1)
    if rng.random() < 0.5:
        cv2.ellipse(out, (int(middle), int(top - height)), (int(half), max(2, height // 3)), 0, 0, 360, 1, -1)
    return out > 0


def _thick(rng: np.random.Generator, solid: Bool) -> Bool:
    """A silhouette that is thicker all around, or on one side."""
    size = np.sqrt(solid.sum())
    wide = max(2, int(rng.uniform(0.035, 0.08) * size))
    out = cv2.dilate(solid.astype(np.uint8), disc(wide)) > 0
    if rng.random() < 0.5:
        rows, columns = np.nonzero(solid)
        y, x = np.mgrid[0 : solid.shape[0], 0 : solid.shape[1]]
        angle = rng.uniform(0, 2 * np.pi)
        ahead = (x - columns.mean()) * np.cos(angle) + (y - rows.mean()) * np.sin(angle) > 0
        out &= ahead
    return np.asarray(out, bool)


def _knob(rng: np.random.Generator, solid: Bool) -> Bool:
    """A lump somewhere on the outline."""
    points, normals = _outline(solid)
    size = np.sqrt(solid.sum())
    at = int(rng.integers(len(points)))
    radius = rng.uniform(0.08, 0.17) * size
    middle = points[at] + normals[at] * radius * 0.4
    out = np.zeros(solid.shape, np.uint8)
    axes = (int(radius), int(radius * rng.uniform(0.6, 1)))
    cv2.ellipse(out, (int(middle[0]), int(middle[1])), axes, rng.uniform(0, 180), 0, 360, 1, -1)
    return out > 0


def _longer(rng: np.random.Generator, solid: Bool) -> Bool:
    """A product that goes on beyond its upper, left or right end."""
    size = np.sqrt(solid.sum())
    far = max(3, int(rng.uniform(0.09, 0.25) * size))
    dy, dx = ((-1, 0), (0, -1), (0, 1))[int(rng.integers(3))]
    rows, columns = np.nonzero(solid)
    y, x = np.mgrid[0 : solid.shape[0], 0 : solid.shape[1]]
    end = (
        y < rows.min() + 0.3 * size
        if dy
        else x < columns.min() + 0.3 * size
        if dx < 0
        else x > columns.max() - 0.3 * size
    )
    out = np.zeros_like(solid)
    for step in range(1, far + 1):
        out |= ndimage.shift(solid & end, (dy * step, dx * step), order=0) > 0
    return out


def _stroke(solid: Bool, curve: Double, width: float) -> Bool:
    out = np.zeros(solid.shape, np.uint8)
    line = curve.round().astype(np.int32)[:, None]
    cv2.polylines(out, [line], False, 1, max(2, int(width)))
    return out > 0


KINDS: dict[str, Grow] = {
    "handle": _handle, "strap": _strap, "foot": _foot, "lid": _lid, "thick": _thick, "knob": _knob, "longer": _longer,
}  # fmt: skip
"""Parts that can be grown, by name."""
