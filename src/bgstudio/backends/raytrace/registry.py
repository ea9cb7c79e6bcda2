"""Everything the path tracer can build, and the words that call it. One row per file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bgstudio.backends.raytrace import gobos
from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.props import (
    baubles,
    blocks,
    books,
    bowl,
    citrus,
    dried_grass,
    drops,
    eucalyptus,
    fir,
    petals,
    spheres,
    stones,
    vase,
)
from bgstudio.backends.raytrace.sets import acrylic as acrylic_set
from bgstudio.backends.raytrace.sets import arch as arch_set
from bgstudio.backends.raytrace.sets import concrete as concrete_set
from bgstudio.backends.raytrace.sets import flatlay as flatlay_set
from bgstudio.backends.raytrace.sets import linen as linen_set
from bgstudio.backends.raytrace.sets import living as living_set
from bgstudio.backends.raytrace.sets import marble as marble_set
from bgstudio.backends.raytrace.sets import oak as oak_set
from bgstudio.backends.raytrace.sets import packshot, snow, sweep, terrace, water
from bgstudio.backends.raytrace.sets import paper as paper_set
from bgstudio.backends.raytrace.sets import slate as slate_set
from bgstudio.backends.raytrace.sets import terrazzo as terrazzo_set
from bgstudio.backends.raytrace.sets import wall as wall_set
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.backends.raytrace.surfaces import (
    acrylic,
    concrete,
    linen,
    marble,
    paper,
    plaster,
    sand,
    slate,
    terrazzo,
    tiles,
    wood,
)
from bgstudio.domain.vocabulary import Kind, Term, Vocabulary
from bgstudio.errors import BadScene
from bgstudio.pixels.types import Double


@dataclass(frozen=True)
class Row:
    """A term and what builds it."""

    term: Term
    build: Callable[..., Any]


def _row(kind: Kind, name: str, label: str, build: Callable[..., Any], *words: str, **limits: Any) -> Row:
    return Row(Term(kind, name, label, words, **limits), build)


ROWS: tuple[Row, ...] = (
    _row(
        "set",
        "sweep",
        "Seamless studio",
        sweep.build,
        "seamless studio",
        "plain background",
        "studio backdrop",
        "seamless paper sweep",
        "plain studio",
        "infinity cove",
        "cyclorama",
        behind=105.0,
    ),
    _row(
        "set",
        "acrylic",
        "Black acrylic",
        acrylic_set.build,
        "black acrylic",
        "dark mirror",
        "black glossy studio",
        "glossy black",
        "black mirror",
        "reflective black surface",
        "black glossy surface",
        pitch=(0.0, 16.0),
    ),
    _row(
        "set",
        "concrete",
        "Raw concrete",
        concrete_set.build,
        "concrete wall",
        "industrial",
        "brutalist",
        "industrial loft",
        "bare concrete",
        "loft",
        "warehouse",
        behind=95.0,
    ),
    _row(
        "set",
        "terrazzo",
        "Terrazzo and blocks",
        terrazzo_set.build,
        "terrazzo slab",
        "terrazzo plinth",
        "geometric blocks",
        "memphis style",
        "memphis",
        pitch=(0.0, 15.0),
        largest_cm=60.0,
        behind=105.0,
    ),
    _row(
        "set",
        "packshot",
        "White packshot",
        packshot.build,
        "pure white",
        "pure white background",
        "white packshot",
        "packshot",
        "marketplace",
        "marketplace white",
        "amazon main image",
        "amazon",
        white=True,
    ),
    _row(
        "set",
        "water",
        "Water and stones",
        water.build,
        "water",
        "stones in water",
        "spa",
        "pond",
        "ripples",
        "shallow water",
        "still water",
        pitch=(0.0, 16.0),
        largest_cm=60.0,
    ),
    _row(
        "set",
        "slate",
        "Dark slate",
        slate_set.build,
        "dark slate",
        "dark stone slab",
        "slate slab",
        "dark rock",
        "black stone slab",
        "moody rock",
        pitch=(0.0, 20.0),
        largest_cm=60.0,
    ),
    _row(
        "set",
        "paper",
        "Coloured paper",
        paper_set.build,
        "paper cut",
        "paper cut-outs",
        "colour blocking",
        "coloured card",
        "coloured paper",
        "colour block paper",
        "cardstock",
        pitch=(0.0, 18.0),
        behind=90.0,
    ),
    _row(
        "set",
        "snow",
        "Snow",
        snow.build,
        "snow",
        "winter wood",
        "snowy forest",
        "ice",
        "snowy landscape",
        "winter scene",
        "winter wonderland",
        pitch=(0.0, 16.0),
    ),
    _row(
        "set",
        "terrace",
        "Sunny terrace",
        terrace.build,
        "terrace",
        "mediterranean",
        "summer sun",
        "outdoors",
        "patio",
        "mediterranean terrace",
        "stucco wall in the sun",
        "seaside terrace",
        "balcony",
        "veranda",
        pitch=(0.0, 18.0),
        behind=90.0,
        sun=True,
    ),
    _row(
        "surface",
        "plaster",
        "Plaster",
        plaster.build,
        "plaster",
        "matte wall",
        "stucco",
        "lime plaster",
    ),
    _row("surface", "concrete", "Concrete", concrete.build, "concrete", "raw concrete", "cement"),
    _row("surface", "terrazzo", "Terrazzo", terrazzo.build, "terrazzo", "polished stone with chips"),
    _row(
        "surface",
        "slate",
        "Slate",
        slate.build,
        "slate",
        "dark stone",
        "split stone",
        "black stone",
    ),
    _row(
        "surface",
        "acrylic-black",
        "Black acrylic",
        acrylic.black,
        "black acrylic",
        "black mirror",
        "glossy black",
        "black plexiglass",
        "black glass",
    ),
    _row(
        "surface",
        "acrylic-white",
        "White acrylic",
        acrylic.white,
        "white acrylic",
        "glossy white",
        "white plexiglass",
        "milk glass",
    ),
    _row("surface", "paper", "Coloured paper", paper.build, "paper", "coloured card", "cardboard"),
    _row("surface", "sand", "Sand", sand.build, "sand", "fine sand", "beach sand"),
    _row(
        "gobo",
        "window",
        "Window",
        gobos.window,
        "window light",
        "window shadow",
        "sun through a window",
        "light through a window",
    ),
    _row("gobo", "leaves", "Leaves", gobos.leaves, "leaf shadows", "palm shadow", "dappled light"),
    _row(
        "gobo",
        "blinds",
        "Blinds",
        gobos.blinds,
        "blinds",
        "venetian blinds",
        "slatted light",
        "striped shadows",
        "shutters",
    ),
    _row("prop", "stones", "Pebbles", stones.build, "stones", "pebbles", "river stones", "rocks"),
    _row("prop", "spheres", "Balls", spheres.build, "spheres", "balls", "orbs"),
    _row(
        "prop",
        "blocks",
        "Blocks",
        blocks.build,
        "blocks",
        "cubes",
        "geometric shapes",
        "boxes",
    ),
    _row("prop", "drops", "Water drops", drops.build, "water drops", "droplets", "dew", "wet"),
    _row(
        "prop",
        "fir",
        "Fir branches",
        fir.build,
        "fir branches",
        "pine",
        "spruce",
        "evergreen twigs",
        "pine twigs",
        "christmas tree branches",
    ),
    _row(
        "prop",
        "baubles",
        "Baubles",
        baubles.build,
        "baubles",
        "christmas balls",
        "ornaments",
        "christmas ornaments",
        "christmas decorations",
    ),
    _row("prop", "dried-grass", "Dried grass", dried_grass.build, "dried grass", "pampas grass", "dried flowers"),
    _row(
        "surface",
        "marble-white",
        "White marble",
        marble.white,
        "marble",
        "white marble",
        "polished stone",
        "carrara",
    ),
    _row(
        "surface",
        "marble-dark",
        "Dark marble",
        marble.dark,
        "dark marble",
        "black marble",
        "green marble",
    ),
    _row(
        "surface",
        "oak",
        "Oak",
        wood.oak,
        "oak",
        "wood",
        "wooden table",
        "light wood",
        "wooden",
        "oak wood",
    ),
    _row("surface", "walnut", "Walnut", wood.walnut, "walnut", "dark wood"),
    _row(
        "surface",
        "linen",
        "Linen",
        linen.build,
        "linen",
        "cloth",
        "fabric",
        "tablecloth",
        "cotton cloth",
    ),
    _row(
        "surface",
        "tiles",
        "Tiles",
        tiles.build,
        "tiles",
        "glazed tiles",
        "ceramic tiles",
        "bathroom tiles",
    ),
    _row(
        "set",
        "arch",
        "Arch and podium",
        arch_set.build,
        "arch",
        "podium",
        "niche",
        "pedestal",
        "plinth",
        "arched niche",
        "round podium",
        "in niche",
        "alcove",
        largest_cm=60.0,
        behind=90.0,
    ),
    _row(
        "prop",
        "eucalyptus",
        "Eucalyptus",
        eucalyptus.build,
        "eucalyptus",
        "green leaves",
        "greenery",
        "plants",
        "foliage",
        "leaves",
    ),
    _row("prop", "vase", "Vase", vase.build, "vase", "ceramic vase", "flower vase"),
    _row("prop", "books", "Books", books.build, "books", "stack of books"),
    _row("prop", "bowl", "Bowl", bowl.build, "bowl", "ceramic bowl", "fruit bowl"),
    _row(
        "prop",
        "citrus",
        "Citrus fruit",
        citrus.build,
        "citrus",
        "lemons",
        "oranges",
        "limes",
        "citrus slices",
    ),
    _row(
        "prop",
        "petals",
        "Petals",
        petals.build,
        "petals",
        "flower petals",
        "rose petals",
        "flowers",
        "blossoms",
    ),
    _row(
        "set",
        "marble",
        "Marble counter",
        marble_set.build,
        "marble counter",
        "kitchen",
        "kitchen counter",
        "worktop",
        "kitchen worktop",
        "kitchen island",
    ),
    _row(
        "set",
        "oak",
        "Oak table",
        oak_set.build,
        "wooden table",
        "oak table",
        "cozy table",
        "wood table",
        "desk",
        "sideboard",
        "wooden desk",
        "dining table",
        "wooden shelf",
    ),
    _row(
        "set",
        "linen",
        "Linen",
        linen_set.build,
        "linen cloth",
        "fabric background",
        "draped cloth",
        "folds",
        "fabric backdrop",
        "draped fabric",
        "tablecloth",
        behind=105.0,
    ),
    _row(
        "set",
        "living",
        "Living room",
        living_set.build,
        "living room",
        "room",
        "interior",
        "home",
        "apartment",
        "lounge",
        "home interior",
        behind=90.0,
    ),
    _row(
        "set",
        "flatlay",
        "Flat lay",
        flatlay_set.build,
        "flat lay",
        "from above",
        "top view",
        "overhead",
        "flatlay",
        "knolling",
        "top-down arrangement",
        "top down",
        pitch=(60.0, 90.0),
    ),
    _row(
        "set",
        "wall",
        "Plaster wall",
        wall_set.build,
        "hanging on a wall",
        "plaster wall",
        "on a hanger",
        "hung on a wall",
        "on a wall hook",
        "on a coat hook",
        behind=80.0,
    ),
)

VOCABULARY = Vocabulary(tuple(row.term for row in ROWS))


class Registry:
    """Finds rows by kind and name; a ``Catalogue`` for stages."""

    def __init__(self, rows: tuple[Row, ...] = ROWS) -> None:
        self._rows = {(row.term.kind, row.term.name): row for row in rows}

    def _find(self, kind: Kind, name: str) -> Row:
        row = self._rows.get((kind, name))
        if row is None:
            known = ", ".join(sorted(n for k, n in self._rows if k == kind))
            raise BadScene(
                f"The scene asks for the {kind} '{name}', which this renderer does not have.",
                "No picture was made.",
                f"Choose one of: {known}.",
            )
        return row

    def build_set(self, stage: Stage) -> None:
        """Build the scene's set on the stage."""
        self._find("set", stage.scene.set).build(stage)

    def surface(self, stage: Stage, name: str, **options: Any) -> Material:
        """Make the material of that name."""
        material: Material = self._find("surface", name).build(stage, **options)
        return material

    def gobo(self, stage: Stage, name: str, distance: float, target: Double) -> None:
        """Hang the gobo of that name."""
        self._find("gobo", name).build(stage, distance, target)

    def prop(self, stage: Stage, name: str, place: int) -> None:
        """Put the prop of that name on spot number ``place``."""
        self._find("prop", name).build(stage, place)
