"""A vocabulary of the shape that a renderer publishes, and products drawn from numbers."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.domain.cutout import Cutout, LightReading, ViewReading
from bgstudio.domain.picture import Picture
from bgstudio.domain.vocabulary import Kind, Term, Vocabulary
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Float

_SETS: dict[str, tuple[str, ...]] = {
    "sweep": ("seamless studio", "plain background", "studio backdrop", "seamless paper sweep"),
    "arch": ("arch", "arched niche", "podium", "pedestal", "round podium"),
    "acrylic": ("black acrylic", "glossy black", "black mirror", "reflective black surface"),
    "marble": ("marble counter", "kitchen counter", "kitchen", "worktop"),
    "oak": ("wooden table", "oak table", "wood table", "desk", "sideboard"),
    "linen": ("linen cloth", "fabric backdrop", "tablecloth", "draped fabric"),
    "concrete": ("concrete wall", "industrial loft", "bare concrete"),
    "terrazzo": ("terrazzo plinth", "geometric blocks", "memphis style"),
    "water": ("water", "pond", "shallow water", "ripples", "spa"),
    "terrace": ("terrace", "patio", "mediterranean terrace", "stucco wall in the sun", "seaside terrace"),
    "slate": ("slate slab", "dark rock", "black stone slab"),
    "packshot": ("white packshot", "pure white background", "marketplace white", "amazon main image"),
    "paper": ("coloured paper", "paper cut-outs", "cardstock", "colour block paper"),
    "snow": ("snow", "snowy landscape", "winter scene"),
    "flatlay": ("flat lay", "top-down arrangement", "knolling"),
    "wall": ("plaster wall", "hanging on a wall", "on a hanger"),
    "living": ("living room", "lounge", "home interior"),
}
_LIMITS: dict[str, tuple[tuple[float, float], float]] = {
    "sweep": ((0, 20), 120),
    "arch": ((2, 16), 45),
    "terrace": ((4, 16), 80),
    "living": ((3, 18), 260),
    "flatlay": ((0, 90), 200),
    "packshot": ((0, 40), 400),
    "oak": ((3, 26), 50),
    "concrete": ((0, 26), 90),
}
_SURFACES: dict[str, tuple[str, ...]] = {
    "marble-white": ("white marble", "marble", "carrara"),
    "marble-dark": ("dark marble", "black marble", "green marble"),
    "oak": ("oak", "light wood", "wood", "wooden"),
    "walnut": ("walnut", "dark wood"),
    "concrete": ("concrete", "cement"),
    "plaster": ("plaster", "stucco"),
    "linen": ("linen", "cotton cloth"),
    "terrazzo": ("terrazzo",),
    "slate": ("slate", "dark stone"),
    "acrylic-black": ("black acrylic", "black plexiglass", "black glass"),
    "acrylic-white": ("white acrylic", "white plexiglass", "glossy white"),
    "paper": ("paper", "cardboard"),
    "tiles": ("tiles", "ceramic tiles", "bathroom tiles"),
    "sand": ("sand", "beach sand"),
}
_GOBOS: dict[str, tuple[str, ...]] = {
    "window": ("window light", "window shadow", "light through a window"),
    "leaves": ("leaf shadows", "palm shadows", "dappled light"),
    "blinds": ("blinds", "venetian blinds", "striped shadows"),
}
_PROPS: dict[str, tuple[str, ...]] = {
    "eucalyptus": ("eucalyptus", "green leaves", "plants", "greenery", "foliage"),
    "stones": ("stones", "pebbles", "rocks"),
    "spheres": ("spheres", "balls", "orbs"),
    "blocks": ("blocks", "cubes", "boxes"),
    "books": ("books",),
    "vase": ("vase", "flower vase"),
    "petals": ("petals", "rose petals", "flowers"),
    "fir": ("fir branches", "pine twigs", "christmas tree branches"),
    "baubles": ("baubles", "christmas ornaments", "christmas decorations"),
    "dried-grass": ("dried grass", "pampas grass", "dried flowers"),
    "drops": ("water drops", "droplets", "dew"),
    "bowl": ("bowl", "ceramic bowl"),
    "citrus": ("citrus", "lemons", "oranges", "citrus slices"),
}


def _terms() -> tuple[Term, ...]:
    rows: list[Term] = []
    for name, words in _SETS.items():
        pitch, largest = _LIMITS.get(name, ((2, 14), 60))
        rows.append(Term("set", name, name, words, pitch, largest))
    others: tuple[tuple[Kind, dict[str, tuple[str, ...]]], ...] = (
        ("surface", _SURFACES),
        ("gobo", _GOBOS),
        ("prop", _PROPS),
    )
    rows += [Term(kind, name, name, words) for kind, table in others for name, words in table.items()]
    return tuple(rows)


VOCABULARY = Vocabulary(_terms())


def product(
    colours: tuple[str, ...] = ("#3366cc",),
    width: int = 60,
    height: int = 120,
    light: LightReading | None = None,
    view: ViewReading | None = None,
    shine: float = 0.0,
) -> Cutout:
    """A box of vertical stripes in the given colours on an empty ground, with an optional round highlight."""
    pad = 10
    rgb = np.zeros((height + 2 * pad, width + 2 * pad, 3), np.float32)
    alpha = np.zeros(rgb.shape[:2], np.float32)
    alpha[pad:-pad, pad:-pad] = 1
    for i, colour in enumerate(colours):
        left, right = (pad + width * k // len(colours) for k in (i, i + 1))
        rgb[pad:-pad, left:right] = hex_to_linear(colour)
    if shine:
        cv2.circle(rgb, (pad + width // 3, pad + height // 4), max(2, int(width * shine)), (1, 1, 1), -1)
    box = bounding_box(alpha)
    assert box is not None
    return Cutout(rgb, alpha, alpha, box, "own alpha", light=light or LightReading(), view=view or ViewReading())


def picture(rgb: Float) -> Picture:
    return Picture(rgb.astype(np.float32))
