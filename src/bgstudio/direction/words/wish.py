"""What a prompt asks for, and how it changes a scene."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.direction.auto import Leaning
from bgstudio.direction.build import pitch_for
from bgstudio.direction.palette import from_lab, to_lab
from bgstudio.direction.presets import NO_GOBO
from bgstudio.direction.words.colours import PASTEL
from bgstudio.direction.words.touches import TOUCHES, Touch
from bgstudio.domain.cutout import ViewReading
from bgstudio.domain.scene import Palette, Scene
from bgstudio.domain.vocabulary import Vocabulary

NATURAL: dict[str, str] = {
    "marble-white": "#e9e5df",
    "marble-dark": "#3c4543",
    "oak": "#c49a6c",
    "walnut": "#6b4a34",
    "concrete": "#b5b0a8",
    "slate": "#3a3d42",
    "acrylic-black": "#0c0c0e",
    "acrylic-white": "#f1f1f0",
    "sand": "#dcc8a8",
    "terrazzo": "#e6e0d6",
    "linen": "#e2d8c8",
    "tiles": "#dfe6e2",
}
"""Colours that materials have by themselves, for those asked for without a colour."""


FIRM: dict[str, str] = {
    "marble-white": "Marble",
    "marble-dark": "Marble",
    "oak": "Wood",
    "walnut": "Wood",
    "acrylic-black": "Black acrylic",
    "marble": "Marble",
    "acrylic": "Black acrylic",
}
"""Surfaces and sets whose material takes a colour only as a hint."""


@dataclass(frozen=True)
class Wish:
    """What was understood of a prompt.

    Attributes:
        preset, set, surface, gobo: by name, or None.
        props: asked for; ``without``: not wanted; ``bare``: none at all.
        avoid: sets and surfaces not wanted.
        colours: role (``backdrop``, ``surface``, ``accent``, ``accent2``) to ``#rrggbb``.
        touches: names of light, mood and camera changes, in the order they were said.
        product_cm, product_wide_cm: size said in words; ``usual_cm``: of such a product.
        garment: the product is called something to wear that has no foot to stand on.
        taken: what was understood, as (words of the prompt, what they were taken for).
        unknown: parts not understood.
        beyond: (words of the prompt, kind of thing that cannot be made).
        refused: sentences about what is not done.
    """

    preset: str | None = None
    set: str | None = None
    surface: str | None = None
    gobo: str | None = None
    props: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    bare: bool = False
    colours: dict[str, str] = field(default_factory=dict)
    touches: tuple[str, ...] = ()
    product_cm: float | None = None
    product_wide_cm: float | None = None
    usual_cm: float | None = None
    garment: bool = False
    taken: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    beyond: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()

    def all_touches(self) -> tuple[Touch, ...]:
        """The touches themselves."""
        return tuple(TOUCHES[name] for name in self.touches)

    def height_cm(self, aspect: float) -> float | None:
        """Height of the product in centimetres, said or usual, held within what a scene takes."""
        cm = self.product_cm
        if cm is None and self.product_wide_cm is not None:
            cm = self.product_wide_cm / aspect
        if cm is None:
            cm = self.usual_cm
        return None if cm is None else min(1000.0, max(0.3, cm))

    def leaning(self) -> Leaning:
        """What the words say of a look without naming one."""
        dark: bool | None = None
        for touch in self.all_touches():
            dark = touch.dark if touch.dark is not None else dark
        moods = frozenset(mood for touch in self.all_touches() for mood in touch.moods)
        backdrop = self.colours.get("backdrop")
        if backdrop is not None and dark is None:
            dark = True if to_lab(backdrop)[0] < 0.30 else None
        return Leaning(moods, dark, painted=backdrop is not None, avoid=self.avoid)


def apply_wish(scene: Scene, wish: Wish, vocabulary: Vocabulary, view: ViewReading) -> Scene:
    """The scene with everything that the words asked for; the set is kept, see ``Director`` for choosing it."""
    update: dict[str, object] = {}
    gobo, props = scene.gobo, scene.props
    for touch in wish.all_touches():
        if touch.gobo is not None and (touch.gobo == NO_GOBO or vocabulary.find("gobo", touch.gobo)):
            gobo = touch.gobo
        bare = touch.bare and not wish.props
        props = () if bare else props
    if wish.gobo is not None:
        gobo = wish.gobo
    mood_props = tuple(name for touch in wish.all_touches() for name in touch.props if vocabulary.find("prop", name))
    if wish.props or mood_props:
        props = tuple(dict.fromkeys((*wish.props, *mood_props)))
    if wish.bare and not wish.props:
        props = ()
    if props is not None:
        props = tuple(name for name in props if name not in wish.without)
    elif wish.without:
        props = ()  # the set's own props are not known here; an unwanted one must not slip in
    if wish.surface is not None:
        update["surface"] = wish.surface
    scene = _light(scene, wish.all_touches())
    scene = _camera(scene, wish.all_touches(), vocabulary, view)
    update |= {"gobo": gobo, "props": props, "palette": _palette(scene.palette, wish)}
    return scene.model_copy(update=update)


def _light(scene: Scene, touches: tuple[Touch, ...]) -> Scene:
    key = scene.key.model_dump()
    fill, exposure = scene.fill, scene.exposure
    for touch in touches:
        for name in ("side", "azimuth", "elevation", "softness", "warmth"):
            value = getattr(touch, name)
            if value is not None:
                key[name] = value
        key["ratio"] = _clip(key["ratio"] + touch.ratio, -2, 2)
        fill = _clip(fill * touch.fill, 0.2, 3)
        exposure = _clip(exposure + touch.exposure, -2, 2)
    return scene.model_copy(update={"key": type(scene.key).model_validate(key), "fill": fill, "exposure": exposure})


def _camera(scene: Scene, touches: tuple[Touch, ...], vocabulary: Vocabulary, view: ViewReading) -> Scene:
    camera = scene.camera.model_dump()
    for touch in touches:
        if touch.depth_of_field is not None:
            camera["depth_of_field"] = touch.depth_of_field
        if touch.x is not None:
            camera["x"] = touch.x
        if touch.size != 1:
            for name, power in (("max_height", 1.0), ("max_width", 1.0), ("area", 2.0)):
                camera[name] = _clip(camera[name] * touch.size**power, 0.05, 0.9)
    camera["pitch"] = pitch_for(scene.set, view, vocabulary)
    return scene.model_copy(update={"camera": type(scene.camera).model_validate(camera)})


def _palette(palette: Palette, wish: Wish) -> Palette:
    update = dict(wish.colours)
    follows = palette.surface == palette.backdrop
    if "backdrop" in update and follows and "surface" not in update:
        update["surface"] = update["backdrop"]
    if wish.surface is not None and "surface" not in update and wish.surface in NATURAL:
        update["surface"] = NATURAL[wish.surface]
    if update:
        update["origin"] = "prompt"
    palette = palette.model_copy(update=update)
    for touch in wish.all_touches():
        if touch.pastel:
            palette = _toned(palette, wish, lightness=PASTEL[0], chroma=(0.03, PASTEL[1]))
        if touch.strong:
            palette = _toned(palette, wish, lightness=None, chroma=(0.08, 0.16))
    return palette


def _toned(palette: Palette, wish: Wish, lightness: float | None, chroma: tuple[float, float]) -> Palette:
    """Colours that were not named, moved to a lightness and within a span of chroma."""
    update: dict[str, str] = {}
    for role in ("backdrop", "accent", "accent2"):
        if role in wish.colours:
            continue
        lab = to_lab(getattr(palette, role))
        c = float((lab[1] ** 2 + lab[2] ** 2) ** 0.5)
        if c < 0.006:  # a grey has no hue to strengthen
            continue
        factor = _clip(c, *chroma) / c
        moved = lab * [1, factor, factor]
        moved[0] = lightness if lightness is not None else moved[0]
        update[role] = from_lab(moved)
    if palette.surface == palette.backdrop and "backdrop" in update:
        update["surface"] = update["backdrop"]
    return palette.model_copy(update=update)


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def notes_of(wish: Wish, *, any_words: bool = False) -> tuple[str, ...]:
    """Sentences: what was taken from the words, what could not be placed, what cannot be made.

    Args:
        wish: what was understood.
        any_words: a model gets the words as they were said, so that it is no matter what was understood here.
    """
    if any_words:
        return wish.refused
    notes: list[str] = []
    if wish.taken:
        parts = [f"'{said}' as {meant}" if said.lower() != meant.lower() else f"'{said}'" for said, meant in wish.taken]
        notes.append(f"Taken from your words: {', '.join(parts)}.")
    if wish.unknown:
        notes.append(f"We could not place: {', '.join(repr_of(part) for part in wish.unknown)}. The rest was followed.")
    kinds: dict[str, list[str]] = {}
    for said, kind in wish.beyond:
        kinds.setdefault(kind, []).append(repr_of(said))
    notes += [
        f"{', '.join(said)}: this renderer cannot make {kind}. That needs a generative backend; the rest was followed."
        for kind, said in kinds.items()
    ]
    firm = FIRM.get(wish.surface or wish.set or "")
    if firm is not None and "surface" in wish.colours:
        notes.append(
            f"{firm} takes the colour asked for only as a hint; linen, plaster, paper and tiles take all of it."
        )
    return (*notes, *wish.refused)


def repr_of(text: str) -> str:
    """A part of a prompt between single quotes."""
    return f"'{text.strip()}'"
