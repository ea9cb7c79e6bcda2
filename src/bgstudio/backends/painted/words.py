"""What a model is told in words: the person's own first, then the scene's."""

from __future__ import annotations

import numpy as np

from bgstudio.domain.scene import KeyLight, Scene
from bgstudio.domain.shot import Shot
from bgstudio.domain.vocabulary import Kind, Vocabulary
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklch

AVOID = (
    "second product, duplicate, extra parts, hands, people, text, letters, logo, watermark, frame, border, "
    "object in front of the product, floating product, distorted product, cropped product, blurry, low quality"
)

HUES = (
    (10, "pink"), (35, "red"), (55, "terracotta"), (75, "orange"), (100, "yellow"), (128, "olive green"),
    (158, "green"), (185, "teal"), (225, "turquoise"), (262, "blue"), (290, "indigo"), (325, "violet"),
    (350, "magenta"), (361, "pink"),
)  # fmt: skip
"""Upper ends of hue, degrees in OKLCh, with the name that English has for what lies below."""


def prompt(shot: Shot, vocabulary: Vocabulary) -> str:
    """The scene in English sentences; never empty."""
    scene = shot.scene
    said = " ".join(shot.words.split())
    parts = [said if not said or said[-1] in ".!?" else said + "."] if said else []
    parts.append("Professional product photograph with a real camera.")
    parts.append(_place(scene, vocabulary))
    parts.append(_light(scene.key))
    parts.append(_colours(scene))
    parts.append(_camera(scene))
    parts.append(
        "The product keeps its exact shape, size, place and colours. Nothing touches or covers it; "
        "there is no second product, no text and no person."
    )
    return " ".join(parts)


def _label(vocabulary: Vocabulary, kind: Kind, name: str) -> str:
    term = vocabulary.find(kind, name)
    text = term.label if term is not None else name.replace("-", " ")
    return text[:1].lower() + text[1:]


def _place(scene: Scene, vocabulary: Vocabulary) -> str:
    place = _label(vocabulary, "set", scene.set)
    surface = _label(vocabulary, "surface", scene.surface) if scene.surface else ""
    ground = surface or "the ground"
    if scene.camera.overhead:
        text = f"The product lies flat on {ground}, with a soft contact shadow around it."
    else:
        text = f"The product stands firmly on {ground}, with a dark, tight contact shadow at its foot."
    props = [_label(vocabulary, "prop", name) for name in scene.props or ()]
    beside = f" At some distance behind and beside it: {', '.join(props)}." if props else ""
    return f"Setting: {place}. {text}{beside}"


def _light(key: KeyLight) -> str:
    height = "low" if key.elevation < 25 else "high" if key.elevation > 55 else ""
    kind = (
        "hard, crisp sunlight" if key.softness < 0.2 else "soft window light" if key.softness > 0.6 else "studio light"
    )
    warmth = "warm" if key.warmth > 0.25 else "cool" if key.warmth < -0.25 else ""
    depth = "the front" if key.azimuth < 25 else f"the {key.side}"
    back = ", slightly from behind" if key.azimuth > 110 else ""
    words = " ".join(word for word in (height, warmth, kind) if word)
    fall = {"left": "right", "right": "left"}[key.side]
    shadow = "" if key.azimuth < 25 else f"; the shadow falls to the {fall}"
    return f"{words[:1].upper()}{words[1:]} from {depth}{back}{shadow}."


def _colours(scene: Scene) -> str:
    palette = scene.palette
    accents = list(dict.fromkeys([colour_name(palette.accent), colour_name(palette.accent2)]))
    return (
        f"Colours: {colour_name(palette.backdrop)} background, {colour_name(palette.surface)} ground, "
        f"accents in {' and '.join(accents)}."
    )


def _camera(scene: Scene) -> str:
    camera = scene.camera
    if camera.overhead:
        view = "seen from straight above"
    elif camera.pitch < 4:
        view = "seen at eye level"
    elif camera.pitch < 14:
        view = "seen from slightly above"
    elif camera.pitch < 35:
        view = f"seen from above at about {round(camera.pitch / 5) * 5:d} degrees"
    else:
        view = "seen from steeply above"
    depth = " Shallow depth of field, the background melts away." if camera.depth_of_field > 0.3 else ""
    return f"The product is {view}.{depth}"


def colour_name(text: str) -> str:
    """The name that a person would give ``#rrggbb``."""
    lightness, chroma, hue = linear_to_oklch(np.asarray(hex_to_linear(text)))
    if chroma < 0.022:
        for below, name in ((0.22, "black"), (0.42, "dark grey"), (0.72, "grey"), (0.93, "light grey")):
            if lightness < below:
                return name
        return "white"
    name = next(name for end, name in HUES if hue < end)
    if name in ("terracotta", "orange", "yellow") and chroma < 0.09:
        return (
            "cream"
            if lightness > 0.9
            else "beige"
            if lightness > 0.72
            else "brown"
            if lightness > 0.3
            else "dark brown"
        )
    tone = (
        "dark "
        if lightness < 0.42
        else "pale "
        if lightness > 0.86 or chroma < 0.05
        else "light "
        if lightness > 0.76
        else ""
    )
    return tone + name
