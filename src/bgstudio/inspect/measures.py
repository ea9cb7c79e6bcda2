"""Figures of a finished picture. All luminances are of encoded sRGB unless named otherwise, in 8-bit levels."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.domain.shot import Shot
from bgstudio.pixels.alpha import OPAQUE
from bgstudio.pixels.colour import LUMA, bytes_to_linear, linear_to_bytes
from bgstudio.pixels.filters import blur
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Byte, Float


def product_in_frame(shot: Shot) -> tuple[Byte, Float]:
    """What the product should look like: the cut-out resized and placed, by the inspection's own reckoning.

    Returns uint8 (H, W, 3) and float32 alpha (H, W). Kept apart from the compositing code on purpose: a mistake there
    must not be able to hide itself here.
    """
    colour, alpha = resize_straight(*shot.cutout.cropped(), shot.rect.width, shot.rect.height)
    rgb = np.zeros((shot.height, shot.width, 3), np.uint8)
    matte = np.zeros((shot.height, shot.width), np.float32)
    rows = np.arange(shot.rect.top, shot.rect.bottom)
    cols = np.arange(shot.rect.left, shot.rect.right)
    r, c = (rows >= 0) & (rows < shot.height), (cols >= 0) & (cols < shot.width)
    rgb[np.ix_(rows[r], cols[c])] = linear_to_bytes(colour)[np.ix_(r, c)]
    matte[np.ix_(rows[r], cols[c])] = alpha[np.ix_(r, c)]
    return rgb, matte


def changed_pixels(picture: Byte, rgb: Byte, alpha: Float) -> tuple[int, int]:
    """(opaque product pixels, how many of them differ by even one level)."""
    opaque = alpha >= OPAQUE
    return int(opaque.sum()), int((picture != rgb).any(-1)[opaque].sum())


def edge_halo(picture: Byte, alpha: Float) -> float:
    """How far soft-edge pixels leave the range between the product just inside and the background just outside.

    A fringe of the old backdrop shows as an edge lighter (or darker) than both its neighbours. Mean excess in 8-bit
    levels over pixels with alpha between .1 and .9; 0 where there is no soft edge.
    """
    soft = (alpha > 0.1) & (alpha < 0.9)
    if soft.sum() < 16:
        return 0.0
    light: Float = picture.astype(np.float32) @ LUMA
    inside = (alpha > 0.98).astype(np.float32)
    outside = (alpha < 0.02).astype(np.float32)
    sigma = max(1.5, 0.004 * max(alpha.shape))

    def near(weight: Float) -> Float:
        return np.asarray(blur(light * weight, sigma) / np.maximum(blur(weight, sigma), 1e-4), np.float32)

    a, b = near(inside), near(outside)
    margin = np.float32(6.0)  # texture and grain of the two sides
    excess = np.maximum(light - np.maximum(a, b) - margin, 0) + np.maximum(np.minimum(a, b) - light - margin, 0)
    known = soft & (blur(inside, sigma) > 0.02) & (blur(outside, sigma) > 0.02)
    return float(excess[known].mean()) if known.any() else 0.0


def contact_gap(background: Byte, picture: Byte, alpha: Float) -> float | None:
    """Mean pixels, at 512 px of height, from the foot down to the darkest of the contact shadow's first part.

    None where no contact shadow darkens the ground by at least 8 %: nothing to measure a gap to.
    """
    solid = alpha > 0.5
    columns = np.flatnonzero(solid.any(0))
    if len(columns) < 3:
        return None
    height = alpha.shape[0]
    scale = height / 512
    reach = max(6, round(14 * scale))
    low = height - 1 - solid[::-1, columns].argmax(0)
    tall = np.ptp(np.flatnonzero(solid.any(1)))
    before = background.astype(np.float32) @ LUMA + 1
    dark = 1 - (blur(picture.astype(np.float32) @ LUMA + 1, max(0.7, scale)) / blur(before, max(0.7, scale)))
    gaps = []
    for column, y in zip(columns, low, strict=True):
        if y < low.max() - 0.12 * tall or y + 3 >= height:
            continue
        run = dark[y + 2 : min(height, y + 2 + reach), column]
        peak = float(run.max()) if len(run) > 3 else 0.0
        if peak >= 0.08:
            gaps.append(int(np.argmax(run >= 0.5 * peak)))
    return float(np.mean(gaps) / scale) if len(gaps) >= 3 else None


def background_light(picture: Byte, alpha: Float) -> tuple[float, float]:
    """(part of the background at full white, mean display-linear luminance of the background)."""
    outside = alpha < 0.02
    if not outside.any():
        return 0.0, 0.0
    pixels = picture[outside]
    return float((pixels == 255).all(-1).mean()), float((bytes_to_linear(pixels) @ LUMA).mean())


def separation(picture: Byte, alpha: Float) -> float:
    """How well the product stands out: median distance in 8-bit levels, over its outline, of the two sides."""
    inside = (alpha > 0.9).astype(np.float32)
    outside = (alpha < 0.1).astype(np.float32)
    outline = cv2.morphologyEx((alpha > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0
    sigma = max(2.0, 0.006 * max(alpha.shape))
    image = picture.astype(np.float32)

    def near(weight: Float) -> Float:
        mean = blur(image * weight[..., None], sigma) / np.maximum(blur(weight, sigma), 1e-3)[..., None]
        return np.asarray(mean, np.float32)

    distance = np.abs(near(inside) - near(outside)).max(-1)
    return float(np.median(distance[outline])) if outline.any() else 0.0
