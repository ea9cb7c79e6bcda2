"""What people paint by hand: a blurred skewed silhouette and a dark ellipse at the foot; on gloss a flipped copy."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.pixels.types import Float

_GRID: dict[str, tuple[float, ...]] = {
    "opacity": (0.4, 0.5, 0.6, 0.75),
    "squash": (0.1, 0.2, 0.35, 0.6),
    "skew": (-0.5, 0.0, 0.3, 0.6, 1.0, 1.4),
    "softness": (0.012, 0.03, 0.07),
    "contact": (0.0, 0.35, 0.6),
}
_FLIPS = (0.0, 0.15, 0.3)


@dataclass(frozen=True)
class Brush:
    """One way to paint; lengths in parts of the product's height.

    Attributes:
        opacity: of the cast shadow.
        squash, skew: its height, and how far it leans to the right, per height of the product.
        softness: standard deviation of its blur.
        contact: opacity of the ellipse under the foot.
        flip: opacity of the flipped copy.
    """

    opacity: float
    squash: float
    skew: float
    softness: float
    contact: float
    flip: float = 0.0

    def shadow(self, alpha: Float) -> Float:
        """The shadow's opacity, float32 (H, W)."""
        h, w = alpha.shape
        ys, xs = np.nonzero(alpha > 0.5)
        foot, tall = int(ys.max()) + 1, int(ys.max()) + 1 - int(ys.min())
        low = xs[ys > foot - 0.06 * tall]
        middle, wide = (int(low.min()) + int(low.max())) / 2, int(low.max()) - int(low.min()) + 1
        base = foot - 0.04 * tall
        lean = np.array([[1, -self.skew, self.skew * base], [0, self.squash, base * (1 - self.squash)]], np.float32)
        cast = cv2.warpAffine(alpha, lean, (w, h))
        cast = self.opacity * cv2.GaussianBlur(cast, (0, 0), max(0.6, self.softness * tall))
        if self.contact:
            ellipse = np.zeros((h, w), np.float32)
            axes = (int(wide * 0.5), max(2, int(0.035 * tall)))
            cv2.ellipse(ellipse, (int(middle), int(foot - 0.015 * tall)), axes, 0, 0, 360, 1.0, -1, cv2.LINE_AA)
            soft = self.contact * cv2.GaussianBlur(ellipse, (0, 0), max(0.4, 0.015 * tall))
            cast = np.maximum(cast, soft)
        return np.asarray(np.clip(cast, 0, 1), np.float32)

    def paint(self, plate: Float, rgb: Float, alpha: Float) -> Float:
        """Over a plate, display-encoded 0..1 like the product's ``rgb``."""
        out = plate * (1 - self.shadow(alpha))[..., None]
        if self.flip:
            ys = np.nonzero(alpha > 0.5)[0]
            foot, tall = int(ys.max()), int(np.ptp(ys))
            rows = np.arange(len(alpha))
            source = 2 * foot - rows
            seen = (source >= 0) & (source < len(alpha))
            source = np.clip(source, 0, len(alpha) - 1)
            fade = np.clip(1 - (rows - foot) / (0.7 * tall), 0, 1)
            copy = (self.flip * np.where(seen[:, None], alpha[source], 0) * fade[:, None])[..., None]
            out = out * (1 - copy) + copy * rgb[source]
        return out.astype(np.float32)


def brushes(mirror: bool) -> list[Brush]:
    """Everything that is tried."""
    values = [*_GRID.values(), _FLIPS if mirror else (0.0,)]
    return [Brush(*v) for v in itertools.product(*values)]
