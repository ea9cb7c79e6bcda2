"""A wish in the making, and how meanings are entered into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bgstudio.direction.words.lexicon import Lexicon, Target
from bgstudio.direction.words.nouns import PLANT_WORDS, PLANTS
from bgstudio.direction.words.split import stems
from bgstudio.direction.words.touches import NO_PROPS, TOUCHES


@dataclass
class Found:
    """A wish in the making; ``hint`` is a set for the case that neither set, surface nor backdrop is named."""

    preset: str | None = None
    set_name: str | None = None
    surface: str | None = None
    gobo: str | None = None
    props: list[str] = field(default_factory=list)
    without: set[str] = field(default_factory=set)
    avoid: set[str] = field(default_factory=set)
    bare: bool = False
    hint: str | None = None
    colours: dict[str, str] = field(default_factory=dict)
    touches: list[str] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    beyond: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    usual_cm: float | None = None
    garment: bool = False
    subject: bool = False


def take(
    found: Found, lexicon: Lexicon, targets: tuple[Target, ...], said: str, negated: bool, before: str = ""
) -> None:
    """Enter what words mean into the wish; ``before`` is the preposition they follow."""
    target = targets[0]
    kinds = {t.kind for t in targets}
    found.targets += targets
    if negated:
        _refuse(found, targets, said)
        return
    if target.kind == "touch":
        _take_touch(found, lexicon, target.name, said)
    elif target.kind == "beyond":
        found.beyond.append((said, target.name))
    elif target.kind == "set" and "touch" in kinds:  # "bokeh", "pastel": a mood that only hints at a set
        _take_touch(found, lexicon, next(t.name for t in targets if t.kind == "touch"), said)
        found.hint = found.hint or target.name
    elif target.kind in ("preset", "set"):
        _take_set(found, lexicon, targets, said)
    elif kinds == {"surface", "prop"}:
        chosen = "surface" if before in ("on", "onto", "upon", "against") else "prop"
        _take_thing(found, lexicon, next(t for t in targets if t.kind == chosen), said)
    else:
        _take_thing(found, lexicon, target, said)


def _take_touch(found: Found, lexicon: Lexicon, name: str, said: str) -> None:
    touch = TOUCHES[name]
    if touch is NO_PROPS:
        return
    if touch.cannot is not None:
        found.refused.append(f"'{said}' is left out: {touch.cannot}.")
        return
    found.touches.append(name)
    found.taken.append((said, name))
    if touch.set is not None and found.set_name is None and lexicon.knows(Target("set", touch.set)):
        found.set_name = touch.set
    if touch.surface is not None and found.surface is None and lexicon.knows(Target("surface", touch.surface)):
        found.surface = touch.surface


def _take_set(found: Found, lexicon: Lexicon, targets: tuple[Target, ...], said: str) -> None:
    names = {t.kind: t.name for t in reversed(targets)}
    chosen = names.get("set")
    if chosen is None and "preset" in names:
        chosen = lexicon.set_of(names["preset"])
    if found.set_name is not None and chosen != found.set_name:
        if "surface" in names and found.surface is None:  # "oak" beside a set already chosen is its table top
            found.surface = names["surface"]
            found.taken.append((said, lexicon.label(Target("surface", names["surface"]))))
            return
        label = lexicon.label(Target("set", found.set_name))
        found.refused.append(f"'{said}' is left out: a picture has one set, and '{label}' was named first.")
        return
    found.set_name = chosen
    found.preset = names.get("preset", found.preset)
    if "surface" in names and found.surface is None:
        found.surface = names["surface"]
    found.taken.append((said, lexicon.label(Target("set", chosen or ""))))


def _take_thing(found: Found, lexicon: Lexicon, target: Target, said: str) -> None:
    if target.kind == "surface":
        if found.surface is not None and found.surface != target.name:
            label = lexicon.label(Target("surface", found.surface))
            found.refused.append(f"'{said}' is left out: the product stands on one surface, '{label}'.")
            return
        found.surface = target.name
    elif target.kind == "gobo":
        found.gobo = target.name
    else:
        found.props.append(target.name)
    found.taken.append((said, lexicon.label(target)))


def forbid_plants(found: Found, said: str) -> None:
    """Forbid everything that grows where the words mean plants, whatever a vocabulary calls its own."""
    if set(stems(said)) & set(PLANT_WORDS):
        found.without.update(PLANTS)


def _refuse(found: Found, targets: Iterable[Target], said: str) -> None:
    forbid_plants(found, said)
    for target in targets:
        if target.kind == "prop":
            found.without.add(target.name)
        elif target.kind == "gobo":
            found.gobo = found.gobo or "none"
        elif target.kind in ("set", "surface"):
            found.avoid.add(target.name)
        elif target.kind == "touch":
            touch = TOUCHES[target.name]
            if touch is NO_PROPS:
                found.bare = True
            elif touch.opposite is not None:
                found.touches.append(touch.opposite)
        else:
            continue
        found.taken.append((said, "not wanted"))
