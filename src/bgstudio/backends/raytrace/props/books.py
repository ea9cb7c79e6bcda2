"""A low stack of cloth-bound books."""

from __future__ import annotations

from bgstudio.backends.raytrace.kit.material import Material, mixed
from bgstudio.backends.raytrace.kit.mesh import merge
from bgstudio.backends.raytrace.kit.wares import book
from bgstudio.backends.raytrace.props.placing import centimetre
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear


def build(stage: Stage, place: int) -> None:
    """Two or three books of A5 size, each turned a little."""
    cm, rng = centimetre(stage), stage.rng
    spot = stage.spot(place, 12.5 * cm)
    linen = hex_to_linear("#e4dccd")
    colours = (
        mixed(stage.colour("accent"), linen, 0.25),
        linen,
        mixed(stage.colour("accent2"), linen, 0.3),
    )
    count = int(rng.integers(2, 4))
    z, paper = float(spot[2]), []
    for k in range(count):
        width, depth = (21.0 - 1.6 * k) * cm, (14.8 - 1.2 * k) * cm
        thick = rng.uniform(1.7, 2.8) * cm
        turn = stage.side * 0.16 + rng.normal(0, 0.12)
        offset = rng.normal(0, 0.35, 2) * cm
        cover, pages = book(width, depth, thick, (spot[0] + offset[0], spot[1] + offset[1], z), turn)
        stage.add(cover, Material(colours[k], matt=True))
        paper.append(pages)
        z += thick
    stage.add(merge(paper), Material(hex_to_linear("#efe8d8"), matt=True))
