"""Picture -> Cutout: the order of the steps."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from bgstudio.cutout import doubt
from bgstudio.cutout.backdrop import find_backdrop, unmix
from bgstudio.cutout.edges import in_linear_light, sharpen
from bgstudio.cutout.foreground import foreground
from bgstudio.cutout.hints import Hint, brushed, check_hint, shown_part, within
from bgstudio.cutout.passes import Looks, ask_another, decide, look_closest, look_once, look_twice, pasted
from bgstudio.cutout.questions import find_doubts
from bgstudio.cutout.reading import read_scene
from bgstudio.cutout.tidy import solid, without_crumbs
from bgstudio.domain.cutout import Box, Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Cancel, MatteModel, Progress, check, never, silent
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.memory import give_back
from bgstudio.pixels.resample import resize
from bgstudio.pixels.types import Byte, Float

WORK = 1200
"""Longest side of the picture that the contour is worked out on; finer pictures get it lifted."""

PREVIEW_WORK = 720


class CutoutMaker:
    """Cuts products out of photos.

    Args:
        model: the network; see ``networks``.
        preview_model: a faster one for previews, and for a part that finished cut-outs look at once more from close by;
            None takes ``model``.
        second_opinion: another network with finer edges, asked once more for finished cut-outs; None for none.
    """

    def __init__(
        self,
        model: MatteModel,
        preview_model: MatteModel | None = None,
        second_opinion: MatteModel | None = None,
    ) -> None:
        self._model = model
        self._preview_model = preview_model or model
        self._second_opinion = second_opinion

    def __call__(
        self,
        picture: Picture,
        *,
        preview: bool = False,
        hint: Hint | None = None,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> Cutout:
        """Cut the product out of ``picture``.

        Args:
            picture: the photo. One that is transparent already keeps its own alpha: see ``from_own_alpha``.
            preview: look once with the faster network, and refine lightly.
            hint: a box or strokes by the person.
            progress: told the step.
            cancel: asked between steps.

        Raises:
            NoProductFound: nothing, or everything, was found.
            UsageError: the hint does not fit the photo.
            Cancelled: ``cancel`` said so between steps.
        """
        if picture.alpha is not None:
            return from_own_alpha(picture)
        hint = hint or Hint()
        check_hint(hint, picture.width, picture.height)
        check(cancel)
        progress("Looking for the product", 0.0)
        scale = min(1.0, (PREVIEW_WORK if preview else WORK) / max(picture.width, picture.height))
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        rgb, part = linear_to_bytes(resize(picture.rgb, *size)), shown_part(hint, scale, *size)
        cell = max(part[2] - part[0], part[3] - part[1]) / 320
        looks, model = self._look(rgb, part, cell, preview)
        give_back()  # what the network worked with, before the renderer needs it
        looks = replace(looks, matte=brushed(rgb, looks.matte, hint))
        check(cancel)
        progress("Finding the contour", 0.7)
        image = np.asarray(rgb / np.float32(255), np.float32)
        matte = find_contour(image, looks.matte, cell, (8,) if preview else (3, 8, 24))
        if hint.box is not None:
            matte = within(matte, hint.box, scale)
        doubt.require_product(matte)
        check(cancel)
        progress("Taking the backdrop's colour off the edges", 0.85)
        alpha = _lift(matte, picture.width, picture.height)
        confidence = doubt.confidence(matte, looks, cell)
        doubts = find_doubts(image, matte, looks, confidence, cell, scale)
        sure = _lift(confidence, picture.width, picture.height)
        return replace(_finish(picture.rgb, alpha, sure, model, _notes(preview, hint)), doubts=doubts)

    def _look(self, rgb: Byte, part: Box, cell: float, preview: bool) -> tuple[Looks, str]:
        """What the networks say of a part of the working picture, and their names."""
        left, top, right, bottom = part
        shown = np.ascontiguousarray(rgb[top:bottom, left:right])
        model = self._preview_model if preview else self._model
        names = [model.name]
        looks = look_once(model, shown) if preview else look_twice(model, shown, cell)
        if self._second_opinion is not None and not preview:
            looks = ask_another(looks, self._second_opinion, shown, cell)
            names.append(self._second_opinion.name)
        if not preview:
            before, looks = looks, look_closest(looks, self._preview_model, shown, cell)
            if looks is not before and self._preview_model.name not in names:
                names.append(self._preview_model.name)
        return pasted(looks, part, rgb.shape[1], rgb.shape[0]), " and ".join(names)


def find_contour(image: Float, matte: Float, cell: float, reaches: tuple[float, ...] = (3, 8, 24)) -> Float:
    """The networks' coarse matte to the final one, at the same size.

    Args:
        image: float32 (H, W, 3), encoded sRGB 0..1.
        matte: float32 (H, W), 0..1, as soft as the network left it.
        cell: pixels of ``image`` per pixel that the network saw.
        reaches: reaches of the colour models in cells.

    Returns:
        float32 (H, W), 0..1, of linear light.
    """
    alpha = decide(matte, cell)
    backdrop = find_backdrop(image, matte)
    if backdrop is not None:
        alpha = unmix(image, alpha, matte, backdrop, cell)
    alpha = in_linear_light(image, sharpen(image, alpha, cell, reaches), cell)
    return without_crumbs(solid(alpha, cell), matte, cell)


def _notes(preview: bool, hint: Hint) -> tuple[str, ...]:
    notes = []
    if preview:
        notes.append("A preview: the photo was looked at once, and edges are coarser than in the finished picture.")
    if hint.box is not None:
        notes.append("Only what lies inside the drawn box was taken.")
    if hint.keep is not None or hint.drop is not None:
        notes.append("Brush strokes were followed.")
    return tuple(notes)


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
