"""The director: one wish, one product, and what a backend can build, to scenes."""

from __future__ import annotations

from bgstudio.direction import auto
from bgstudio.direction.build import build, lacking, sinking_note, sinks
from bgstudio.direction.palette import ProductColours, read_colours
from bgstudio.direction.presets import Preset, choose, load_presets
from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import SentenceEncoder
from bgstudio.domain.scene import Scene
from bgstudio.domain.vocabulary import Vocabulary

_SEEDS = 2**31


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

    def presets(self) -> tuple[Preset, ...]:
        """Presets whose set this backend can build, by name."""
        return tuple(p for p in load_presets() if self._vocabulary.find("set", p.set))

    def preset(self, name: str) -> Preset:
        """The preset of that name; raises ``UnknownPreset`` with near names."""
        return choose(self.presets(), name)

    def scenes(self, brief: Brief, cutout: Cutout, reference: Picture | None = None) -> tuple[Scene, ...]:
        """``brief.count`` scenes with seeds ``brief.seed``, ``brief.seed + 1``, ...: one idea, several variants.

        Raises:
            UnknownPreset: the brief names a preset that there is not.
            BadScene: no preset can be built by this backend.
        """
        del reference
        colours = read_colours(cutout)
        product = auto.read_product(cutout, colours, brief.product_cm)
        reason: tuple[str, ...] = ()
        if brief.preset is not None:
            preset = self.preset(brief.preset)
        else:
            preset, why = auto.pick(self.presets(), product, colours, self._vocabulary, brief.seed)
            reason = (why,)
        return tuple(
            self._scene(brief, cutout, colours, preset, reason, (brief.seed + i) % _SEEDS) for i in range(brief.count)
        )

    def _scene(
        self,
        brief: Brief,
        cutout: Cutout,
        colours: ProductColours,
        preset: Preset,
        reason: tuple[str, ...],
        seed: int,
    ) -> Scene:
        scene = build(preset, cutout, colours, self._vocabulary, seed)
        scene = scene.model_copy(update={"notes": reason + lacking(preset, self._vocabulary)})
        return explicit(scene, brief, colours)


def explicit(scene: Scene, brief: Brief, colours: ProductColours) -> Scene:
    """The scene with what the brief says in so many fields: colour, side of the light, size, placement."""
    palette, key, camera, notes = scene.palette, scene.key, scene.camera, scene.notes
    if brief.colour is not None:
        backdrop = brief.colour.lower()
        surface = backdrop if palette.surface == palette.backdrop else palette.surface
        palette = palette.model_copy(update={"backdrop": backdrop, "surface": surface, "origin": "brief"})
    if brief.key_side is not None:
        key = key.model_copy(update={"side": brief.key_side})
    place = brief.placement
    framing: dict[str, float] = {}
    if place.x is not None:
        framing["x"] = place.x
    if place.base is not None:
        framing["base"] = place.base
    if place.height is not None:  # a height asked for is meant: width and area no longer hold it back
        framing |= {"max_height": place.height, "max_width": 1.0, "area": 1.0}
    camera = camera.model_copy(update=framing)
    scene = scene.model_copy(
        update={
            "palette": palette,
            "key": key,
            "camera": camera,
            "product_cm": brief.product_cm if brief.product_cm is not None else scene.product_cm,
        }
    )
    if brief.colour is not None and sinks(scene, colours):
        notes += (sinking_note(),)
    return Scene.model_validate(scene.model_copy(update={"notes": notes}).model_dump())
