"""A preset and a product to a scene: colours by recipe, light within its ranges, everything by the seed."""

from __future__ import annotations

from bgstudio.direction.palette import (
    CONTRAST,
    DARK,
    LIGHT,
    Limits,
    ProductColours,
    contrast,
    harmonise,
    separate,
)
from bgstudio.direction.presets import NO_GOBO, Preset, Recipe
from bgstudio.domain.cutout import Cutout, ViewReading
from bgstudio.domain.scene import CameraSpec, KeyLight, Palette, Scene, Side
from bgstudio.domain.vocabulary import Kind, Vocabulary
from bgstudio.pixels.colour import hex_to_linear, linear_to_oklch

FOOT_CONTRAST = 0.07
"""Least OKLab distance between foot and surface; less than for the backdrop, because contact shadow divides them."""

USUAL_PITCH = 8.0
"""Camera pitch, in degrees, of catalogue photos whose own pitch could not be told."""

# Fractional parts of n times these fill 0..1 evenly, without a pattern that the eye would catch (Roberts 2018).
_STEPS = (0.6180339887, 0.7548776662, 0.5698402910, 0.8191725134)


def spread(seed: int, channel: int, low: float, high: float) -> float:
    """A value in ``low``..``high`` for a seed; neighbouring seeds give values far apart."""
    return low + (high - low) * ((0.5 + seed * _STEPS[channel]) % 1.0)


def limits_of(preset: Preset) -> Limits:
    """The box that large areas of the preset stay in."""
    return DARK if preset.dark else LIGHT


def build(preset: Preset, cutout: Cutout, colours: ProductColours, vocabulary: Vocabulary, seed: int) -> Scene:
    """The scene of one preset for one product.

    Args:
        preset: the look; its set is in the vocabulary.
        cutout: gives camera pitch and light side, where it is sure of them.
        colours: of the product.
        vocabulary: what the backend can build; choices it lacks are passed over.
        seed: variant; drives palette, light, gobo and props.
    """
    gobos = [name for name in preset.gobos if name == NO_GOBO or vocabulary.find("gobo", name)]
    props = [choice for choice in preset.props if all(vocabulary.find("prop", name) for name in choice)]
    surface = preset.surface if preset.surface and vocabulary.find("surface", preset.surface) else None
    return Scene(
        name=preset.name,
        set=preset.set,
        surface=surface,
        gobo=gobos[seed % len(gobos)] if gobos else None,
        props=props[(seed + seed // max(1, len(gobos))) % len(props)] if props else None,
        palette=_palette(preset, colours, seed),
        key=_key(preset, cutout.light.side, seed),
        fill=preset.key.fill,
        exposure=preset.key.exposure,
        camera=_camera(preset, cutout.view, vocabulary),
        seed=seed,
    )


def _palette(preset: Preset, colours: ProductColours, seed: int) -> Palette:
    recipes = preset.palette
    limits = limits_of(preset)

    def pick(role: tuple[Recipe, ...], large: bool) -> str:
        recipe = role[seed % len(role)]
        if recipe.hex is not None:
            return recipe.hex
        assert recipe.harmony is not None and recipe.lightness is not None and recipe.chroma is not None
        lightness, chroma = recipe.lightness, recipe.chroma
        if large:
            lightness, chroma = limits.hold(lightness, chroma)
        turn = 1 if (seed // len(role)) % 2 == 0 else -1
        return harmonise(colours, recipe.harmony, lightness, chroma, turn)

    backdrop = pick(recipes.backdrop, large=True)
    if not recipes.own_backdrop:
        backdrop, _ = separate(backdrop, colours.edge, colours.edge_weights, limits, CONTRAST)
    surface = backdrop
    if recipes.surface is not None:
        surface = pick(recipes.surface, large=True)
        material = recipes.surface[seed % len(recipes.surface)].hex is not None
        if not material:  # a material's own colour stays true: oak is oak
            surface, _ = separate(surface, colours.foot, colours.foot_weights, limits, FOOT_CONTRAST)
    return Palette(
        backdrop=backdrop,
        surface=surface,
        accent=pick(recipes.accent, large=False),
        accent2=pick(recipes.accent2, large=False),
        origin="product" if any(r.hex is None for r in recipes.backdrop) else "preset",
    )


def _key(preset: Preset, side: str | None, seed: int) -> KeyLight:
    key = preset.key
    free: tuple[Side, Side] = ("left", "right")
    chosen: Side = ("left" if side == "left" else "right") if side else free[(seed // 2) % 2]
    return KeyLight(
        side=chosen,
        azimuth=round(spread(seed, 0, *key.azimuth), 1),
        elevation=round(spread(seed, 1, *key.elevation), 1),
        softness=round(spread(seed, 2, *key.softness), 3),
        warmth=round(spread(seed, 3, *key.warmth), 3),
        ratio=key.ratio,
    )


def _camera(preset: Preset, view: ViewReading, vocabulary: Vocabulary) -> CameraSpec:
    framing = preset.camera
    flat = _laid_flat(preset, view)
    return CameraSpec(
        pitch=pitch_for(preset.set, view, vocabulary),
        overhead=framing.overhead or flat,
        depth_of_field=framing.depth_of_field,
        base=0.5 if flat else framing.base,
        max_height=framing.max_height,
        max_width=framing.max_width,
        area=framing.area,
    )


def _laid_flat(preset: Preset, view: ViewReading) -> bool:
    """Whether a look that things stand in shows this one lying, seen from above: a shirt on a packshot's white."""
    resting = preset.suits.resting
    return view.rest_sure and view.rest != "standing" and view.rest in resting and "standing" in resting


def pitch_for(set_name: str, view: ViewReading, vocabulary: Vocabulary) -> float:
    """Camera pitch in degrees: the photo's where it is sure, else the usual, held within what the set allows."""
    low, high = (0.0, 90.0)
    term = vocabulary.find("set", set_name)
    if term is not None:
        low, high = term.pitch
    return round(min(max(view.pitch if view.sure else USUAL_PITCH, low), high), 1)


def lacking(preset: Preset, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Sentences about choices of the preset that this backend cannot build; empty where it has all."""
    gone: list[tuple[Kind, str]] = [
        ("gobo", n) for n in preset.gobos if n != NO_GOBO and not vocabulary.find("gobo", n)
    ]
    gone += [("prop", n) for choice in preset.props for n in choice if not vocabulary.find("prop", n)]
    if not gone:
        return ()
    names = ", ".join(dict.fromkeys(name for _, name in gone))
    return (f"This renderer has no {names}; the preset '{preset.name}' goes without.",)


def keep_apart(scene: Scene, colours: ProductColours, said: bool) -> Scene:
    """The scene with a backdrop that the product stands out from, and a sentence where that changed a wish.

    Args:
        scene: any.
        colours: of the product.
        said: the backdrop's colour was asked for in words: it keeps its hue and moves little.
    """
    palette = scene.palette
    lightness, chroma, _ = linear_to_oklch(hex_to_linear(palette.backdrop))
    limits = DARK if lightness < 0.5 else LIGHT
    if said:
        limits = Limits((max(0.08, lightness - 0.15), min(0.97, lightness + 0.15)), (chroma * 0.6, chroma))
    backdrop, reached = separate(palette.backdrop, colours.edge, colours.edge_weights, limits, CONTRAST, keep_hue=said)
    notes = scene.notes
    if said and backdrop != palette.backdrop:
        notes += ("The backdrop was made a little lighter or darker, so that the product does not sink into it.",)
    if reached < CONTRAST:
        notes += (sinking_note(),)
    surface = backdrop if palette.surface == palette.backdrop else palette.surface
    return scene.model_copy(
        update={"palette": palette.model_copy(update={"backdrop": backdrop, "surface": surface}), "notes": notes}
    )


def sinking_note() -> str:
    """The sentence for a product that has the colour of its backdrop."""
    return "The product's edge has nearly the colour of the backdrop and may sink into it; try another colour."


def sinks(scene: Scene, colours: ProductColours) -> bool:
    """Whether the product is hard to tell from the backdrop at its silhouette."""
    return contrast(scene.palette.backdrop, colours.edge, colours.edge_weights) < CONTRAST
