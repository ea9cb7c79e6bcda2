"""Parts that a model grew onto the product: what continues its material across its outline.

Before a true outline the picture changes; where a part was grown, the product's material goes on, and ends at an edge
of its own further out. So: regions outside the outline that touch it and look like the product just inside it, cut
apart by edges. One cut does not do for all: a thin handle needs a mild one, and one that is mild lets a part run into
a ground in the product's colours. Several are made, from mild to strict, and every region of each is weighed
(``weighing``): background that happens to be alike, shadows, reflections and things behind the product make such
regions, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.footing import footing, turned_over
from bgstudio.backends.painted.mend import pulled_and_pushed
from bgstudio.backends.painted.structure import largest, slopes, summed
from bgstudio.backends.painted.weighing import ALIKE, FARTHEST, Around, Window, likelihood, measured
from bgstudio.pixels.filters import blur, disc
from bgstudio.pixels.types import Bool, Double, Float

BEHIND = 7.0
"""Difference in levels from the background around, below which a pixel is background."""

COLOURS, ELSEWHERE = 5, 5.0
"""Colours of the product that are looked for anywhere, and what it costs not to be the nearest one, in levels."""

GAINS, SHADE = (0.7, 1.25), 20.0
"""Range of light in which the same material is looked for, and what another light costs, in levels."""

SHADOWS = (0.35, 1.1)
"""Range of light in which the background is looked for: shadows lie on it."""

SMALLEST = 0.004
"""Part of the product's area below which a region is no part."""

SAME = 0.85
"""Part of the larger of two regions that they share, from which on the later one is not weighed again."""

MARGIN = 14
"""Pixels around a region's box that its measures look at."""

APART = 0.5
"""Part of the smaller of two regions that they may share before the less likely one is left out."""


@dataclass(frozen=True)
class Cut:
    """One way to cut what is alike into regions.

    Attributes:
        alike: difference in 8-bit levels up to which a pixel may be of the product's material, light apart.
        edge: strength of an edge, 0..1, that ends a region.
        bridge: pixels across, at which a connection is severed.
        closer: whether a pixel must be nearer to the product than to the background.
    """

    alike: float
    edge: float
    bridge: int
    closer: bool = False


CUTS = (
    Cut(ALIKE, 0.62, 2), Cut(ALIKE, 0.62, 5), Cut(11.0, 0.4, 2), Cut(11.0, 0.4, 5), Cut(ALIKE, 0.62, 3, closer=True),
    Cut(7.0, 0.25, 3), Cut(13.0, 0.5, 7),
)  # fmt: skip
"""From mild to strict; what an earlier one gave is not weighed again."""


@dataclass(frozen=True, eq=False)
class Part:
    """A region beside the product that may have grown on it.

    Attributes:
        mask: bool (h, w).
        area: by the product's area.
        measures: float64, by ``weighing.MEASURES``.
        likely: 0..1, how surely it was grown.
    """

    mask: Bool
    area: float
    measures: Double
    likely: float


def find_parts(picture: Float, laid: Laid) -> list[Part]:
    """Regions that continue the product, likeliest first, none of them within another one.

    Args:
        picture: float32 (h, w, 3), encoded in 8-bit levels, brought under the product; about 512 pixels a side.
        laid: the product at that size.
    """
    kept: list[Part] = []
    for part in find_regions(picture, laid):
        own = float(part.mask.sum())
        if all((part.mask & other.mask).sum() <= APART * min(own, float(other.mask.sum())) for other in kept):
            kept.append(part)
    return kept


def find_regions(picture: Float, laid: Laid) -> list[Part]:
    """All regions that were weighed, likeliest first; those of different cuts may overlap.

    Args:
        picture: float32 (h, w, 3), encoded in 8-bit levels, brought under the product; about 512 pixels a side.
        laid: the product at that size.
    """
    scene = _around(picture, laid)
    if scene is None:
        return []
    parts = []
    for window, region in _cut_out(scene):
        mask = np.zeros_like(scene.solid)
        mask[window] = region
        measures = measured(scene, window, region)
        parts.append(Part(mask, float(region.sum()) / scene.size**2, measures, likelihood(measures)))
    return sorted(parts, key=lambda part: -part.likely)


def _around(picture: Float, laid: Laid) -> Around | None:
    """What all regions are cut from and measured on; None where the product is a speck."""
    solid = laid.alpha > 0.5
    area = float(solid.sum())
    if area < 60:
        return None
    size = float(np.sqrt(area))
    away = np.asarray(cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 5), np.float32)
    inside = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    smooth = blur(picture, 1.0)
    core = solid & (inside >= min(3.0, float(inside.max())))
    nearest = _nearest(core)
    grain = nearest(_grain(picture, core))
    beside = nearest(smooth)
    direct, gain = _unlike(smooth, beside)
    unlike = direct
    for colour in _palette(smooth[core & (inside < 0.2 * size + 4)]):
        other, light = _unlike(smooth, np.ascontiguousarray(np.broadcast_to(colour, smooth.shape)))
        gain = np.where(other + np.float32(ELSEWHERE) < unlike, light, gain)
        unlike = np.minimum(unlike, other + np.float32(ELSEWHERE))
    unlike = np.asarray(unlike * ALIKE / (ALIKE + np.minimum(grain, 30)), np.float32)
    behind = _behind(picture, away, size)
    rival, dimmed = _unlike(smooth, behind, SHADOWS, 0.0)
    below, mirrored = _lower(laid.alpha)
    return Around(
        smooth=smooth, edges=_edges(smooth, grain), grain=grain, solid=solid, away=away, direct=direct, unlike=unlike,
        gain=gain, rival=rival, dimmed=dimmed, off=largest(np.abs(smooth - behind)),
        expected=largest(np.abs(beside - behind)), below=below, mirrored=mirrored, size=size,
    )  # fmt: skip


def _lower(alpha: Float) -> tuple[Bool, Bool]:
    """What is lower than the product's foot, and its image on a glossy ground, bool (h, w) each."""
    stand = footing(alpha)
    if stand is None:
        return np.zeros(alpha.shape, bool), np.zeros(alpha.shape, bool)
    rows, line = np.arange(len(alpha))[:, None], stand.low[None]
    return rows > line - 0.03 * stand.tall, (turned_over(alpha, stand) > 0.5) & (rows >= line.astype(np.float32))


def _cut_out(scene: Around) -> Iterator[tuple[Window, Bool]]:
    """Every region that touches the product, in its window: cut after cut, what is the same only once."""
    near = (scene.away > 0.8) & (scene.away < FARTHEST * scene.size) & (scene.off >= BEHIND)
    taken = _Taken()
    for cut in CUTS:
        alike = near & (scene.unlike < cut.alike) & (scene.edges < cut.edge)
        if cut.closer:
            alike &= scene.rival > 1.2 * scene.unlike
        # beyond a few pixels a square would favour what stands upright
        probe = np.ones((cut.bridge, cut.bridge), np.uint8) if cut.bridge < 4 else disc(cut.bridge // 2)
        opened = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, probe)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
        for number in range(1, count):
            left, top, width, height, area = (int(value) for value in stats[number])
            if area < SMALLEST * scene.size**2:
                continue
            window = np.s_[max(0, top - MARGIN) : top + height + MARGIN, max(0, left - MARGIN) : left + width + MARGIN]
            region = cv2.dilate((labels[window] == number).astype(np.uint8), disc(2)) > 0
            if cut.bridge >= 4:  # corners and tips that severing took off, but nothing that hangs on by a bridge
                region = (cv2.dilate(region.astype(np.uint8), disc(cut.bridge // 2)) > 0) & alike[window]
                region = cv2.dilate(region.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            mask = region & ~scene.solid[window]  # the edges that cut it off were its own
            if (mask & (scene.away[window] < 3.2)).sum() >= 4 and taken.new(window, mask):
                yield window, mask


@dataclass
class _Taken:
    """Regions that were given out already."""

    regions: list[tuple[Window, Bool, int]] = field(default_factory=list)

    def new(self, window: Window, region: Bool) -> bool:
        """Whether a region is none of those before; then it is one of them from now on."""
        area = int(region.sum())
        for other_window, other, other_area in self.regions:
            larger = max(area, other_area)
            if min(area, other_area) > SAME * larger and _shared(window, region, other_window, other) > SAME * larger:
                return False
        self.regions.append((window, region, area))
        return True


def _shared(window: Window, region: Bool, other_window: Window, other: Bool) -> int:
    """Pixels that two regions have in common."""
    top, left = (max(a.start, b.start) for a, b in zip(window, other_window, strict=True))
    bottom, right = (
        min(window[axis].start + region.shape[axis], other_window[axis].start + other.shape[axis]) for axis in (0, 1)
    )
    if bottom <= top or right <= left:
        return 0

    def cropped(of: Window, mask: Bool) -> Bool:
        return mask[top - of[0].start : bottom - of[0].start, left - of[1].start : right - of[1].start]

    return int((cropped(window, region) & cropped(other_window, other)).sum())


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
