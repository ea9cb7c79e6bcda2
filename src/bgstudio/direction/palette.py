"""Colours of the product, harmonies around them, and the promise that the product stands out from its backdrop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from bgstudio.domain.cutout import Cutout
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.colour import hex_to_linear, linear_to_hex, linear_to_oklab, linear_to_oklch, oklch_to_linear
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Bool, Double

Harmony = Literal["mono", "analogous", "complement", "split", "triad"]
"""How a colour relates to the product's main hue; ``split`` is 150 degrees away, ``triad`` 120."""

_TURN: dict[Harmony, float] = {"mono": 0, "analogous": 28, "complement": 180, "split": 150, "triad": 120}

SAND = 65.0
"""Hue, in degrees of OKLCh, given to products without a colour of their own: warm sand."""

NEUTRAL_CHROMA = 0.03
"""OKLab chroma under which a product counts as grey, black or white."""

CONTRAST = 0.10
"""Distance in OKLab at which a backdrop is told from the product's edge at a glance, also in a thumbnail."""

NEAR_PART = 0.25
"""Part of the silhouette that may come nearer to the backdrop than that: prints, highlights, shading."""

_WORK = 96  # pixels of the longer side: palettes do not gain from more
_MOST = 4000  # points beyond which a regular sample tells the same palette
_WEIGHT = np.array([0.6, 1.6, 1.6])  # clusters by hue rather than by shading


@dataclass(frozen=True)
class Limits:
    """Box of OKLab lightness and chroma that a large area may have."""

    lightness: tuple[float, float]
    chroma: tuple[float, float]

    def hold(self, lightness: float, chroma: float) -> tuple[float, float]:
        """The nearest pair inside."""
        return (
            min(max(lightness, self.lightness[0]), self.lightness[1]),
            min(max(chroma, self.chroma[0]), self.chroma[1]),
        )


LIGHT = Limits((0.78, 0.90), (0.02, 0.11))
"""Large areas of ordinary sets: lighter burns out, darker turns muddy, more chroma looks like a toy."""

DARK = Limits((0.14, 0.42), (0.0, 0.10))
"""Large areas of sets that live from darkness."""

_ROOM = {LIGHT: Limits((0.40, 0.97), (0.0, 0.15)), DARK: Limits((0.08, 0.70), (0.0, 0.15))}
"""How far a backdrop may leave its limits where the product would sink into it; every step outside is dear."""


@dataclass(frozen=True, eq=False)
class ProductColours:
    """What colours a product has.

    Attributes:
        centres: (k, 3) OKLab cluster centres, heaviest first.
        weights: (k,) parts of the product, adding up to 1.
        edge, edge_weights: the same of the silhouette's rim without its foot: what borders on the backdrop.
        foot, foot_weights: the same of the lowest eighth: what borders on the surface.
        lightness: mean OKLab lightness.
        chroma, hue: of the main colour; sand where the product is ``neutral``.
        neutral: the product has no colour of its own.
    """

    centres: Double
    weights: Double
    edge: Double
    edge_weights: Double
    foot: Double
    foot_weights: Double
    lightness: float
    chroma: float
    hue: float
    neutral: bool


def clusters(
    lab: Double, count: int, scale: Double = _WEIGHT, rounds: int = 16, mass: Double | None = None
) -> tuple[Double, Double]:
    """k-means of OKLab colours (n, 3), without randomness.

    Seeds are chosen farthest-first from the mean (Gonzalez 1985), so equal pixels give equal clusters on every
    machine. ``mass`` (n,) weighs the pixels. Returns centres (k, 3) and weights (k,), heaviest first; empty clusters
    are dropped, so k <= count.
    """
    step = max(1, len(lab) // _MOST)
    points = lab[::step] * scale
    m = np.ones(len(points)) if mass is None else np.maximum(mass[::step], 1e-6)
    first = int(np.argmin(((points - np.average(points, axis=0, weights=m)) ** 2).sum(1)))
    centres = [points[first]]
    nearest = ((points - centres[0]) ** 2).sum(1)
    while len(centres) < count and nearest.max() > 1e-6:
        centres.append(points[int(np.argmax(nearest * np.sqrt(m)))])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(1))
    c = np.array(centres)
    for _ in range(rounds):
        label = label_by(points, c)
        total = np.bincount(label, m, len(c))
        sums = np.stack([np.bincount(label, m * points[:, i], len(c)) for i in range(3)], 1)
        moved = np.where(total[:, None] > 0, sums / np.maximum(total, 1e-12)[:, None], c)
        settled = np.allclose(moved, c, atol=1e-5)
        c = moved
        if settled:
            break
    weights = np.bincount(label_by(points, c), m, len(c)) / m.sum()
    order = np.argsort(-weights, kind="stable")
    order = order[weights[order] > 0]
    return c[order] / scale, weights[order]


def label_by(points: Double, centres: Double) -> npt.NDArray[np.int64]:
    """Index of the nearest centre (k, 3) for each point (n, 3)."""
    far = (centres**2).sum(1)[:, None] - 2 * centres @ points.T
    return np.asarray(far.argmin(0), np.int64)


def read_colours(cutout: Cutout) -> ProductColours:
    """Palette of a product from its opaque pixels, a little inside the edge so that no backdrop is left in it."""
    rgb, alpha = cutout.cropped()
    h, w = alpha.shape
    k = min(1.0, _WORK / max(h, w))
    rgb, alpha = resize_straight(rgb, alpha, max(4, round(w * k)), max(4, round(h * k)))
    lab = linear_to_oklab(rgb)
    body = _body(alpha)
    centres, weights = clusters(lab[body], 5)
    rim, foot = _rim(body)
    edge, edge_weights = clusters(lab[rim], 5, np.ones(3))
    low, low_weights = clusters(lab[foot], 4, np.ones(3))
    chroma = np.hypot(centres[:, 1], centres[:, 2])
    main = int(np.argmax(weights * (chroma + 0.012)))  # a small saturated print does not outvote a whole body
    neutral = bool(chroma[main] < NEUTRAL_CHROMA)
    hue = math.degrees(math.atan2(centres[main, 2], centres[main, 1])) % 360
    return ProductColours(
        centres,
        weights,
        edge,
        edge_weights,
        low,
        low_weights,
        float((centres[:, 0] * weights).sum()),
        NEUTRAL_CHROMA if neutral else float(chroma[main]),
        SAND if neutral else hue,
        neutral,
    )


def _body(alpha: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Bool:
    """Opaque pixels without their outermost ring; laxer where the product is thin or translucent."""
    inner = cv2.erode(alpha, np.ones((3, 3), np.uint8)) > 0.95
    for mask in (inner, alpha >= OPAQUE, alpha > 0.5, alpha >= alpha.max()):
        if mask.sum() >= 24:
            return np.asarray(mask, np.bool_)
    return np.asarray(alpha >= alpha.max(), np.bool_)


def _rim(body: Bool) -> tuple[Bool, Bool]:
    """(rim above the foot, foot): bands a few pixels wide along the inside of the silhouette."""
    inside = cv2.erode(body.astype(np.uint8), np.ones((7, 7), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    rim = body & (inside == 0)
    rows = np.flatnonzero(body.any(1))
    line = rows[-1] - (rows[-1] - rows[0]) * 0.125
    below = np.arange(len(body))[:, None] >= line
    upper, foot = rim & ~below, rim & below
    return (upper if upper.any() else body), (foot if foot.any() else body)


def harmonise(colours: ProductColours, harmony: Harmony, lightness: float, chroma: float, turn: int = 1) -> str:
    """``#rrggbb`` of a harmony at the given OKLab lightness and chroma; ``turn`` -1 goes round the other way."""
    hue = (colours.hue + turn * _TURN[harmony]) % 360
    return linear_to_hex(oklch_to_linear(lightness, _calm(hue, chroma), hue))


def _calm(hue: float, chroma: float) -> float:
    """Less chroma for yellow-greens (OKLCh hue 95..130), which turn sour on large areas long before others do."""
    sour = max(0.0, 1 - abs(hue - 112) / 24)
    return chroma * (1 - 0.45 * sour)


def to_lab(colour: str) -> Double:
    """``#rrggbb`` to OKLab (3,)."""
    return linear_to_oklab(hex_to_linear(colour))


def from_lab(lab: Double) -> str:
    """OKLab (3,) to ``#rrggbb``, chroma reduced until the colour exists in sRGB."""
    hue = math.degrees(math.atan2(lab[2], lab[1]))
    return linear_to_hex(oklch_to_linear(float(np.clip(lab[0], 0, 1)), float(np.hypot(lab[1], lab[2])), hue))


def contrast(colour: str, edge: Double, weights: Double) -> float:
    """Distance in OKLab that all but ``NEAR_PART`` of the edge keeps from a colour.

    Args:
        colour: ``#rrggbb``.
        edge: (n, 3) OKLab colours along the silhouette.
        weights: (n,) their parts, adding up to 1.
    """
    distance = np.linalg.norm(edge - to_lab(colour), axis=1)
    order = np.argsort(distance)
    passed = np.cumsum(weights[order])
    return float(distance[order][min(int(np.searchsorted(passed, NEAR_PART, side="right")), len(order) - 1)])


def separate(
    colour: str,
    edge: Double,
    weights: Double,
    limits: Limits = LIGHT,
    least: float = CONTRAST,
    keep_hue: bool = False,
) -> tuple[str, float]:
    """The nearest colour that keeps its distance from the product's edge.

    Lightness moves before chroma and chroma before hue, and leaving ``limits`` costs more than moving within them.
    With ``keep_hue`` only lightness and chroma move, and ``limits`` are not left.

    Returns:
        (``#rrggbb``, the contrast it has). The contrast is below ``least`` only where nothing reached it, then the
        best colour found is given.
    """
    best, best_contrast = colour, contrast(colour, edge, weights)
    if best_contrast >= least:
        return best, best_contrast
    for candidate in _around(colour, limits, keep_hue):
        c = contrast(candidate, edge, weights)
        if c >= least:
            return candidate, c
        if c > best_contrast + 1e-9:
            best, best_contrast = candidate, c
    return best, best_contrast


def _around(colour: str, limits: Limits, keep_hue: bool) -> Iterator[str]:
    """Colours around one, cheapest first."""
    L0, C0, h0 = linear_to_oklch(hex_to_linear(colour))
    if C0 < 0.004:
        h0 = SAND
    room = limits if keep_hue else _ROOM.get(limits, limits)
    L = np.linspace(*room.lightness, 20)
    C = np.linspace(*room.chroma, 7)
    H = np.array([0.0] if keep_hue else [0, 16, -16, 35, -35, 60, -60, 95, -95, 135, -135, 180])
    grid = np.stack(np.meshgrid(L, C, H, indexing="ij"), -1).reshape(-1, 3)
    light, c, h = grid.T
    cost = ((light - L0) / 0.10) ** 2 + ((c - C0) / 0.035) ** 2 + (h / 30) ** 2
    cost += (_outside(light, limits.lightness) / 0.055) ** 2 + (_outside(c, limits.chroma) / 0.015) ** 2
    cost += np.maximum(0, c - 0.075) / 0.015  # a colour that was not asked for stays quiet
    hue = (h0 + h) % 360
    if limits is LIGHT:  # dim warm greys are what people call muddy
        cost += np.where((hue > 35) & (hue < 120), np.maximum(0, 0.80 - light) / 0.06, 0)
    for lightness, chroma, turn in grid[np.argsort(cost, kind="stable")]:
        yield linear_to_hex(oklch_to_linear(lightness, chroma, (h0 + turn) % 360))


def _outside(value: Double, span: tuple[float, float]) -> Double:
    """By how much values miss a span."""
    return np.maximum(0, span[0] - value) + np.maximum(0, value - span[1])


def mix(a: str, b: str, part: float) -> str:
    """``#rrggbb`` on the straight way in OKLab from ``a`` (part 0) to ``b`` (part 1); the ends are exact."""
    if part <= 0:
        return a
    if part >= 1:
        return b
    return from_lab(to_lab(a) * (1 - part) + to_lab(b) * part)


def name_of(colour: str) -> str:
    """A plain English word for a colour, for sentences to people."""
    L, C, h = linear_to_oklch(hex_to_linear(colour))
    if C < 0.02:
        return next(name for top, name in _GREYS if top >= L)
    if C < 0.05 and 40 <= h < 110:
        return "cream" if L > 0.9 else "sand" if L > 0.7 else "taupe" if L > 0.4 else "umber"
    base = next(name for top, name in _HUES if h < top)
    if base == "orange" and L < 0.62:
        return "brown" if L < 0.5 else "clay"
    if base == "yellow" and L < 0.72:
        return "olive" if h > 98 else "ochre"
    tone = "dark " if L < 0.40 else "pale " if L > 0.84 and C < 0.09 else ""
    return tone + ("pink" if base == "red" and L > 0.7 else base)


_GREYS = (
    (0.24, "black"),
    (0.42, "charcoal"),
    (0.64, "grey"),
    (0.80, "light grey"),
    (0.93, "pale grey"),
    (1.1, "white"),
)
_HUES = (
    (12, "pink"),
    (38, "red"),
    (75, "orange"),
    (112, "yellow"),
    (176, "green"),
    (208, "turquoise"),
    (275, "blue"),
    (320, "purple"),
    (361, "pink"),
)


def hue_turn(colour: str, degrees: float) -> str:
    """The colour with its hue turned, lightness and chroma kept as far as sRGB allows."""
    L, C, h = linear_to_oklch(hex_to_linear(colour))
    return linear_to_hex(oklch_to_linear(L, C, (h + degrees) % 360))
