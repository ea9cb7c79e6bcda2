"""From nothing: which preset flatters a product, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from bgstudio.direction.palette import ProductColours
from bgstudio.direction.presets import Preset, Tag
from bgstudio.domain.cutout import Cutout, ViewReading
from bgstudio.domain.vocabulary import Vocabulary
from bgstudio.errors import BadScene
from bgstudio.pixels.alpha import premultiply
from bgstudio.pixels.colour import luminance, to_encoded
from bgstudio.pixels.resample import resize

STEEP = 15.0
"""Camera pitch in degrees above which most sets no longer fit under a product."""

LARGE_CM = 50.0
"""Height of a product from which on it stands on floors and not on tables."""

_JITTER = 0.9  # less than one fitting tag: the seed decides among equals, not against taste


@dataclass(frozen=True)
class Product:
    """What a product is like, as far as its picture tells.

    Attributes:
        tags: see ``presets.Tag``.
        aspect: width by height.
        gloss: 0 matt .. 1 mirror-like, a guess from small bright highlights.
        rest: ``standing``, ``lying`` or ``hanging``; standing where the cut-out is not sure.
        view: the camera's.
        cm: height in centimetres, or None.
    """

    tags: frozenset[Tag]
    aspect: float
    gloss: float
    rest: str
    view: ViewReading
    cm: float | None


def read_product(cutout: Cutout, colours: ProductColours, cm: float | None) -> Product:
    """Describe a product from its cut-out; ``cm`` is its height where it is known."""
    gloss = glossiness(cutout)
    tags: set[Tag] = set()
    if colours.lightness > 0.8:
        tags.add("light")
    if colours.lightness < 0.42:
        tags.add("dark")
    if colours.neutral:
        tags.add("neutral")
    elif colours.chroma > 0.11 and colours.lightness < 0.8:
        tags.add("vivid")
    elif colours.lightness > 0.66:
        tags.add("pastel")
    if gloss > 0.45:
        tags.add("glossy")
    if cutout.aspect < 0.62:
        tags.add("tall")
    if cutout.aspect > 1.35:
        tags.add("wide")
    if cm is not None and cm > LARGE_CM:
        tags.add("large")
    if cm is not None and cm < 12:
        tags.add("small")
    rest = cutout.view.rest if cutout.view.rest_sure else "standing"
    return Product(frozenset(tags), cutout.aspect, gloss, rest, cutout.view, cm)


def glossiness(cutout: Cutout) -> float:
    """A guess, 0 matt .. 1 mirror, from small highlights that stand out from their surroundings.

    Between one and five hundredths of the product they are reflections; more than that is white print.
    """
    rgb, alpha = cutout.cropped()
    h, w = alpha.shape
    k = min(1.0, 160 / max(h, w))
    size = (max(4, round(w * k)), max(4, round(h * k)))
    a = np.clip(resize(alpha, *size), 0, 1)
    light = to_encoded(np.clip(luminance(resize(premultiply(rgb, alpha), *size)), 0, 1))
    inside = cv2.erode((a > 0.95).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if inside.sum() < 50:
        return 0.0
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 6) + 1e-4
    around = cv2.GaussianBlur(light * inside, (0, 0), 6) / weight
    shine = inside & (light > 0.72) & (light - around > 0.16)
    part = float(shine[inside].mean())
    highlights, prints = min(1.0, max(0.0, part - 0.004) / 0.012), min(1.0, max(0.0, part - 0.05) / 0.03)
    return highlights * (1 - prints)


@dataclass(frozen=True)
class Leaning:
    """What words or a reference say about the look without naming a preset.

    Attributes:
        moods: words to be found among a preset's.
        dark: True or False where the picture shall be dark or must not be; None leaves it open.
        painted: a colour for the backdrop was named: looks whose backdrop takes any colour come first.
        avoid: sets and surfaces not wanted.
        surface: family that the look should stand on, or None.
        weight: 0..1, how much it counts.
    """

    moods: frozenset[str] = frozenset()
    dark: bool | None = None
    painted: bool = False
    avoid: frozenset[str] = frozenset()
    surface: str | None = None
    weight: float = 1.0


def fitting(
    presets: Iterable[Preset], product: Product, vocabulary: Vocabulary, moods: frozenset[str] = frozenset()
) -> tuple[Preset, ...]:
    """Presets that a product may stand in at all; the rules give way from the last to the first until one is left."""
    called = [p for p in presets if p.suits.automatic or moods & set(p.mood)]
    ready = tuple(p for p in called if vocabulary.find("set", p.set))
    rules: tuple[Callable[[Preset], bool], ...] = (
        lambda p: product.rest in p.suits.resting,
        lambda p: _size_fits(p, product, vocabulary),
        lambda p: _pitch_fits(p, product.view),
    )
    for count in (3, 2, 1, 0):
        left = tuple(p for p in ready if all(rule(p) for rule in rules[:count]))
        if left:
            return left
    raise BadScene(
        "None of the presets can be built by this renderer.",
        "No scene was made.",
        "Install a renderer with the sets that presets ask for, or add presets for the sets it has.",
    )


def _size_fits(preset: Preset, product: Product, vocabulary: Vocabulary) -> bool:
    if product.cm is None:
        return preset.suits.smallest_cm == 0
    term = vocabulary.find("set", preset.set)
    largest = min(preset.suits.largest_cm, term.largest_cm if term else math.inf)
    return preset.suits.smallest_cm <= product.cm <= largest


def _pitch_fits(preset: Preset, view: ViewReading) -> bool:
    if not view.sure or preset.camera.overhead:
        return True
    low, high = preset.suits.pitch
    slack = 2.0 if view.pitch <= STEEP else 0.0
    return low - 4 <= view.pitch <= high + slack


def pick(
    presets: Iterable[Preset],
    product: Product,
    colours: ProductColours,
    vocabulary: Vocabulary,
    seed: int,
    leaning: Leaning | None = None,
) -> tuple[Preset, str]:
    """The preset for a product and a sentence that says why.

    Tags that the preset flatters count for it, those it avoids against it, moods asked for most. Among near equals
    the seed and the product's own colours decide, so that a shelf of products does not all land in one set.
    """
    leaning = leaning or Leaning()
    choices = fitting(presets, product, vocabulary, leaning.moods)
    fingerprint = [seed, int(colours.hue // 20), int(colours.lightness * 8), int(4 * math.log2(product.aspect) + 40)]
    jitter = np.random.default_rng(fingerprint).uniform(0, _JITTER, 64)
    scored = [
        (_score(preset, product, leaning) + float(jitter[_slot(preset.name)]), preset.name, preset)
        for preset in choices
    ]
    best = max(scored, key=lambda row: (row[0], row[1]))[2]
    return best, _reason(best, product, leaning)


def _slot(name: str) -> int:
    """A place in the jitter that stays the same when presets are added."""
    return sum(ord(c) * (i + 1) for i, c in enumerate(name)) % 64


def _score(preset: Preset, product: Product, leaning: Leaning) -> float:
    suits = preset.suits
    score = float(len(product.tags & set(suits.tags))) - 1.5 * len(product.tags & set(suits.avoid))
    score -= 0.12 * len(suits.tags)  # a preset does not win by claiming to suit everything
    score += leaning.weight * 2.0 * min(2, len(leaning.moods & set(preset.mood)))
    if leaning.dark is not None:
        score += leaning.weight * (1.5 if leaning.dark == preset.dark else -2.5)
    if leaning.painted and all(recipe.hex is None for recipe in preset.palette.backdrop):
        score += 1.5 if preset.camera.depth_of_field < 0.5 else 0.0
    if leaning.avoid & {preset.set, *preset.home_of}:
        score -= 6.0
    if leaning.surface is not None and leaning.surface in preset.home_of:
        score += 1.5 * leaning.weight
    return score


_SAY: dict[Tag, str] = {
    "pastel": "gentle in colour",
    "vivid": "strong in colour",
    "neutral": "without a colour of its own",
    "dark": "dark",
    "light": "light",
    "glossy": "glossy",
    "tall": "tall",
    "wide": "wide",
    "large": "large",
    "small": "small",
}


def _reason(preset: Preset, product: Product, leaning: Leaning) -> str:
    moods = sorted(leaning.moods & set(preset.mood))
    traits = [_SAY[tag] for tag in preset.suits.tags if tag in product.tags]
    title = preset.title.lower()
    if product.rest == "lying":
        return f"The product lies and was seen from above, so the look is '{title}'."
    if product.rest == "hanging":
        return f"The product hangs and has no foot to stand on, so the look is '{title}'."
    if moods:
        return f"The look '{title}' was chosen because it is {' and '.join(moods)}."
    if leaning.dark and preset.dark:
        return f"The look '{title}' was chosen because the picture is to be dark."
    if leaning.painted:
        return f"The look '{title}' was chosen because its backdrop takes the colour that was asked for."
    if product.view.sure and product.view.pitch > STEEP:
        return f"The photo was taken from high up, and the look '{title}' suits that."
    if traits:
        return f"The look '{title}' was chosen because the product is {' and '.join(traits[:3])}."
    return f"The look '{title}' was chosen by the seed: nothing about the product asks for another."
