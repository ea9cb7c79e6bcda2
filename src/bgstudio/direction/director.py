"""The director: one wish, one product, and what a backend can build, to scenes."""

from __future__ import annotations

from dataclasses import dataclass

from bgstudio.direction import auto
from bgstudio.direction.build import build, keep_apart, lacking, pitch_for, sinking_note, sinks
from bgstudio.direction.palette import ProductColours, read_colours
from bgstudio.direction.presets import Preset, choose, load_presets
from bgstudio.direction.reference import StyleReading, apply, read_style, tell
from bgstudio.direction.words import Lexicon, Wish, apply_wish, notes_of, understand
from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import SentenceEncoder
from bgstudio.domain.scene import Scene
from bgstudio.domain.vocabulary import Vocabulary

_SEEDS = 2**31


@dataclass(frozen=True, eq=False)
class _Order:
    """Everything that all variants of one brief share."""

    brief: Brief
    cutout: Cutout
    colours: ProductColours
    wish: Wish
    style: StyleReading | None
    preset: Preset
    set_name: str
    notes: tuple[str, ...]


class Director:
    """Turns wishes into scenes made of nothing but the vocabulary.

    Precedence, strongest first: explicit fields of the brief, the prompt, the reference picture, the preset, taste.

    Args:
        vocabulary: what the backend can build.
        encoder: compares phrases by meaning; without one only words of the tables are understood.
    """

    def __init__(self, vocabulary: Vocabulary, encoder: SentenceEncoder | None = None) -> None:
        self._vocabulary = vocabulary
        self._encoder = encoder
        self._lexicon: Lexicon | None = None

    def presets(self) -> tuple[Preset, ...]:
        """Presets whose set this backend can build, by name."""
        return tuple(p for p in load_presets() if self._vocabulary.find("set", p.set))

    def preset(self, name: str) -> Preset:
        """The preset of that name; raises ``UnknownPreset`` with near names."""
        return choose(self.presets(), name)

    def scenes(self, brief: Brief, cutout: Cutout, reference: Picture | None = None) -> tuple[Scene, ...]:
        """``brief.count`` scenes with seeds ``brief.seed``, ``brief.seed + 1``, ...: one idea, several variants.

        Args:
            brief: what was asked; ``width``, ``height`` and ``quality`` play no part here.
            cutout: the product.
            reference: a picture whose light and colours are followed; none of its pixels are used.

        Raises:
            UnknownPreset: the brief names a preset that there is not.
            BadScene: no preset can be built by this backend.
        """
        order = self._order(brief, cutout, reference)
        return tuple(self._scene(order, (brief.seed + i) % _SEEDS) for i in range(brief.count))

    def read(self, prompt: str | None) -> Wish:
        """What is understood of a prompt, without making a scene of it."""
        if self._lexicon is None:
            self._lexicon = Lexicon(self._vocabulary, self.presets(), self._encoder)
        return understand(prompt, self._lexicon) if prompt else Wish()

    # ---------------------------------------------------------------- choosing

    def _order(self, brief: Brief, cutout: Cutout, reference: Picture | None) -> _Order:
        colours = read_colours(cutout)
        wish = self.read(brief.prompt)
        style = None
        if reference is not None and brief.reference_strength > 0:
            style = read_style(reference, self._vocabulary)
        cm = brief.product_cm if brief.product_cm is not None else wish.height_cm(cutout.aspect)
        product = auto.read_product(cutout, colours, cm)
        preset, reason = self._choose(brief, wish, style, product, colours)
        set_name = preset.set
        if wish.set is not None and wish.set != preset.set:
            if brief.preset is None:
                set_name = wish.set
            else:
                label = self._label(wish.set)
                reason += (f"'{label}' was left aside: the preset '{preset.name}' was asked for as well.",)
        return _Order(brief, cutout, colours, wish, style, preset, set_name, reason)

    def _choose(
        self,
        brief: Brief,
        wish: Wish,
        style: StyleReading | None,
        product: auto.Product,
        colours: ProductColours,
    ) -> tuple[Preset, tuple[str, ...]]:
        """The preset, and why where nobody asked for it."""
        presets = self.presets()
        if brief.preset is not None:
            return self.preset(brief.preset), ()
        if wish.preset is not None:
            return self.preset(wish.preset), ()
        for matches in (
            [p for p in presets if wish.set is not None and p.set == wish.set],
            [p for p in presets if wish.set is None and wish.surface is not None and wish.surface in p.home_of],
        ):
            if matches:
                return matches[0], self._warnings(matches[0], product)
        leaning = wish.leaning()
        if style is not None:
            leaning = style.leaning(leaning, brief.reference_strength)
        preset, why = auto.pick(presets, product, colours, self._vocabulary, brief.seed, leaning)
        return preset, (why,)

    def _warnings(self, preset: Preset, product: auto.Product) -> tuple[str, ...]:
        """Sentences about what does not suit the product in a look chosen by words."""
        view = product.view
        if view.sure and not preset.camera.overhead and view.pitch > preset.suits.pitch[1] + 2:
            return (
                f"The photo looks down on the product by about {view.pitch:.0f} degrees; in '{preset.title.lower()}' "
                f"that shows. A photo from lower down, or the flat lay, would suit better.",
            )
        return ()

    def _label(self, set_name: str) -> str:
        term = self._vocabulary.find("set", set_name)
        return term.label if term is not None else set_name

    # ---------------------------------------------------------------- one variant

    def _scene(self, order: _Order, seed: int) -> Scene:
        brief, preset, wish = order.brief, order.preset, order.wish
        scene = build(preset, order.cutout, order.colours, self._vocabulary, seed)
        scene = scene.model_copy(update={"set": order.set_name})
        notes = order.notes + lacking(preset, self._vocabulary)
        if order.style is not None:
            scene = apply(scene, order.style, brief.reference_strength)
            notes += tell(scene, order.style, brief.reference_strength)
        scene = apply_wish(scene, wish, self._vocabulary, order.cutout.view)
        scene = scene.model_copy(update={"notes": notes + notes_of(wish)})
        if brief.colour is None and not preset.palette.own_backdrop:
            scene = keep_apart(scene, order.colours, said="backdrop" in wish.colours)
        return explicit(scene, brief, wish, order.cutout, order.colours, self._vocabulary)


def explicit(
    scene: Scene, brief: Brief, wish: Wish, cutout: Cutout, colours: ProductColours, vocabulary: Vocabulary
) -> Scene:
    """The scene with what the brief says in so many fields: colour, side of the light, size, placement."""
    palette, key, camera, notes = scene.palette, scene.key, scene.camera, scene.notes
    if brief.colour is not None:
        backdrop = brief.colour.lower()
        surface = backdrop if palette.surface == palette.backdrop else palette.surface
        palette = palette.model_copy(update={"backdrop": backdrop, "surface": surface, "origin": "brief"})
    if brief.key_side is not None:
        key = key.model_copy(update={"side": brief.key_side})
    place = brief.placement
    framing: dict[str, float] = {"pitch": pitch_for(scene.set, cutout.view, vocabulary)}
    if place.x is not None:
        framing["x"] = place.x
    if place.base is not None:
        framing["base"] = place.base
    if place.height is not None:  # a height asked for is meant: width and area no longer hold it back
        framing |= {"max_height": place.height, "max_width": 0.96, "area": 1.0}
    cm = brief.product_cm if brief.product_cm is not None else wish.height_cm(cutout.aspect)
    scene = scene.model_copy(
        update={
            "palette": palette,
            "key": key,
            "camera": camera.model_copy(update=framing),
            "product_cm": cm if cm is not None else scene.product_cm,
        }
    )
    if brief.colour is not None and sinks(scene, colours):
        notes += (sinking_note(),)
    side = cutout.light.side
    if side is not None and scene.key.side != side:
        notes += (f"The product itself is lit from the {side}; light from the other side may look wrong on it.",)
    return Scene.model_validate(scene.model_copy(update={"notes": tuple(dict.fromkeys(notes))}).model_dump())
