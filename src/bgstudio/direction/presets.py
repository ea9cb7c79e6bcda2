"""Presets: one TOML file each under ``presets/``, found by its presence, checked when it is read."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bgstudio.direction.palette import Harmony
from bgstudio.domain.vocabulary import Kind, Vocabulary
from bgstudio.errors import BadScene, UnknownPreset

Rest = Literal["standing", "lying", "hanging"]
Tag = Literal["pastel", "vivid", "neutral", "dark", "light", "glossy", "tall", "wide", "large", "small"]


NO_GOBO = "none"
"""What leaves the light unshaped; every backend knows it without a term."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _ordered(pair: tuple[float, float]) -> bool:
    return pair[0] <= pair[1]


class Recipe(_Table):
    """One colour: either a harmony around the product's hue, or fixed.

    Attributes:
        harmony: see ``palette.Harmony``; needs lightness and chroma.
        lightness, chroma: OKLab; large areas are held within the limits of ``palette``.
        hex: ``#rrggbb`` of a material whose colour is its own.
    """

    harmony: Harmony | None = None
    lightness: float | None = Field(None, ge=0, le=1)
    chroma: float | None = Field(None, ge=0, le=0.3)
    hex: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        harmonic = (self.harmony, self.lightness, self.chroma)
        if self.hex is not None and any(v is not None for v in harmonic):
            raise ValueError("a colour is either hex or a harmony, not both")
        if self.hex is None and any(v is None for v in harmonic):
            raise ValueError("a harmony needs harmony, lightness and chroma")
        return self


Recipes = Annotated[tuple[Recipe, ...], Field(min_length=1)]


class PaletteRecipes(_Table):
    """Colours by role; each variant takes the next recipe of every list.

    Without ``surface`` the surface has the backdrop's colour, as on a seamless sweep. ``own_backdrop`` keeps the
    backdrop as it stands even where the product sinks into it (a marketplace's white).
    """

    backdrop: Recipes
    surface: Recipes | None = None
    accent: Recipes
    accent2: Recipes
    own_backdrop: bool = False


Range = tuple[float, float]


class KeyRecipe(_Table):
    """Ranges that variants take their key light from; see ``scene.KeyLight`` for units."""

    azimuth: Range
    elevation: Range
    softness: Range = (0.3, 0.5)
    warmth: Range = (0.0, 0.0)
    ratio: float = Field(0.0, ge=-2, le=2)
    fill: float = Field(1.0, ge=0.2, le=3)
    exposure: float = Field(0.0, ge=-2, le=2)

    @model_validator(mode="after")
    def _inside(self) -> Self:
        bounds = {"azimuth": (0, 180), "elevation": (5, 85), "softness": (0, 1), "warmth": (-1, 1)}
        for name, (low, high) in bounds.items():
            pair: Range = getattr(self, name)
            if not (_ordered(pair) and low <= pair[0] and pair[1] <= high):
                raise ValueError(f"{name} must be [low, high] within {low}..{high}")
        return self


class Framing(_Table):
    """Where the product goes and how large it may be; see ``scene.CameraSpec``."""

    base: float = Field(0.76, ge=0.3, le=0.98)
    max_height: float = Field(0.5, gt=0, le=1)
    max_width: float = Field(0.62, gt=0, le=1)
    area: float = Field(0.16, gt=0, le=1)
    depth_of_field: float = Field(0.0, ge=0, le=1)
    overhead: bool = False


class Suits(_Table):
    """Which products a preset is for.

    Attributes:
        resting: how the product may rest.
        smallest_cm, largest_cm: height of the product where it is known.
        pitch: camera pitches in degrees that look right.
        tags: what flatters it; ``auto`` weighs them.
        avoid: what does not.
        automatic: whether ``auto`` may choose it without a word for it; with False only a mood of its own calls it.
    """

    resting: tuple[Rest, ...] = ("standing",)
    smallest_cm: float = Field(0.0, ge=0)
    largest_cm: float = Field(60.0, gt=0)
    pitch: Range = (0.0, 15.0)
    tags: tuple[Tag, ...] = ()
    avoid: tuple[Tag, ...] = ()
    automatic: bool = True


class Preset(_Table):
    """One look. ``docs/how-to/presets.md`` explains every field.

    Attributes:
        name: as people type it; equal to the file's name.
        title, description: for the gallery.
        set: registry name of the set.
        surface: registry name of the material, or None for the set's own.
        home_of: surfaces whose natural set this is: "on oak" leads here.
        dark: large areas are dark; other limits hold for the palette.
        gobos: choices of what shapes the light; empty leaves the set's own.
        props: choices of props, each a list; empty leaves the set's own.
        mood: words that fit, for ``auto`` and for wishes by mood.
    """

    name: str = Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    description: str = Field(min_length=10, max_length=160)
    set: str
    surface: str | None = None
    home_of: tuple[str, ...] = ()
    dark: bool = False
    gobos: tuple[str, ...] = ()
    props: tuple[tuple[str, ...], ...] = ()
    mood: tuple[str, ...] = ()
    suits: Suits
    palette: PaletteRecipes
    key: KeyRecipe
    camera: Framing = Framing()

    def unresolved(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """What the vocabulary lacks of it, as ``kind 'name'``."""
        asked: list[tuple[Kind, str]] = [("set", self.set)]
        asked += [("surface", name) for name in ((self.surface,) if self.surface else ()) + self.home_of]
        asked += [("gobo", name) for name in self.gobos if name != NO_GOBO]
        asked += [("prop", name) for choice in self.props for name in choice]
        return tuple(dict.fromkeys(f"{kind} '{name}'" for kind, name in asked if not vocabulary.find(kind, name)))


def parse(text: str, source: str) -> Preset:
    """Read one preset.

    Args:
        text: TOML.
        source: name of the file, for messages.

    Raises:
        BadScene: not TOML, or a field is missing, unknown or out of range; names file and field.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScene(
            f"The preset file {source} is not valid TOML: {error}.",
            "The preset cannot be used.",
            "Correct the file.",
        ) from error
    try:
        preset = Preset.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file as a whole"
        raise BadScene(
            f"The preset file {source} is wrong at {field}: {first['msg']}.",
            "The preset cannot be used.",
            "Correct the field; docs/how-to/presets.md explains each one.",
        ) from error
    if source != f"{preset.name}.toml":
        raise BadScene(
            f"The preset file {source} is wrong at name: it says '{preset.name}'.",
            "A preset is found by the name of its file.",
            f"Rename the file to {preset.name}.toml, or the preset to {source.removesuffix('.toml')}.",
        )
    return preset


@cache
def load_presets() -> tuple[Preset, ...]:
    """All presets that come with the package, by name; read once. Raises ``BadScene`` on a broken file."""
    folder = files("bgstudio.direction") / "presets"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(parse(f.read_text("utf-8"), f.name) for f in found)


def plain_name(name: str) -> str:
    """A preset's name as it is written in the files: case, spaces and underscores do not matter."""
    return name.strip().lower().replace(" ", "-").replace("_", "-")


def choose(presets: tuple[Preset, ...], name: str) -> Preset:
    """The preset of that name; case, spaces and underscores do not matter.

    Raises:
        UnknownPreset: none of that name; the remedy lists the nearest names.
    """
    wanted = plain_name(name)
    by_name = {preset.name: preset for preset in presets}
    if wanted in by_name:
        return by_name[wanted]
    near = difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5)
    near += [n for n in by_name if n not in near and (wanted in n or n.split("-")[0] in wanted)][:3]
    remedy = f"Did you mean {' or '.join(near[:3])}?" if near else f"Choose one of: {', '.join(by_name)}."
    raise UnknownPreset(f"There is no preset named '{name}'.", "No scene was made.", remedy)
