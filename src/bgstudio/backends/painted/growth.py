"""Parts that a model grew onto the product: what continues its material across its outline.

Before a true outline the picture changes; where a part was grown, the product's material goes on, and ends at an edge
of its own further out. So: regions outside the outline that touch it and look like the product just inside it, cut
apart by edges. Background that happens to be alike, shadows, reflections and things behind the product make such
regions, too; a weighing of a dozen measures tells them apart. Its weights were fitted by logistic regression on drawn
answers (``python -m bench.painted --fit``), none of which the published figures are measured on.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.footing import Footing, footing, mirror_image
from bgstudio.backends.painted.structure import orientation
from bgstudio.pixels.filters import blur, disc
from bgstudio.pixels.types import Bool, Double, Float

ALIKE = 17.0
"""Difference in 8-bit levels up to which a pixel may be of the product's material, light apart."""

GAINS = (0.55, 1.3)
"""Range of light in which the same material is looked for."""

EDGE = 0.62
"""Strength of an edge, 0..1, that ends a region."""

FARTHEST = 0.75
"""How far from the product is looked, by the root of its area."""

SMALLEST = 0.004
"""Part of the product's area below which a region is no part."""

NAMES = (
    "one", "area", "join", "open", "sharp", "contrast", "unlike", "gain", "below", "mirror", "shade", "leak", "thick",
    "fill", "shade below", "soft below",
)  # fmt: skip
WEIGHTS = np.zeros(len(NAMES))
LIMIT = 0.5


@dataclass(frozen=True, eq=False)
class Part:
    """A region beside the product that may have grown on it.

    Attributes:
        mask: bool (h, w).
        area: by the product's area.
        measures: float64, by ``NAMES``.
        likely: 0..1, how surely it was grown.
    """

    mask: Bool
    area: float
    measures: Double
    likely: float


def find_parts(picture: Float, laid: Laid) -> list[Part]:
    """Regions that continue the product, likeliest first.

    Args:
        picture: float32 (h, w, 3), encoded in 8-bit levels, brought under the product; about 512 pixels a side.
        laid: the product at that size.
    """
    solid = laid.alpha > 0.5
    area = float(solid.sum())
    if area < 60:
        return []
    size = float(np.sqrt(area))
    away = np.asarray(cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    inside = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    smooth = blur(picture, 1.0)
    material = _nearest(smooth, solid & (inside >= min(3.0, float(inside.max()))))
    edges = np.abs(orientation(smooth))
    unlike, gain = _unlike(smooth, material)
    near = (away > 0.8) & (away < FARTHEST * size)
    alike = near & (unlike < ALIKE) & (edges < EDGE)
    opened = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    stand = footing(laid.alpha)
    scene = _Around(picture, smooth, edges, solid, away, unlike, gain, laid, stand, size)
    parts = []
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] < SMALLEST * area:
            continue
        part = scene.part(labels == number)
        if part is not None:
            parts.append(part)
    return sorted(parts, key=lambda part: -part.likely)


def _nearest(picture: Float, source: Bool) -> Float:
    """Every pixel with the colour of the nearest one of ``source``."""
    _, labels = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((int(labels.max()) + 1, 3), np.float32)
    table[labels[source]] = picture[source]
    return table[labels]


def _unlike(picture: Float, material: Float) -> tuple[Float, Float]:
    """(difference in levels from the material in the light that suits best, that light), (h, w) each."""
    energy = np.maximum((material**2).sum(-1), 25.0)
    gain = np.clip((picture * material).sum(-1) / energy, *GAINS)
    rest = np.abs(picture - gain[..., None] * material).max(-1)
    return (rest + 12 * np.abs(gain - 1)).astype(np.float32), gain.astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Around:
    """What the measures of all regions share."""

    picture: Float
    smooth: Float
    edges: Float
    solid: Bool
    away: Float
    unlike: Float
    gain: Float
    laid: Laid
    stand: Footing | None
    size: float

    def part(self, core: Bool) -> Part | None:
        rows, columns = np.flatnonzero(core.any(1)), np.flatnonzero(core.any(0))
        margin = 14
        window = np.s_[
            max(0, rows[0] - margin) : rows[-1] + 1 + margin, max(0, columns[0] - margin) : columns[-1] + 1 + margin
        ]
        region = core[window]
        solid, away = self.solid[window], self.away[window]
        region = (cv2.dilate(region.astype(np.uint8), disc(2)) > 0) & ~solid  # the edges that cut it off were its own
        join = region & (away < 3.2)
        if join.sum() < 4:
            return None
        mask = np.zeros_like(self.solid)
        mask[window] = region
        measures = self._measures(window, region, join)
        likely = float(1 / (1 + np.exp(-np.clip(measures @ WEIGHTS, -30, 30))))
        return Part(mask, float(region.sum()) / self.size**2, measures, likely)

    def _measures(self, window: tuple[slice, slice], region: Bool, join: Bool) -> Double:
        solid, away = self.solid[window], self.away[window]
        smooth, edges = self.smooth[window], self.edges[window]
        grown = cv2.dilate(region.astype(np.uint8), disc(2)) > 0
        rim = grown & ~region & ~solid & (away > 2)
        ring = (cv2.dilate(region.astype(np.uint8), disc(8)) > 0) & ~grown & ~solid & (away > 3)
        strongest = cv2.dilate(edges, np.ones((3, 3), np.uint8))
        sharp = float(strongest[rim].mean()) if rim.any() else 0.0
        inner = np.median(smooth[region], 0)
        outer = np.median(smooth[ring], 0) if ring.sum() > 8 else inner
        spread = float(smooth[ring].std(0).max()) if ring.sum() > 8 else 0.0
        contrast = float(np.abs(inner - outer).max())
        crossing = edges[(away < 2.5) & (cv2.dilate(join.astype(np.uint8), disc(2)) > 0)]
        open_ = 1 - float(np.quantile(crossing, 0.6)) if len(crossing) else 0.0
        size = self.size
        thick = 2 * float(cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3).max()) / size
        below = self._below(window, region)
        shade = self._shade(inner, outer)
        height, width = self.solid.shape
        leak = (
            window[0].start == 0 or window[1].start == 0 or window[0].stop >= height or window[1].stop >= width
            or float(away[region].max()) > 0.97 * FARTHEST * size
        )  # fmt: skip
        hull = region.sum() / max(1, region.size)
        return np.array([
            1.0, np.log10(region.sum() / size**2) + 1, min(2.0, join.sum() / (3 * size)), open_, sharp,
            min(4.0, contrast / (spread + 6)), float(self.unlike[window][region].mean()) / ALIKE,
            float(self.gain[window][region].mean()) - 1, below, self._mirror(window, region), shade, float(leak),
            min(1.0, thick), hull, shade * below, (1 - sharp) * below,
        ])  # fmt: skip

    def _below(self, window: tuple[slice, slice], region: Bool) -> float:
        """Part of a region that is lower than the product's foot."""
        if self.stand is None:
            return 0.0
        rows = np.arange(window[0].start, window[0].start + region.shape[0])[:, None]
        low = self.stand.low[window[1].start : window[1].start + region.shape[1]][None]
        return float((rows > low - 0.03 * self.stand.tall)[region].mean())

    def _mirror(self, window: tuple[slice, slice], region: Bool) -> float:
        """Part of a region that lies in the product's image on a glossy ground."""
        if self.stand is None:
            return 0.0
        rows = np.arange(window[0].start, window[0].start + region.shape[0])[:, None].astype(np.float32)
        columns = np.arange(window[1].start, window[1].start + region.shape[1])
        line = self.stand.low[columns][None].astype(np.float32)
        x = np.broadcast_to(columns[None].astype(np.float32), region.shape).copy()
        cover = cv2.remap(self.laid.alpha, x, (2 * line - 1 - rows + 0 * x).astype(np.float32), cv2.INTER_LINEAR)
        return float(((cover > 0.5) & (rows >= line))[region].mean())

    def _shade(self, inner: Float, outer: Float) -> float:
        """How well a region is its surroundings in the shade: 1 the same colours darker, 0 other ones."""
        gain = float(inner @ outer) / max(float(outer @ outer), 25.0)
        if gain > 1.02:
            return 0.0
        rest = float(np.abs(inner - gain * outer).max())
        return float(np.exp(-rest / 8))


__all__ = ["NAMES", "WEIGHTS", "Part", "find_parts", "mirror_image"]
