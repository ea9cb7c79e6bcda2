"""Picture -> Cutout: the order of the steps."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from bgstudio.cutout import doubt
from bgstudio.cutout.backdrop import find_backdrop, unmix
from bgstudio.cutout.edges import sharpen
from bgstudio.cutout.foreground import foreground
from bgstudio.cutout.passes import Looks, decide, look_once, look_twice
from bgstudio.cutout.questions import find_doubts
from bgstudio.cutout.reading import read_scene
from bgstudio.cutout.tidy import solid, without_crumbs
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Cancel, MatteModel, Progress, check, never, silent
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Float

WORK = 1200
"""Longest side of the picture that the contour is worked out on; finer pictures get it lifted."""

PREVIEW_WORK = 720


class CutoutMaker:
    """Cuts products out of photos.

    Args:
        model: the network; see ``networks``.
        preview_model: a faster one for previews; None takes ``model``.
    """

    def __init__(self, model: MatteModel, preview_model: MatteModel | None = None) -> None:
        self._model = model
        self._preview_model = preview_model or model

    def __call__(
        self,
        picture: Picture,
        *,
        preview: bool = False,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Cutout:
        """Cut the product out of ``picture``.

        A picture that is transparent already keeps its own alpha: see ``from_own_alpha``.

        Raises:
            NoProductFound: nothing, or everything, was found.
            Cancelled: ``cancel`` said so between steps.
        """
        if picture.alpha is not None:
            return from_own_alpha(picture)
        check(cancel)
        progress("Looking for the product", 0.0)
        model = self._preview_model if preview else self._model
        scale = min(1.0, (PREVIEW_WORK if preview else WORK) / max(picture.width, picture.height))
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        rgb, cell = linear_to_bytes(resize(picture.rgb, *size)), max(size) / 320
        looks = look_once(model, rgb) if preview else look_twice(model, rgb, cell)
        check(cancel)
        progress("Finding the contour", 0.7)
        image = np.asarray(rgb / np.float32(255), np.float32)
        matte, notes = self._contour(image, looks, cell, preview)
        doubt.require_product(matte)
        check(cancel)
        progress("Taking the backdrop's colour off the edges", 0.85)
        alpha = _lift(matte, picture.width, picture.height)
        confidence = doubt.confidence(matte, looks, cell)
        doubts = find_doubts(image, matte, looks, confidence, cell, scale)
        sure = _lift(confidence, picture.width, picture.height)
        return replace(_finish(picture.rgb, alpha, sure, model.name, notes), doubts=doubts)

    def _contour(self, image: Float, looks: Looks, cell: float, preview: bool) -> tuple[Float, tuple[str, ...]]:
        matte = decide(looks.matte, cell)
        backdrop = find_backdrop(image, looks.matte)
        if backdrop is not None:
            matte = unmix(image, matte, backdrop, cell)
        matte = sharpen(image, matte, cell, (8,) if preview else (3, 8, 24))
        return without_crumbs(solid(matte, cell), looks.matte, cell), ()


def from_own_alpha(picture: Picture) -> Cutout:
    """The cut-out that a transparent picture already is.

    Raises:
        NoProductFound: the picture has no alpha, or nothing in it is opaque.
    """
    if picture.alpha is None:
        raise doubt.nothing_found(1.0)
    if not (picture.alpha > 0.5).any():
        raise doubt.nothing_found(0.0)
    sure = np.ones_like(picture.alpha)
    return _finish(picture.rgb, picture.alpha, sure, "own alpha", ("The photo's own transparency was used.",), own=True)


def _finish(rgb: Float, alpha: Float, sure: Float, model: str, notes: tuple[str, ...], own: bool = False) -> Cutout:
    """Colours, box and readings around an alpha that is final."""
    box = bounding_box(alpha)
    if box is None:
        raise doubt.nothing_found(0.0)
    colours = rgb if own else foreground(rgb, alpha)
    view, light = read_scene(colours, alpha)
    return Cutout(rgb=colours, alpha=alpha, confidence=sure, box=box, model=model, notes=notes, view=view, light=light)


def _lift(values: Float, width: int, height: int) -> Float:
    if values.shape == (height, width):
        return values
    return np.clip(cv2.resize(values, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1).astype(np.float32)
