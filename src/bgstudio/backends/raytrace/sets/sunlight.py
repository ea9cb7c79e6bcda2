"""The key light of most sets: soft where it is bare, hard enough to draw where something stands before it."""

from __future__ import annotations

from bgstudio.backends.raytrace.kit.material import Colour
from bgstudio.backends.raytrace.kit.mesh import Vector
from bgstudio.backends.raytrace.stage import Stage

SHARP = 0.13
"""Largest softness of a light behind a gobo: a softer one washes the pattern out."""


def sunlight(
    stage: Stage,
    default: str,
    irradiance: float,
    *,
    target: Vector,
    warm: Colour,
    distance: float = 8.0,
    hang: float = 2.9,
) -> bool:
    """Hang the key and its gobo (the scene's, or ``default``).

    Args:
        stage: the stage.
        default: gobo of the set, or ``none``.
        irradiance: of the key at the target.
        target: what it is aimed at, the middle of a pane of light.
        warm: the set's colour of light.
        distance, hang: of the light and of the gobo from the target, world units.

    Returns:
        Whether most of the set lies in shadow (windows and blinds): the film should then be exposed for the light.
    """
    name = stage.scene.gobo or default
    soft = stage.scene.key.softness if name == "none" else min(SHARP, stage.scene.key.softness)
    stage.key(irradiance, distance=distance, target=target, warm=warm, softness=soft)
    stage.gobo(default, distance=hang, target=target)
    return name in ("window", "blinds")
