"""What a person adds to a photo when the network is wrong: a box around the product, or strokes of a brush.

Strokes are spread over what looks alike by GrabCut (Rother, Kolmogorov and Blake, 2004) on a small picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from bgstudio.domain.cutout import Box
from bgstudio.domain.picture import Picture
from bgstudio.errors import UsageError
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Bool, Byte, Float

_SIDE = 512
"""Longest side of the picture that strokes are spread on."""

_ROUNDS = 3
_COLOURS, _LIKENESS = 3, 14.0
"""Colours told apart in a stroke, and difference in 8-bit CIELAB up to which a pixel is like one of them."""

_MARGIN = 0.06
"""Surroundings of a box that the network is shown, in parts of its longer side."""


@dataclass(frozen=True, eq=False)
class Hint:
    """A person's help.

    Attributes:
        box: the whole product lies inside, in pixels of the photo; None for no box.
        keep: bool (H, W) at the photo's size, painted as product; None for no stroke.
        drop: bool (H, W), painted as backdrop; wins where both are painted.
    """

    box: Box | None = None
    keep: Bool | None = None
    drop: Bool | None = None


def check_hint(hint: Hint, width: int, height: int) -> None:
    """Raise ``UsageError`` for a hint that does not fit a photo of this size."""
    if hint.box is not None:
        left, top, right, bottom = hint.box
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise UsageError(
                f"The box {hint.box} does not lie inside the photo of {width} x {height} pixels.",
                remedy="Give left, top, right and bottom in pixels of the photo.",
            )
        if (right - left) < 16 or (bottom - top) < 16:
            raise UsageError("The box is smaller than 16 pixels.", remedy="Draw it around the whole product.")
    for stroke in (hint.keep, hint.drop):
        if stroke is not None and stroke.shape != (height, width):
            raise UsageError(
                f"The strokes are {stroke.shape[1]} x {stroke.shape[0]} pixels, the photo is {width} x {height}.",
                remedy="Paint them at the photo's size.",
            )


def shown_part(hint: Hint, scale: float, width: int, height: int) -> Box:
    """The part of a working picture of this size that the network is shown: a drawn box with some surroundings.

    ``scale`` is working pixels per photo pixel.
    """
    if hint.box is None:
        return 0, 0, width, height
    left, top, right, bottom = (value * scale for value in hint.box)
    pad = _MARGIN * max(right - left, bottom - top)
    return (
        max(0, int(left - pad)),
        max(0, int(top - pad)),
        min(width, int(right + pad) + 1),
        min(height, int(bottom + pad) + 1),
    )


def within(matte: Float, box: Box, scale: float) -> Float:
    """``matte`` with nothing left outside a box given in pixels of the photo."""
    left, top, right, bottom = (round(value * scale) for value in box)
    out = np.zeros_like(matte)
    out[top:bottom, left:right] = matte[top:bottom, left:right]
    return out


def hinted(picture: Picture, hint: Hint) -> Picture:
    """A picture whose own alpha follows a hint: nothing outside the box, strokes taken literally.

    Raises:
        UsageError: the hint does not fit the picture.
    """
    check_hint(hint, picture.width, picture.height)
    if picture.alpha is None:
        return picture
    alpha = picture.alpha if hint.box is None else within(picture.alpha, hint.box, 1.0)
    alpha = alpha.copy()
    if hint.keep is not None:
        alpha[hint.keep] = 1
    if hint.drop is not None:
        alpha[hint.drop] = 0
    return replace(picture, alpha=alpha)


def brushed(rgb: Byte, matte: Float, hint: Hint) -> Float:
    """``matte`` corrected by strokes.

    Args:
        rgb: uint8 (h, w, 3), encoded sRGB, the working picture.
        matte: float32 (h, w), 0..1.
        hint: strokes at the photo's size.

    Returns:
        float32 (h, w), 0..1. Only areas that hang on a stroke change: a stroke at the handle leaves the rest alone.
    """
    if hint.keep is None and hint.drop is None:
        return matte
    h, w = matte.shape
    scale = min(1.0, _SIDE / max(h, w))
    size = (max(16, round(w * scale)), max(16, round(h * scale)))
    keep, drop = _stroke(hint.keep, size), _stroke(hint.drop, size)
    keep &= ~drop
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    before = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA)) > 0.5
    after = _spread(small, before, keep, drop)
    changed, labels = cv2.connectedComponents((after != before).astype(np.uint8), connectivity=8)
    touched = np.zeros(changed, bool)
    touched[np.unique(labels[keep | drop])] = True
    touched[0] = False
    change = np.asarray(touched[labels] | keep | drop)
    weight = cv2.resize(blur(change.astype(np.float32), 1.0), (w, h), interpolation=cv2.INTER_LINEAR)
    target = cv2.resize(blur(((after & ~drop) | keep).astype(np.float32), 1.0), (w, h), interpolation=cv2.INTER_LINEAR)
    weight = np.clip(2 * np.asarray(weight, np.float32), 0, 1)
    out = np.clip(matte + weight * (target - matte), 0, 1).astype(np.float32)
    # What was painted itself is not up for discussion.
    for stroke, value in ((hint.keep, 1), (hint.drop, 0)):
        if stroke is not None:
            out[_stroke(stroke, (w, h))] = value
    return out


def _stroke(stroke: Bool | None, size: tuple[int, int]) -> Bool:
    if stroke is None:
        return np.zeros(size[::-1], bool)
    # A thin stroke must not get lost on the small picture: any touched pixel counts.
    small = cv2.resize(stroke.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small > 0.05)


def _alike(rgb: Byte, stroke: Bool) -> Bool:
    """What has one of the stroke's colours and hangs together with it."""
    if not stroke.any():
        return stroke
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    cv2.setRNGSeed(1)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    painted = lab[stroke]
    count = min(_COLOURS, len(painted))
    _, _, centres = cv2.kmeans(painted, count, np.zeros((0, 0), np.int32), rule, 2, cv2.KMEANS_PP_CENTERS)
    near = np.zeros(stroke.shape, bool)
    for centre in np.asarray(centres, np.float32):
        near |= np.asarray(((lab - centre) ** 2).sum(-1) < _LIKENESS**2)
    parts, labels = cv2.connectedComponents((near | stroke).astype(np.uint8), connectivity=4)
    touched = np.zeros(parts, bool)
    touched[np.unique(labels[stroke])] = True
    return np.asarray(touched[labels])


def _spread(rgb: Byte, before: Bool, keep: Bool, drop: Bool) -> Bool:
    """GrabCut from what was found before, with the strokes as certainties."""
    guess = (before | _alike(rgb, keep)) & ~_alike(rgb, drop)
    labels = np.where(guess, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[keep], labels[drop] = cv2.GC_FGD, cv2.GC_BGD
    if not (guess | keep).any() or (guess | keep).all():
        return (guess | keep) & ~drop
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(rgb[..., ::-1].copy(), labels, (0, 0, 0, 0), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
