"""Dark slate: a split slab in the mist, light along its edges."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import dusk, light, shade
from bgstudio.backends.raytrace.kit.material import Material, Screen
from bgstudio.backends.raytrace.kit.mesh import plane
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.kit.slabs import split_slab
from bgstudio.backends.raytrace.kit.stones import rock
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import slate
from bgstudio.pixels.colour import to_encoded
from bgstudio.pixels.types import Float


def build(stage: Stage) -> None:
    """Slab, rocks, mist, rims and a window of light on the slab."""
    product = stage.product
    x, y = float(product.centre[0]), float(product.centre[1])
    height = float(np.clip(5.5 * stage.cm, 0.20, 0.32))
    level = (1.1 * product.half_width + 0.07, product.half_depth + 0.08)
    wide = max(0.82, 1.05 * max(product.half_width, 0.85 * product.reach) + 0.42)
    deep = max(0.60, product.half_depth + 0.38)
    stage.floor, stage.clear = -height, wide + 0.05
    slab = split_slab(x, y + 0.04, wide, deep, height, slate.cleft(256, 4 + stage.scene.seed % 3), level, stage.rng)
    material = stage.surface("slate")
    stage.add(slab, material)
    tone = stage.colour("surface")
    floor = Material(shade(tone, 0.16), roughness=0.13, specular=0.4)
    back = y + product.half_depth + 6.2
    stage.add(plane((-16, 16), (-9, back), -height), floor)
    _rocks(stage, x, y, wide, material if stage.scene.surface is None else slate.build(stage))
    stage.light(Screen((0, back, 3.6), 26.0, 14.0, _mist(stage)))
    _lights(stage)
    stage.fill(0.022, (0.95, 1.0, 1.1))
    stage.props()
    stage.depth_of_field(0.05)
    # the mist is the brightest large thing; shown as bright as the palette asks for it
    shown = float(to_encoded(np.float32(1.45 * light(stage.colour("backdrop")))))
    stage.finish = Finish(percentile=90, level=float(np.clip(shown, 0.2, 0.62)), vignette=0.2, bounces=5)


def _rocks(stage: Stage, x: float, y: float, wide: float, material: Material) -> None:
    rng, side = stage.rng, stage.side
    group = ((-0.36, -0.10, 0.25), (-0.06, -0.62, 0.10), (0.40, 0.62, 0.32), (-0.72, 0.62, 0.36), (0.10, -0.58, 0.075))
    for dx, dy, radius in group:
        away = (wide + abs(dx)) * (side if dx > 0 else -side)
        own = radius * float(rng.uniform(0.85, 1.1))
        stage.add(rock((x + away, y + dy, stage.floor - 0.02), own, rng, flat=0.72), material)


def _lights(stage: Stage) -> None:
    mist = dusk(stage.colour("backdrop"))
    tint = 0.4 + 0.6 * mist / max(float(mist.max()), 1e-3)
    # the rim: from behind on the key's side, warm; its cool counterpart opposite
    stage.key(4.2, distance=5.2, target=(0, 0.1, 0.4), warm=(1, 0.93, 0.83))
    stage.accent_light(-122, 20, 5.0, 0.6, 3.2, 2.6, tint, target=(0, 0.1, 0.5))
    # what draws the slab's face and edge
    stage.accent_light(36, 48, 6.2, 1.0, 1.0, 2.1, (1, 0.97, 0.93), target=(0, 0.0, 0.0))
    stage.accent_light(178, 73, 7.0, 4.0, 1.1, 0.8, (1, 1, 1), target=(0, 0.3, 0.2))
    stage.gobo("none", distance=2.5, target=(0.0, 0.1, 0.3))


def _mist(stage: Stage) -> Float:
    """Radiance (n, n, 3): a pool of coloured light and banks of mist just above the ground."""
    n = 192
    gx = np.linspace(-13, 13, n, dtype=np.float32)[None]
    gz = np.linspace(10.6, -3.4, n, dtype=np.float32)[:, None]
    colour = dusk(stage.colour("backdrop"))
    pool = np.exp(-(((gx - 0.6 * stage.side) / 2.5) ** 2) - ((gz - 2.1) / 1.9) ** 2)
    wash = np.exp(-((gx / 9) ** 2) - ((gz - 2) / 5) ** 2)
    banks = np.clip(1 + 0.55 * fractal(n, n, 2.9, stage.scene.seed % 8, stretch=(2.2, 0.8)), 0, 3)
    low = np.exp(-(((gz - 0.35) / 0.55) ** 2) - (gx / 5.5) ** 2) * banks
    pale = shade(colour, 1.0, 0.55) + 0.02
    ground = np.clip((gz + 0.3) / 1.2, 0, 1)[..., None]
    field = ((0.8 * pool + 0.22 * wash) * (0.9 + 0.1 * banks))[..., None] * colour + 0.6 * low[..., None] * pale
    return np.asarray(np.clip(field * (0.25 + 0.75 * ground), 0, 4) + 0.02 * light(colour), np.float32)
