"""The director: one wish, one product, and what a backend can build, to scenes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock, Thread

from bgstudio.direction import auto
from bgstudio.direction.build import build, keep_apart, lacking
from bgstudio.direction.explicit import check_surface, explicit
from bgstudio.direction.palette import ProductColours, read_colours
from bgstudio.direction.presets import Preset, choose, load_presets
from bgstudio.direction.reference import StyleReading, apply, read_style, tell
from bgstudio.direction.words import NAMES, Lexicon, Wish, apply_wish, notes_of, understand
from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout, ViewReading
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
    any_words: bool = False


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
        self._last: tuple[str, Wish] = ("", Wish())
        self._warming: Thread | None = None
        self._lock = Lock()

    def presets(self) -> tuple[Preset, ...]:
        """Presets whose set this backend can build, by name."""
        return tuple(p for p in load_presets() if self._vocabulary.find("set", p.set))

    def preset(self, name: str) -> Preset:
        """The preset of that name; raises ``UnknownPreset`` with near names."""
        return choose(self.presets(), name)

    def scenes(
        self, brief: Brief, cutout: Cutout, reference: Picture | None = None, *, any_words: bool = False
    ) -> tuple[Scene, ...]:
        """``brief.count`` scenes with seeds ``brief.seed``, ``brief.seed + 1``, ...: one idea, several variants.

        Args:
            brief: what was asked; ``width``, ``height`` and ``quality`` play no part here.
            cutout: the product.
            reference: a picture whose light and colours are followed; none of its pixels are used.
            any_words: the backend gets the words as they were said; what was not understood here is not told.

        Raises:
            UnknownPreset: the brief names a preset that there is not.
            UnknownSurface: the brief names a surface that there is not.
            BadScene: no preset can be built by this backend.
        """
        check_surface(brief, self._vocabulary)
        order = replace(self._order(brief, cutout, reference), any_words=any_words)
        return tuple(self._scene(order, (brief.seed + i) % _SEEDS) for i in range(brief.count))

    def beyond(self, prompt: str | None) -> tuple[str, ...]:
        """Words of a prompt for what cannot be built: people, food, rooms, and what was not understood."""
        wish = self.read(prompt)
        return (*(said for said, _kind in wish.beyond), *wish.unknown)

    def read(self, prompt: str | None) -> Wish:
        """What is understood of a prompt, without making a scene of it."""
        if not prompt:
            return Wish()
        said, wish = self._last
        if said != prompt:  # one prompt is asked for several times on a picture's way: which backend, which scenes
            wish = understand(prompt, self._tables())
            self._last = prompt, wish
        return wish

    def warm_up(self) -> None:
        """Begin loading what prompts are read with, in the background: most of the first prompt's time.

        Reading the encoder's vocabulary takes some 1.2 s of a core, its weights 0.5 s, the tables' phrases 0.7 s.
        """
        with self._lock:
            if self._warming is None:
                # waited for when the program ends: torn out of the encoder's runtime it would take the process along
                self._warming = Thread(target=self._quietly_load)
                self._warming.start()

    def _quietly_load(self) -> None:
        try:
            self._tables().warm_up()
        except Exception:  # whoever reads the next prompt is told
            return

    def _tables(self) -> Lexicon:
        with self._lock:
            if self._lexicon is None:
                self._lexicon = Lexicon(self._vocabulary, self.presets(), self._encoder)
            return self._lexicon

    # ---------------------------------------------------------------- choosing

    def _order(self, brief: Brief, cutout: Cutout, reference: Picture | None) -> _Order:
        colours = read_colours(cutout)
        wish = self.read(brief.prompt)
        if wish.garment and not cutout.view.rest_sure:  # the words know what the silhouette does not tell
            cutout = replace(cutout, view=ViewReading(rest="hanging", rest_sure=True))
        style = None
        if reference is not None and brief.reference_strength > 0:
            style = read_style(reference, self._vocabulary)
        cm = brief.product_cm if brief.product_cm is not None else wish.height_cm(cutout.aspect)
        product = auto.read_product(cutout, colours, cm)
        if product.rest != "standing" and brief.preset is None:
            wish = self._laid(wish, brief.surface or wish.surface)
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
            named = self.preset(brief.preset)
            return named, self._restless(named, product)
        if wish.preset is not None:
            named = self.preset(wish.preset)
            return named, self._warnings(named, product)
        surface = brief.surface or wish.surface
        if surface is None and _only_white(wish):
            plain = [p for p in presets if (term := self._vocabulary.find("set", p.set)) and term.white]
            if plain:
                return plain[0], (f"A white background and nothing else is the look '{plain[0].title.lower()}'.",)
        for matches in (
            [p for p in presets if wish.set is not None and p.set == wish.set],
            [p for p in presets if wish.set is None and surface is not None and _at_home(p, surface, product)],
        ):
            if matches:
                return matches[0], self._warnings(matches[0], product)
        leaning = wish.leaning()
        if "backdrop" in brief.palette:
            leaning = replace(leaning, painted=True)
        if style is not None:
            leaning = style.leaning(leaning, brief.reference_strength)
        preset, why = auto.pick(presets, product, colours, self._vocabulary, brief.seed, leaning)
        return preset, (why,)

    def _warnings(self, preset: Preset, product: auto.Product) -> tuple[str, ...]:
        """Sentences about what does not suit the product in a look chosen by words."""
        view = product.view
        if product.rest not in preset.suits.resting:
            return self._restless(preset, product)
        if view.sure and not preset.camera.overhead and view.pitch > preset.suits.pitch[1] + 2:
            return (
                f"The photo looks down on the product by about {view.pitch:.0f} degrees; in '{preset.title.lower()}' "
                f"that shows. A photo from lower down, or the flat lay, would suit better.",
            )
        return ()

    def _laid(self, wish: Wish, surface: str | None) -> Wish:
        """The words for what cannot stand: "on oak" names a surface to lie on and not the table of that wood."""
        home = {p.set for p in self.presets() if surface in p.home_of}
        return replace(wish, set=None, preset=None) if wish.set in home else wish

    def _restless(self, preset: Preset, product: auto.Product) -> tuple[str, ...]:
        """A sentence where a product would stand in a look that cannot stand; empty where it may."""
        if product.rest == "standing" or product.rest in preset.suits.resting:
            return ()
        better = [p for p in self.presets() if product.rest in p.suits.resting and "standing" not in p.suits.resting]
        names = " or ".join(f"'{p.title}'" for p in better)
        remedy = f" {names} would show it as it is." if names else ""
        if product.rest == "hanging":
            seen = "The product looks like a garment and has no foot to stand on"
        else:
            seen = "The product could not stand as the photo shows it"
        return (f"{seen}; in '{preset.title.lower()}' that looks wrong.{remedy}",)

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
        scene = scene.model_copy(update={"notes": notes + notes_of(wish, any_words=order.any_words)})
        if "backdrop" not in brief.palette and not preset.palette.own_backdrop:
            scene = keep_apart(scene, order.colours, said="backdrop" in wish.colours)
        return explicit(scene, brief, wish, order.cutout, order.colours, self._vocabulary)


def _only_white(wish: Wish) -> bool:
    """Whether the words ask for a white background and nothing else, as for a marketplace."""
    more = wish.set or wish.gobo or wish.props or wish.touches or len(wish.colours) > 1
    return not more and wish.colours.get("backdrop") == NAMES["white"]


def _at_home(preset: Preset, surface: str, product: auto.Product) -> bool:
    """Whether a look is where a product finds a surface: its natural set, or the flat lay for what cannot stand."""
    if product.rest == "standing":
        return surface in preset.home_of
    return preset.camera.overhead and product.rest in preset.suits.resting
