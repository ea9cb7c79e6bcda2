"""What the brief says in so many fields: it goes before words, reference and preset, and the notes say so."""

from __future__ import annotations

import difflib

from bgstudio.direction.build import pitch_for, sinking_note, sinks
from bgstudio.direction.palette import ProductColours
from bgstudio.direction.presets import NO_GOBO
from bgstudio.direction.words import FIRM, NATURAL, Wish
from bgstudio.domain.brief import Brief, Height
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.scene import KeyLight, Palette, Scene
from bgstudio.domain.vocabulary import Term, Vocabulary
from bgstudio.errors import UnknownSurface

ELEVATION: dict[Height, float] = {"low": 16.0, "mid": 38.0, "high": 62.0}
"""Degrees above the ground of the heights that can be asked for."""

NEAR_AXIS = 15.0
"""Degrees from straight in front or behind within which a light has no side of its own."""

PATTERNLESS = 0.3
"""Softness from which on what stands before the light draws no pattern any more."""

_MIRRORS = frozenset({"acrylic-black", "acrylic-white", "marble-white", "marble-dark", "tiles"})
_MIRRORING_SETS = frozenset({"acrylic", "marble", "water", "slate"})


def explicit(
    scene: Scene, brief: Brief, wish: Wish, cutout: Cutout, colours: ProductColours, vocabulary: Vocabulary
) -> Scene:
    """The scene as the brief's own fields have it, held within what its set can follow.

    Raises:
        UnknownSurface: the brief names a surface that the vocabulary lacks.
    """
    term = vocabulary.find("set", scene.set) or Term("set", scene.set, scene.set, ())
    scene, surfaced = _surface(scene, brief, term, vocabulary)
    scene, coloured = _colours(scene, brief, term)
    scene, lit = _light(scene, brief, wish, cutout, vocabulary)
    scene, held = hold(scene, term)
    scene = _framed(scene, brief, wish, cutout, vocabulary)
    notes = scene.notes + surfaced + coloured + lit + held + _shadow(brief) + _reflection(brief, scene, term)
    if "backdrop" in brief.palette and not term.white and sinks(scene, colours):
        notes += (sinking_note(),)
    side = cutout.light.side
    if side is not None and scene.key.side != side:
        notes += (f"The product itself is lit from the {side}; light from the other side may look wrong on it.",)
    return Scene.model_validate(scene.model_copy(update={"notes": tuple(dict.fromkeys(notes))}).model_dump())


def check_surface(brief: Brief, vocabulary: Vocabulary) -> None:
    """Raise ``UnknownSurface`` where the brief names a surface that the vocabulary lacks."""
    if brief.surface is None or vocabulary.find("surface", brief.surface):
        return
    names = [term.name for term in vocabulary.of("surface")]
    near = difflib.get_close_matches(brief.surface, names, n=3, cutoff=0.5)
    near += [name for name in names if name not in near and name.split("-")[0] == brief.surface.split("-")[0]]
    remedy = f"Did you mean {' or '.join(near[:3])}?" if near else f"Choose one of: {', '.join(names)}."
    raise UnknownSurface(f"There is no surface named '{brief.surface}'.", "No scene was made.", remedy)


# -------------------------------------------------------------------- material and colours


def _surface(scene: Scene, brief: Brief, term: Term, vocabulary: Vocabulary) -> tuple[Scene, tuple[str, ...]]:
    check_surface(brief, vocabulary)
    if brief.surface is None:
        return scene, ()
    found = vocabulary.find("surface", brief.surface)
    label = found.label.lower() if found else brief.surface
    if term.white:
        return scene, (f"'{term.label}' stays pure white, so the surface that was asked for ({label}) is not shown.",)
    palette = scene.palette
    if brief.surface in NATURAL:
        palette = palette.model_copy(update={"surface": NATURAL[brief.surface]})
    scene = scene.model_copy(update={"surface": brief.surface, "palette": palette})
    return scene, (f"The surface is {label}, as you set it.",)


def _colours(scene: Scene, brief: Brief, term: Term) -> tuple[Scene, tuple[str, ...]]:
    asked = brief.palette
    if not asked:
        return scene, ()
    palette = scene.palette
    update = dict(asked)
    if "surface" not in update and palette.surface == palette.backdrop:
        update["surface"] = update["backdrop"]  # on a seamless sweep both are one
    palette = Palette.model_validate(palette.model_dump() | update | {"origin": "brief"})
    scene = scene.model_copy(update={"palette": palette})
    if term.white:
        return scene, (f"'{term.label}' stays pure white: colours for backdrop and surface are not shown.",)
    said = ", ".join(f"{_ROLE[role]} {colour}" for role, colour in asked.items())
    notes: tuple[str, ...] = (f"Colours as you set them: {said}.",)
    firm = FIRM.get(scene.surface or scene.set)
    if firm is not None and "surface" in asked:
        notes += (f"{firm} takes the colour asked for only as a hint; linen, plaster, paper and tiles take all of it.",)
    return scene, notes


_ROLE = {"backdrop": "backdrop", "surface": "surface", "accent": "accent", "accent2": "second accent"}


# -------------------------------------------------------------------- light


def _light(
    scene: Scene, brief: Brief, wish: Wish, cutout: Cutout, vocabulary: Vocabulary
) -> tuple[Scene, tuple[str, ...]]:
    asked = brief.light
    update: dict[str, object] = {}
    said: list[str] = []
    if brief.key_side is not None:
        update["side"] = brief.key_side
    if asked.azimuth is not None:
        update |= _direction(asked.azimuth, scene.key, cutout)
        said.append(_from(asked.azimuth))
    elif brief.key_side is not None:
        said.append(f"from the {brief.key_side}")
    if asked.height is not None:
        update["elevation"] = ELEVATION[asked.height]
        said.append({"low": "low", "mid": "at mid height", "high": "high"}[asked.height])
    if asked.softness is not None:
        update["softness"] = asked.softness
        said.append("soft" if asked.softness > 0.6 else "hard" if asked.softness < 0.2 else "half soft")
    if asked.warmth is not None:
        update["warmth"] = asked.warmth
        said.append("warm" if asked.warmth > 0.15 else "cold" if asked.warmth < -0.15 else "of neutral colour")
    if not update:
        return scene, ()
    scene = scene.model_copy(update={"key": scene.key.model_copy(update=update)})
    notes = (f"The light is as you set it: {', '.join(said)}.", *_given_way(brief, wish))
    if asked.softness is not None and asked.softness >= PATTERNLESS:
        scene, bare = _without_pattern(scene, vocabulary)
        notes += bare
    return scene, notes


def _direction(azimuth: float, key: KeyLight, cutout: Cutout) -> dict[str, object]:
    """Side and azimuth of the scene for degrees seen from above; straight ahead the photo's side stays."""
    around = azimuth % 360
    from_right = around <= 180
    away = around if from_right else 360 - around
    side: str = "right" if from_right else "left"
    if away < NEAR_AXIS or away > 180 - NEAR_AXIS:
        side = cutout.light.side or key.side
    return {"side": side, "azimuth": round(away, 1)}


_COMPASS = (
    "from the camera",
    "from the front right",
    "from the right",
    "from behind on the right",
    "from behind",
    "from behind on the left",
    "from the left",
    "from the front left",
)


def _from(azimuth: float) -> str:
    return _COMPASS[round(azimuth / 45) % 8]


def _given_way(brief: Brief, wish: Wish) -> tuple[str, ...]:
    """A sentence about what the words said of the light and the fields of the brief say otherwise."""
    turned = brief.light.azimuth is not None or brief.key_side is not None
    fields = {
        "side": turned,
        "azimuth": brief.light.azimuth is not None,
        "elevation": brief.light.height is not None,
        "softness": brief.light.softness is not None,
        "warmth": brief.light.warmth is not None,
    }
    lost = [
        touch.name
        for touch in wish.all_touches()
        if any(said and getattr(touch, name) is not None for name, said in fields.items())
    ]
    if not lost:
        return ()
    names = ", ".join(f"'{name}'" for name in dict.fromkeys(lost))
    return (f"In your words {names} gave way to it, where they say otherwise.",)


def _without_pattern(scene: Scene, vocabulary: Vocabulary) -> tuple[Scene, tuple[str, ...]]:
    if scene.gobo == NO_GOBO:
        return scene, ()
    found = vocabulary.find("gobo", scene.gobo) if scene.gobo else None
    scene = scene.model_copy(update={"gobo": NO_GOBO})
    if found is None:
        return scene, ()
    return scene, (f"So soft a light draws no pattern: '{found.label.lower()}' is left out.",)


def hold(scene: Scene, term: Term) -> tuple[Scene, tuple[str, ...]]:
    """The scene with a key light that its set can follow, whoever asked for it, and sentences on what was changed.

    A wall behind the product keeps light from behind away from it, and a lamp that stands low before or behind the
    product would stand in the picture.
    """
    key, notes = scene.key, []
    if key.azimuth > term.behind:
        notes.append(
            f"'{term.label}' has a wall close behind the product: light from behind would not reach it, so it comes "
            "from the side."
        )
        key = key.model_copy(update={"azimuth": term.behind})
    least = 0.0 if scene.camera.overhead or term.sun else 34.0 if key.azimuth > 140 else 26.0 if key.azimuth < 20 else 0
    if key.elevation < least:
        notes.append("The light stands higher than asked for: so low it would stand in the picture itself.")
        key = key.model_copy(update={"elevation": least})
    if term.sun and key.softness > PATTERNLESS:
        notes.append(f"'{term.label}' lies in the sun, whose shadows stay crisp.")
    return scene.model_copy(update={"key": key}), tuple(notes)


# -------------------------------------------------------------------- shadow, reflection, framing


def _shadow(brief: Brief) -> tuple[str, ...]:
    if brief.shadow == 1:
        return ()
    if brief.shadow == 0:
        return ("The product casts no shadow, as you set it; on anything but plain white it may seem to float.",)
    return (f"The shadow has {brief.shadow:.0%} of its natural strength, as you set it.",)


def _reflection(brief: Brief, scene: Scene, term: Term) -> tuple[str, ...]:
    if brief.reflection is None or brief.reflection == 1:
        return ()
    if term.white:
        return (f"'{term.label}' keeps nothing but the shadow, so there is no reflection to change.",)
    if scene.surface in _MIRRORS or (scene.surface is None and scene.set in _MIRRORING_SETS):
        return (f"The reflection has {brief.reflection:.0%} of its natural strength, as you set it.",)
    return ("This surface mirrors almost nothing, so the reflection hardly changes; acrylic, tiles and marble do.",)


def _framed(scene: Scene, brief: Brief, wish: Wish, cutout: Cutout, vocabulary: Vocabulary) -> Scene:
    place = brief.placement
    framing: dict[str, float] = {"pitch": pitch_for(scene.set, cutout.view, vocabulary)}
    if place.x is not None:
        framing["x"] = place.x
    if place.base is not None:
        framing["base"] = place.base
    if place.height is not None:  # a height asked for is meant: width and area no longer hold it back
        framing |= {"max_height": place.height, "max_width": 0.96, "area": 1.0}
    cm = brief.product_cm if brief.product_cm is not None else wish.height_cm(cutout.aspect)
    return scene.model_copy(
        update={
            "camera": scene.camera.model_copy(update=framing),
            "product_cm": cm if cm is not None else scene.product_cm,
        }
    )
