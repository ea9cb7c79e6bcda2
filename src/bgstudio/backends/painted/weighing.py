"""How surely a region beside the product was grown onto it: some measures, weighed.

Is the product's edge missing where the region joins it, is its own rim sharp everywhere, is it the product's material
in another light, or rather the background in the shade, does it lie in the product's reflection, does it reach the
picture's border? The weights were fitted by logistic regression on drawn and on real products with drawn answers
(``python -m bench.painted --fit``), none of which the published figures are measured on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from bgstudio.pixels.filters import disc
from bgstudio.pixels.types import Bool, Double, Float

Window = tuple[slice, slice]
"""Rows and columns of a picture; the ends may lie beyond it."""

ALIKE = 17.0
"""Difference in 8-bit levels up to which a pixel may be of the product's material, light apart."""

FARTHEST = 0.75
"""How far from the product is looked, by the root of its area."""

MEASURES: dict[str, tuple[float, float, float]] = {
    "join": (0.196, 0.214, -0.116),
    "open at .2": (0.683, 0.230, 0.279),
    "open at .4": (0.554, 0.241, 0.360),
    "open at .6": (0.439, 0.231, 0.196),
    "open at .8": (0.315, 0.199, -0.143),
    "expected at .2": (1.813, 1.102, 0.208),
    "expected at .5": (2.177, 1.104, 0.131),
    "weak": (0.250, 0.287, 0.272),
    "weakest": (0.151, 0.235, -0.153),
    "step": (0.297, 0.570, 0.233),
    "edges": (0.188, 0.106, 0.217),
    "unlike": (0.573, 0.227, -0.570),
    "direct": (1.828, 0.989, -0.746),
    "gain": (-0.051, 0.122, -0.180),
    "gain spread": (0.096, 0.050, -0.259),
    "grain": (0.634, 0.425, -0.285),
    "rival": (0.819, 0.868, 0.576),
    "kept": (0.364, 0.369, 0.791),
    "dimmed": (-0.088, 0.180, -0.427),
    "dimmed spread": (0.073, 0.055, 0.223),
    "thick": (0.123, 0.060, -0.112),
    "outline": (1.606, 0.561, -0.824),
    "above": (0.006, 0.026, 0.625),
    "mirror": (0.217, 0.378, 0.355),
    "shade": (0.414, 0.418, -0.240),
    "shade below": (0.162, 0.320, -0.265),
    "leak": (0.112, 0.315, -0.323),
}
"""What is measured of a region, with its mean, its deviation and its weight by deviation. ``measured`` tells how."""

BIAS = -3.761
"""What all of them at their means amount to: most regions are background."""

WIDEST = 4.0
"""Deviations from its mean at which a measure is cut off: no single one outvotes all others."""

LIMIT = 0.62
"""Likelihood from which on a region is taken for a grown part."""

_MEAN, _SPREAD, _WEIGHT = np.array(list(MEASURES.values())).T


@dataclass(frozen=True, eq=False)
class Around:
    """What the measures of all regions share; pictures are float32 (h, w) unless told otherwise.

    Attributes:
        smooth: (h, w, 3), encoded in 8-bit levels, without noise.
        edges: strength 0..1.
        grain: deviation of the texture of the nearest part of the product, in levels.
        solid: bool, the product.
        away: pixels from the product.
        direct: difference from the nearest part of the product in the light that suits best, in levels.
        unlike: the same from the product's nearest and main colours, less by its grain.
        gain: the light, by the product's, that suits best.
        rival: difference from the background in the shade that suits best, in levels.
        dimmed: that shade, 1 for none.
        off: difference from the background as it is, in levels.
        expected: difference between the nearest part of the product and the background, in levels: how strong the
            product's outline must be there.
        below: bool, what is lower than the product's foot; nothing where it has none.
        mirrored: bool, the product's image on a glossy ground; likewise.
        size: root of the product's area.
    """

    smooth: Float
    edges: Float
    grain: Float
    solid: Bool
    away: Float
    direct: Float
    unlike: Float
    gain: Float
    rival: Float
    dimmed: Float
    off: Float
    expected: Float
    below: Bool
    mirrored: Bool
    size: float

    @cached_property
    def upright(self) -> tuple[int, int]:
        """First row and height of the product."""
        rows = np.flatnonzero(self.solid.any(1))
        return int(rows[0]), int(rows[-1] - rows[0]) + 1


def likelihood(measures: Double) -> float:
    """How surely a region was grown, 0..1."""
    z = np.clip((measures - _MEAN) / _SPREAD, -WIDEST, WIDEST)
    return float(1 / (1 + np.exp(-np.clip(BIAS + z @ _WEIGHT, -30, 30))))


def measured(scene: Around, window: Window, region: Bool) -> Double:
    """The measures of a region, float64, by ``MEASURES``.

    Args:
        scene: what is around.
        window: where the region lies, with a margin.
        region: bool, of the window's size; touches the product.
    """
    solid, away, size = scene.solid[window], scene.away[window], scene.size
    smooth, edges = scene.smooth[window], scene.edges[window]
    join = region & (away < 3.2)
    grown = cv2.dilate(region.astype(np.uint8), disc(2)) > 0
    rim = grown & ~region & ~solid & (away > 2)
    ring = (cv2.dilate(region.astype(np.uint8), disc(8)) > 0) & ~grown & ~solid & (away > 3)
    inner = np.median(smooth[region], 0)
    outer = np.median(smooth[ring], 0) if ring.sum() > 8 else inner
    crossing = edges[(away < 2.5) & (cv2.dilate(join.astype(np.uint8), disc(2)) > 0)]
    strongest = np.asarray(cv2.dilate(edges, np.ones((3, 3), np.uint8)), np.float32)
    weakest, weak = _quantiles(strongest[rim], 0.1, 0.3)
    below, shade = float(scene.below[window][region].mean()), _shade(inner, outer)
    count = float(region.sum())
    unlike, rival = scene.unlike[window][region], scene.rival[window][region]
    gain, dimmed = scene.gain[window][region], scene.dimmed[window][region]
    contours, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(cv2.arcLength(contour, True) for contour in contours)
    thick = 2 * float(cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 3).max()) / size
    open_ = [1 - value for value in _quantiles(crossing, 0.2, 0.4, 0.6, 0.8, otherwise=1.0)]
    top, tall = scene.upright
    middle = float(np.nonzero(region)[0].mean()) + window[0].start
    expected = _quantiles(scene.expected[window][join], 0.2, 0.5)
    return np.array([
        min(2.0, float(join.sum()) / (3 * size)),
        *open_,
        *(min(4.0, value / 30) for value in expected),
        weak, weakest,
        min(3.0, _step(smooth, region, solid, rim) / 20),
        float(edges[region].mean()),
        float(unlike.mean()) / ALIKE,
        min(3.0, float(scene.direct[window][region].mean()) / ALIKE),
        float(gain.mean()) - 1, float(gain.std()),
        float(scene.grain[window][region].mean()) / 30,
        min(3.0, float(rival.mean()) / ALIKE),
        float((rival > 1.3 * unlike).mean()),
        float(dimmed.mean()) - 1, float(dimmed.std()),
        min(1.0, thick),
        0.05 * outline * size / count,
        max(0.0, (top - middle) / tall),
        float(scene.mirrored[window][region].mean()),
        shade, shade * below,
        float(_leaks(scene, window, region)),
    ])  # fmt: skip


def _quantiles(values: Float, *at: float, otherwise: float = 0.0) -> list[float]:
    return [float(value) for value in np.quantile(values, at)] if len(values) else [otherwise] * len(at)


def _step(smooth: Float, region: Bool, solid: Bool, rim: Bool) -> float:
    """Difference in levels between a region and what is beside it, where it is least along its rim."""
    window = (7, 7)
    sides = []
    counts = []
    for side in (region, ~region & ~solid):
        weight = side.astype(np.float32)
        count = cv2.boxFilter(weight, -1, window, normalize=False)
        total = cv2.boxFilter(smooth * weight[..., None], -1, window, normalize=False)
        sides.append(total / np.maximum(count, 1)[..., None])
        counts.append(count)
    band = rim & (counts[0] > 4) & (counts[1] > 4)
    return _quantiles(np.abs(sides[0] - sides[1]).max(-1)[band], 0.1)[0]


def _leaks(scene: Around, window: Window, region: Bool) -> bool:
    """Whether a region reaches the picture's border or the farthest that is looked."""
    height, width = scene.solid.shape
    rows, columns = window
    border = rows.start == 0 or columns.start == 0 or rows.stop >= height or columns.stop >= width
    return border or float(scene.away[window][region].max()) > 0.97 * FARTHEST * scene.size


def _shade(inner: Float, outer: Float) -> float:
    """How well a region is its surroundings in the shade: 1 the same colours darker, 0 other ones."""
    gain = float(inner @ outer) / max(float(outer @ outer), 25.0)
    if gain > 1.02:
        return 0.0
    rest = float(np.abs(inner - gain * outer).max())
    return float(np.exp(-rest / 8))
