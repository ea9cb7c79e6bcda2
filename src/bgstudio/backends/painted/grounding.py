"""Whether the painted product stands on its ground: its shadow and reflection, looked for, and added where missing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.backends.painted.canvas import Laid
from bgstudio.backends.painted.footing import Footing, cast_shadow, footing, mirror_image
from bgstudio.domain.scene import Scene
from bgstudio.domain.shot import Shot
from bgstudio.pixels.colour import LUMA
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Double, Float

GOOD, WEAK = 0.14, 0.07
"""Darkening at the foot from which on a contact shadow is there; below which there is none."""

MIRRORS = {"acrylic": 0.42, "mirror": 0.55, "water": 0.38, "glass": 0.42, "marble": 0.12}
"""How much surfaces of these names show of what stands on them."""

SEEN = 0.35
"""Likeness, -1..1, of the ground to the product turned over, from which on a reflection is there."""


@dataclass(frozen=True, eq=False)
class Grounding:
    """What was added under a product.

    Attributes:
        shadow: float32 (h, w), 0..1 factor on the ground's light; None where nothing was added.
        mirror: (encoded colours (h, w, 3), cover (h, w)) of an added reflection, or None.
        foot: float64 (n, 2) the ground line where compositing may draw a contact line, or None where one is painted.
        notes: sentences.
    """

    shadow: Float | None = None
    mirror: tuple[Float, Float] | None = None
    foot: Double | None = None
    notes: tuple[str, ...] = ()


def ground(picture: Float, laid: Laid, shot: Shot) -> Grounding:
    """Look at the foot and add what is missing.

    Args:
        picture: float32 (h, w, 3), encoded 0..1, the answer with the product taken out.
        laid: the product in the frame.
        shot: for the scene's light and ground.
    """
    scene = shot.scene
    if scene.camera.overhead:
        return _lying(picture, laid, scene)
    stand = footing(laid.alpha)
    if stand is None:
        return Grounding()
    dark = contact_darkness(picture, laid.alpha, stand)
    mirror, notes = None, []
    strength = _asked_mirror(scene)
    if strength > 0.3 and mirrored(picture, laid, stand) < SEEN:
        colours, cover = mirror_image(laid, stand)
        mirror = colours, np.asarray(cover * strength, np.float32)
        notes.append(
            "The model painted no reflection on the glossy ground: one was added from the product's own pixels."
        )
    if dark is None or dark >= GOOD:
        return Grounding(None, mirror, None, tuple(notes))
    if dark >= WEAK:
        return Grounding(None, mirror, stand.line, tuple(notes))
    notes.append("The model painted no shadow under the product: one was added from its shape and the scene's light.")
    shade = (1 - cast_shadow(laid.alpha, scene)).astype(np.float32)
    return Grounding(shade, mirror, stand.line, tuple(notes))


def _lying(picture: Float, laid: Laid, scene: Scene) -> Grounding:
    """A product seen from above: a shadow all around, or none."""
    light = picture @ LUMA
    size = float(np.sqrt((laid.alpha > 0.5).sum()))
    near = _between(laid.alpha, 0.004 * size + 1.5, 0.02 * size + 4)
    far = _between(laid.alpha, 0.12 * size + 6, 0.25 * size + 12)
    if near.sum() < 30 or far.sum() < 30:
        return Grounding()
    dark = 1 - float(np.quantile(light[near], 0.3)) / max(float(np.median(light[far])), 1e-3)
    if dark >= WEAK:
        return Grounding()
    shade = (1 - cast_shadow(laid.alpha, scene)).astype(np.float32)
    return Grounding(shade, notes=("The model painted no shadow around the product: one was added from its shape.",))


def _between(alpha: Float, near: float, far: float) -> Bool:
    away = cv2.distanceTransform((alpha < 0.03).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray((away > near) & (away < far), bool)


def contact_darkness(picture: Float, alpha: Float, stand: Footing) -> float | None:
    """By how much the ground is darker at the foot than around it, 0..1; None where it cannot be told.

    Just under the touching columns against the ground to both sides and further in front, in encoded luminance.
    """
    height, width = alpha.shape
    light = np.asarray(picture @ LUMA, np.float32)
    columns = np.flatnonzero(stand.touching)
    near = max(2.0, 0.006 * stand.tall), max(4.0, 0.028 * stand.tall)
    far = max(10.0, 0.16 * stand.tall), max(16.0, 0.34 * stand.tall)
    rows = np.arange(height)[:, None]
    below = rows - stand.low[None]
    span = np.zeros(width, bool)
    reach = int(0.3 * stand.tall)
    span[max(0, columns[0] - reach) : columns[-1] + 1 + reach] = True
    free = alpha < 0.02
    around = free & span[None] & (below > far[0]) & (below < far[1])
    beside = free & (below > -0.02 * stand.tall) & (below < near[1])
    beside &= _away_from(width, columns, 0.25 * stand.tall, 0.6 * stand.tall)[None]
    close = free & stand.touching[None] & (below >= near[0]) & (below <= near[1])
    if close.sum() < 8 or around.sum() + beside.sum() < 30:
        return None
    reference = float(np.median(light[around | beside]))
    if reference < 0.06:
        return None  # black ground: a shadow could not be seen
    values = np.where(close, light, np.nan)[:, stand.touching]
    with np.errstate(all="ignore"):
        column = np.nanmean(np.where(np.isnan(values), 0, values), 0) * values.shape[0]
        column = column / np.maximum((~np.isnan(values)).sum(0), 1)
    known = (~np.isnan(values)).any(0)
    return 1 - float(np.median(column[known])) / reference if known.any() else None


def _away_from(width: int, columns: np.ndarray, near: float, far: float) -> Bool:
    x = np.arange(width)
    away = np.maximum(columns[0] - x, x - columns[-1])
    return np.asarray((away > near) & (away < far), bool)


def _asked_mirror(scene: Scene) -> float:
    """How much of a mirror the ground is by its name, 0..1."""
    name = f"{scene.surface or ''} {scene.set}"
    return max((value for word, value in MIRRORS.items() if word in name), default=0.0)


def mirrored(picture: Float, laid: Laid, stand: Footing) -> float:
    """Likeness of the ground in front of the product to the product turned over, -1..1."""
    colours, cover = mirror_image(laid, stand)
    rows = np.arange(picture.shape[0])[:, None]
    below = rows - stand.low[None]
    region = (below > 0.01 * stand.tall) & (below < 0.4 * stand.tall) & (cover > 0.03) & (laid.alpha < 0.02)
    if region.sum() < 50:
        return 1.0
    sigma = max(0.8, 0.01 * stand.tall)
    seen, asked = blur(picture, sigma)[region], blur(colours, sigma)[region]
    seen, asked = seen - seen.mean(0), asked - asked.mean(0)
    energy = float(np.sqrt((seen**2).sum() * (asked**2).sum()))
    inner = float((seen * asked).sum()) / energy if energy > 1e-3 else 0.0
    return max(inner, _outlined(picture, cover, stand, region))


def _outlined(picture: Float, cover: Float, stand: Footing, region: Bool) -> float:
    """Likeness by outline: how differently the ground looks inside the image's outline and just outside it."""
    wide = cv2.dilate((cover > 0.03).astype(np.uint8), np.ones((1, 2 * int(0.08 * stand.tall) + 1), np.uint8)) > 0
    rows = np.arange(picture.shape[0])[:, None]
    beside = wide & (cover < 0.01) & (rows - stand.low[None] > 0.08 * stand.tall)
    beside &= rows - stand.low[None] < 0.4 * stand.tall
    inside = region & (rows - stand.low[None] > 0.08 * stand.tall)
    if beside.sum() < 50 or inside.sum() < 50:
        return 0.0
    a, b = picture[inside], picture[beside]
    gap = np.abs(np.median(a, 0) - np.median(b, 0)).max()
    spread = 0.5 * float(a.std() + b.std()) + 0.02
    return float(np.clip(gap / spread / 4, 0, 1))
