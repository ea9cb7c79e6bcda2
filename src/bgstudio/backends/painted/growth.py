"""Parts that a model grew onto the product: what continues its material across its outline.

Before a true outline the picture changes; where a part was grown, the product's material goes on, and ends at an edge
of its own further out. So: regions outside the outline that touch it and look like the product just inside it, cut
apart by edges. Background that happens to be alike, shadows, reflections and things behind the product make such
regions, too; a weighing of a dozen measures tells them apart. Its weights were fitted by logistic regression on drawn
answers (``python -m bench.painted --fit``), none of which the published figures are measured on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.footing import Footing, footing
from bgstudio.backends.painted.mend import pulled_and_pushed
from bgstudio.backends.painted.structure import largest, slopes, summed
from bgstudio.pixels.filters import blur, disc
from bgstudio.pixels.types import Bool, Double, Float

BEHIND = 7.0
"""Difference in levels from the background around, below which a pixel is background."""

ALIKE = 17.0
"""Difference in 8-bit levels up to which a pixel may be of the product's material, light apart."""

COLOURS, ELSEWHERE = 5, 5.0
"""Colours of the product that are looked for anywhere, and what it costs not to be the nearest one, in levels."""

GAINS, SHADE = (0.7, 1.25), 20.0
"""Range of light in which the same material is looked for, and what another light costs, in levels."""

SHADOWS = (0.35, 1.1)
"""Range of light in which the background is looked for: shadows lie on it."""

EDGE = 0.62
"""Strength of an edge, 0..1, that ends a region."""

FARTHEST = 0.75
"""How far from the product is looked, by the root of its area."""

SMALLEST = 0.004
"""Part of the product's area below which a region is no part."""

NAMES = (
    "one", "area", "join", "open", "sharp", "contrast", "unlike", "gain", "below", "mirror", "shade", "leak", "thick",
    "fill", "shade below", "soft below", "open sharp", "grain", "rival", "kept", "weak", "weakest",
)  # fmt: skip
"""What is measured of a region: ``_Around._measures`` tells how."""

WEIGHTS = np.array([
    -3.434, 2.715, -1.235, 2.938, 1.478, 0.316, -5.183, -1.472, 1.334, 1.439, 0.743,
    -2.214, -2.708, -1.063, -1.829, -1.839, 0.164, -0.078, 0.205, 5.379, 0.92, -0.892,
])  # fmt: skip
LIMIT = 0.5
"""Likelihood from which on a region is taken for a grown part."""


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
    core = solid & (inside >= min(3.0, float(inside.max())))
    nearest = _nearest(core)
    grain = nearest(_grain(picture, core))
    edges = _edges(smooth, grain)
    unlike, gain = _unlike(smooth, nearest(smooth))
    for colour in _palette(smooth[core & (inside < 0.2 * size + 4)]):
        other, light = _unlike(smooth, np.ascontiguousarray(np.broadcast_to(colour, smooth.shape)))
        gain = np.where(other + np.float32(ELSEWHERE) < unlike, light, gain)
        unlike = np.minimum(unlike, other + np.float32(ELSEWHERE))
    unlike = np.asarray(unlike * ALIKE / (ALIKE + np.minimum(grain, 30)), np.float32)
    behind = _behind(picture, away, size)
    near = (away > 0.8) & (away < FARTHEST * size)
    rival = _unlike(smooth, behind, SHADOWS, 0.0)[0]
    plain = largest(np.abs(smooth - behind)) < BEHIND
    alike = near & (unlike < ALIKE) & (edges < EDGE) & ~plain
    opened = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    stand = footing(laid.alpha)
    scene = _Around(picture, smooth, edges, grain, solid, away, unlike, gain, rival, laid, stand, size)
    parts = []
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] < SMALLEST * area:
            continue
        part = scene.part(labels == number)
        if part is not None:
            parts.append(part)
    return sorted(parts, key=lambda part: -part.likely)


def _nearest(source: Bool) -> Callable[[Float], Float]:
    """A function that gives every pixel of a picture the value of the nearest one of ``source``."""
    _, labels = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = labels[source]
    count = int(labels.max()) + 1

    def spread(picture: Float) -> Float:
        table = np.zeros((count, *picture.shape[2:]), np.float32)
        table[places] = picture[source]
        return table[labels]

    return spread


def _behind(picture: Float, away: Float, size: float) -> Float:
    """What the background would be without anything before it: the median of a wide neighbourhood, small things gone.

    Under the product it is continued from around it.
    """
    height, width = away.shape
    factor = min(1.0, 96 / max(height, width))
    small = (max(8, round(width * factor)), max(8, round(height * factor)))
    known = cv2.resize((away > 2.5).astype(np.float32), small, interpolation=cv2.INTER_AREA)
    reduced = cv2.resize(picture * (away > 2.5)[..., None], small, interpolation=cv2.INTER_AREA)
    reduced = reduced / np.maximum(known, np.float32(1e-3))[..., None]
    filled = pulled_and_pushed(np.asarray(reduced, np.float32), np.where(known > 0.3, 1, 0).astype(np.float32))
    wide = 2 * max(2, round(0.28 * size * factor)) + 1
    middle = cv2.medianBlur(np.clip(filled + 0.5, 0, 255).astype(np.uint8), min(wide, 101))
    return np.asarray(cv2.resize(middle, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _grain(picture: Float, core: Bool) -> Float:
    """Deviation of the product's own texture around each of its pixels, in levels."""
    weight = core.astype(np.float32)
    light = picture.mean(-1)
    total = np.maximum(cv2.boxFilter(weight, -1, (9, 9)), 1e-3)
    mean = cv2.boxFilter(light * weight, -1, (9, 9)) / total
    square = cv2.boxFilter(light * light * weight, -1, (9, 9)) / total
    return np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)


def _edges(picture: Float, grain: Float) -> Float:
    """Strength of edges 0..1, against noise and against the texture that the product has anyway."""
    gx, gy = slopes(picture)
    energy = summed(gx * gx + gy * gy)
    return np.asarray(energy / (energy + (5.0 + 0.7 * np.minimum(grain, 30)) ** 2), np.float32)


def _palette(colours: Float) -> list[Float]:
    """The few colours that the product has most of near its outline."""
    if len(colours) < 50:
        return []
    some = colours[:: max(1, len(colours) // 1500)].astype(np.float32)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    cv2.setRNGSeed(1)
    start = np.zeros((len(some), 1), np.int32)
    _, labels, centres = cv2.kmeans(some, COLOURS, start, rule, 1, cv2.KMEANS_PP_CENTERS)
    share = np.bincount(labels.ravel(), minlength=COLOURS) / len(some)
    return [centre for centre, part in zip(centres, share, strict=True) if part > 0.06]


def _unlike(
    picture: Float, material: Float, gains: tuple[float, float] = GAINS, cost: float = SHADE
) -> tuple[Float, Float]:
    """(difference in levels from the material in the light that suits best, that light), (h, w) each."""
    energy = np.maximum(summed(material * material), np.float32(25))
    gain = np.clip(summed(picture * material) / energy, np.float32(gains[0]), np.float32(gains[1]))
    rest = largest(np.abs(picture - gain[..., None] * material))
    return np.asarray(rest + cost * np.abs(gain - 1), np.float32), np.asarray(gain, np.float32)


@dataclass(frozen=True, eq=False)
class _Around:
    """What the measures of all regions share."""

    picture: Float
    smooth: Float
    edges: Float
    grain: Float
    solid: Bool
    away: Float
    unlike: Float
    gain: Float
    rival: Float
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
        weak, weakest = np.quantile(strongest[rim], (0.3, 0.1)) if rim.any() else (0.0, 0.0)
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
            min(1.0, thick), hull, shade * below, (1 - sharp) * below, open_ * sharp,
            float(self.grain[window][region].mean()) / 30, min(3.0, float(self.rival[window][region].mean()) / ALIKE),
            float((self.rival[window][region] > 1.3 * self.unlike[window][region]).mean()), float(weak), float(weakest),
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
