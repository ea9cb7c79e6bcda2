"""What a picture looks like, in numbers: where its things are, where its light comes from, how soft and how deep.

Everything works on a copy of at most ``SIDE`` pixels and gives an honest sureness beside each figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.direction.palette import clusters, label_by
from bgstudio.domain.picture import Picture
from bgstudio.pixels.colour import linear_to_oklab, luminance
from bgstudio.pixels.filters import blur
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Double, Float

SIDE = 144
"""Longest side, in pixels, that references are measured at."""

BUSY = 0.25
"""Part of a picture in steps of light beyond which shadows cannot be told from things."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture made small.

    Attributes:
        lab: float64 (h, w, 3), OKLab.
        light: float32 (h, w), luminance 0..1.
        thing: float32 (h, w), 0..1: how surely a pixel belongs to an object in the middle and not to its surroundings.
    """

    lab: Double
    light: Float
    thing: Float

    @property
    def around(self) -> Double:
        """Weights of the surroundings, (h, w): the rim of the frame counts fully, a central object hardly."""
        h, w = self.light.shape
        y, x = np.mgrid[0:h, 0:w]
        reach = np.maximum(np.abs((x + 0.5) / w - 0.5), np.abs((y + 0.5) / h - 0.5)) * 2
        return np.asarray((0.35 + 0.65 * reach) * (1 - 0.92 * self.thing), np.float64)


def take_sample(picture: Picture) -> Sample:
    """The picture at working size; transparent parts count as white."""
    rgb = picture.rgb
    if picture.alpha is not None:
        rgb = rgb * picture.alpha[..., None] + (1 - picture.alpha[..., None])
    k = min(1.0, SIDE / max(picture.width, picture.height))
    small = resize(
        np.ascontiguousarray(rgb, np.float32), max(8, round(picture.width * k)), max(8, round(picture.height * k))
    )
    small = np.clip(small, 0, 1)
    lab = linear_to_oklab(small)
    return Sample(lab, luminance(small).astype(np.float32), _central_thing(lab))


def _central_thing(lab: Double) -> Float:
    """Pixels unlike the frame's rim, in one piece, near the middle; all 0 where no such piece stands free."""
    h, w = lab.shape[:2]
    rim = np.ones((h, w), bool)
    m = max(2, round(0.09 * min(h, w)))
    rim[m:-m, m:-m] = False
    centres, weights = clusters(lab[rim], 5, np.array([1.0, 1.4, 1.4]))
    centres = centres[weights > 0.04]
    smooth = blur(lab.astype(np.float32), 1.2)
    far = np.linalg.norm((smooth[:, :, None] - centres) * [1.0, 1.4, 1.4], axis=3).min(2)
    unlike = (far > 0.13).astype(np.uint8)
    unlike = cv2.morphologyEx(unlike, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, label, stats, middle = cv2.connectedComponentsWithStats(unlike)
    out = np.zeros((h, w), np.float32)
    for i in range(1, count):
        part = stats[i, cv2.CC_STAT_AREA] / (h * w)
        x, y = middle[i][0] / w, middle[i][1] / h
        if 0.008 < part < 0.5 and 0.2 < x < 0.8 and 0.2 < y < 0.85:
            out[label == i] = 1
    return np.asarray(blur(out, 1.0), np.float32)


def key_side(sample: Sample) -> tuple[float, float]:
    """(slope, sureness 0..1) of the light across the frame; negative slope: brighter on the left.

    Log luminance is regressed on x inside each colour of the picture, so that a white thing on the left does not pass
    for light from the left; the colours vote by the area and the width that they cover. Sure where the slope is
    marked and the votes agree.
    """
    h, w = sample.light.shape
    light = np.log(np.clip(blur(sample.light, 0.012 * w), 0.004, 1)).ravel()
    x = np.broadcast_to(np.linspace(-1, 1, w), (h, w)).ravel()
    lab = sample.lab.reshape(-1, 3)
    scale = np.array([0.6, 1.8, 1.8])
    label = label_by(lab * scale, clusters(lab, 8, scale)[0] * scale)
    slopes, votes = [], []
    for i in range(int(label.max()) + 1):
        own = label == i
        if own.mean() < 0.02:
            continue
        width = float(np.std(x[own])) / 0.577  # 1 where the colour spans the frame evenly
        slopes.append(_slope(x[own], light[own], np.ones(int(own.sum()))))
        votes.append(float(own.mean()) * width**2)
    s, v = np.array(slopes), np.array(votes) / max(sum(votes), 1e-9)
    if len(s) == 0:
        return 0.0, 0.0
    slope = float((s * v).sum())
    agree = float(abs((np.sign(s) * v).sum()))
    return slope, float(min(1.0, abs(slope) / 0.28) * max(0.0, (agree - 0.25) / 0.75))


def _slope(x: Double, y: Double, weight: Double) -> float:
    """Huber regression slope; 0 where there is nothing to weigh."""
    w0 = np.asarray(weight, np.float64)
    if w0.sum() < 12:
        return 0.0
    w, slope = w0, 0.0
    for _ in range(4):
        mx, my = (w * x).sum() / w.sum(), (w * y).sum() / w.sum()
        slope = float((w * (x - mx) * (y - my)).sum() / max(1e-6, (w * (x - mx) ** 2).sum()))
        r = y - my - slope * (x - mx)
        scale = 1.4826 * float(np.median(np.abs(r[w0 > 0.5]))) + 1e-4 if (w0 > 0.5).any() else 1.0
        w = w0 / np.maximum(1, np.abs(r) / (1.5 * scale))
    return slope


def softness(sample: Sample) -> tuple[float, float]:
    """(softness 0 hard .. 1 soft, sureness): how sharp steps of light are where the colour stays the same.

    A cast shadow changes luminance and hardly chromaticity. In busy pictures most such steps are edges of things, and
    at this size nothing tells them apart: there the answer is derived from contrast alone and not sure.
    """
    L = sample.lab[..., 0].astype(np.float32)
    ab = (sample.lab[..., 1:] / np.maximum(L[..., None], 0.15)).astype(np.float32)
    step = _gradient(blur(L, 2.0)) * 4  # change of lightness over four pixels
    turns = [_gradient(blur(np.ascontiguousarray(ab[..., i]), 2.0)) for i in (0, 1)]
    light_only = (step > 0.03) & (4 * np.hypot(turns[0], turns[1]) < 0.5 * step + 0.012)
    part = float(light_only.mean())
    if part < 0.01:
        return 0.75, 0.3
    if part > BUSY:
        return float(0.85 - 0.6 * np.clip(contrast(sample), 0, 1)), 0.2
    sharp = _gradient(blur(L, 0.7)) * 4
    strong = float(np.percentile(step[light_only], 80))
    ridge = light_only & (step >= np.percentile(step[light_only], 70))  # flanks are soft beside the hardest edge
    ratio = float(np.median(sharp[ridge] / step[ridge]))  # about 2.5 across a step, 1 across a wide penumbra
    hard = np.clip((ratio - 1.1) / 0.9, 0, 1) * 0.65 + np.clip((strong - 0.06) / 0.22, 0, 1) * 0.35
    return float(1 - hard), 0.6


def contrast(sample: Sample) -> float:
    """0 flat .. 1 hard, from the spread of OKLab lightness between its 5th and 95th percentile."""
    low, high = np.percentile(sample.lab[..., 0], [5, 95])
    return float(np.clip((high - low - 0.2) / 0.6, 0, 1))


def _gradient(image: Float) -> Float:
    gy, gx = np.gradient(image)
    return np.asarray(np.hypot(gx, gy), np.float32)


def depth_of_field(sample: Sample) -> tuple[float, float]:
    """(0 all sharp .. 1 most of it melted, sureness), from the sharpness of textured blocks.

    Only blur that survives the small size counts, so a slight one is not seen; without texture nothing can be told.
    """
    L = sample.lab[..., 0].astype(np.float32)
    fine = np.abs(L - blur(L, 0.9))
    wide = np.abs(blur(L, 0.9) - blur(L, 5.0))
    size = 12
    rows, cols = (n // size for n in L.shape)
    cut = (slice(0, rows * size), slice(0, cols * size))
    f, g = (v[cut].reshape(rows, size, cols, size).mean((1, 3)) for v in (fine, wide))
    textured = g > 0.008
    if textured.sum() < 8:
        return 0.0, 0.0
    ratio = f[textured] / g[textured]
    melted, crisp = float((ratio < 0.16).mean()), float((ratio > 0.3).mean())
    if crisp < 0.02:  # nothing is sharp: a soft file tells nothing of its lens
        return 0.0, 0.1
    share = float(textured.mean())
    return float(np.clip((melted - 0.15) / 0.5, 0, 1)), float(min(0.9, 2.5 * share))


def horizon(sample: Sample) -> tuple[float, float] | None:
    """(y 0..1 from the top, sureness) of one long level edge through the surroundings; None where there is none."""
    lab = blur(sample.lab.astype(np.float32), 1.5)
    h = lab.shape[0]
    k = max(2, h // 48)
    jump = np.linalg.norm((lab[2 * k :] - lab[: -2 * k]) * [1.0, 1.5, 1.5], axis=2)
    outside = (sample.thing[k : h - k] < 0.5).astype(np.float64)
    share = ((jump > 0.05) * outside).sum(1) / np.maximum(outside.sum(1), 1)
    y = np.arange(k, h - k) / h
    share = np.where((y > 0.2) & (y < 0.9), share, 0)
    best = int(np.flatnonzero(share >= share.max() - 1e-9).mean())  # the middle of a plateau
    others = share[np.abs(np.arange(len(share)) - best) > 4 * k]
    if share[best] < 0.6:
        return None
    lone = 1 - float(others.max(initial=0.0)) / float(share[best])
    return float(y[best]), float(np.clip((share[best] - 0.5) * 2, 0, 1) * np.clip(lone * 2, 0, 1))


@dataclass(frozen=True)
class Ground:
    """Statistics of the lower third: OKLab mean, fine and coarse contrast, and how far its texture runs one way."""

    lightness: float
    chroma: float
    hue: float
    fine: float
    coarse: float
    streaks: float


def ground(sample: Sample) -> Ground:
    """Look at what lies below."""
    h = sample.light.shape[0]
    low = sample.lab[int(h * 0.68) :]
    weight = 1 - sample.thing[int(h * 0.68) :].astype(np.float64) + 1e-3
    mean = np.average(low.reshape(-1, 3), axis=0, weights=weight.ravel())
    L = low[..., 0].astype(np.float32)
    fine = float(np.average(np.abs(L - blur(L, 1.2)), weights=weight))
    base = blur(L, 1.2)
    coarse = float(np.average(np.abs(base - blur(L, 9.0)), weights=weight))
    gy, gx = np.gradient(base)
    xx, yy, xy = (float(np.average(v, weights=weight)) for v in (gx * gx, gy * gy, gx * gy))
    streaks = float(np.hypot(xx - yy, 2 * xy) / max(xx + yy, 1e-9))
    return Ground(
        float(mean[0]),
        float(np.hypot(mean[1], mean[2])),
        float(np.degrees(np.arctan2(mean[2], mean[1])) % 360),
        fine,
        coarse,
        streaks,
    )
