"""A ceramic vase, with or without a few stems."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.material import Material, mixed
from bgstudio.backends.raytrace.kit.mesh import merge
from bgstudio.backends.raytrace.kit.plants import Blade, leaf_material, sprig
from bgstudio.backends.raytrace.kit.wares import VASES, vessel
from bgstudio.backends.raytrace.props.placing import centimetre, outwards
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Double


def build(stage: Stage, place: int) -> None:
    """One vase of 13 to 17 cm; two thirds of them hold olive or eucalyptus stems that lean out of the frame."""
    cm, rng = centimetre(stage), stage.rng
    height = rng.uniform(13, 17) * cm
    profile = VASES[int(rng.integers(len(VASES)))]
    spot = stage.spot(place, 0.38 * height)
    clay = mixed(stage.colour("accent"), hex_to_linear("#e9e2d6"), float(rng.choice([0.35, 0.85])))
    stage.add(vessel(profile, height, spot), Material(clay, roughness=0.55, specular=0.35))
    if rng.random() < 0.67:
        _stems(stage, spot + np.array([0, 0, 0.9 * height]), height, outwards(stage, spot))


def _stems(stage: Stage, mouth: Double, height: float, away: int) -> None:
    rng = stage.rng
    olive = rng.random() < 0.5
    blade = Blade(width=0.13, fold=0.2, curl=0.3) if olive else None
    pairs = []
    for lean in (0.1, 0.5, 0.85):
        heading = (away * (lean + rng.normal(0, 0.08)), rng.normal(0.1, 0.22), 1.0)
        size = (0.24 if olive else 0.17) * height
        up = (-away * 0.4, -0.9, 0.5)
        length = height * rng.uniform(1.0, 1.45)
        pairs.append(
            sprig(mouth, heading, length, size, rng, blade=blade, pairs=9, bend=0.5, droop=0.12, taper=0.4, up=up)
        )
    dark, pale = ("#55633f", "#98a27a") if olive else ("#5d7567", "#9db3a0")
    stage.add(merge([a for a, _ in pairs]), leaf_material(hex_to_linear(dark), hex_to_linear(pale), vein=1.15))
    stage.add(merge([b for _, b in pairs]), Material(hex_to_linear("#7a6550"), matt=True))
