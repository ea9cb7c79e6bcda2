"""Polished acrylic sheets: a black mirror and a white one."""

from __future__ import annotations

from bgstudio.backends.raytrace.kit.material import Colour, Material
from bgstudio.backends.raytrace.stage import Stage


def black(stage: Stage, colour: Colour | None = None, rough: float = 0.05) -> Material:
    """Black acrylic; nothing of its own is seen, only what it mirrors."""
    own = stage.colour("surface") * 0.35 if colour is None else colour
    # denser than real acrylic: the product's reflection must read at low camera pitches
    return Material(own, roughness=rough, specular=0.9)


def white(stage: Stage, colour: Colour | None = None, rough: float = 0.09) -> Material:
    """White acrylic: bright, with a faint clean reflection."""
    own = stage.colour("surface") if colour is None else colour
    return Material(own, roughness=rough, specular=0.5)
