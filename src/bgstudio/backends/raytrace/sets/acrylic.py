"""Black acrylic: a dark mirror, a glow of colour behind, edges of light from both sides."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import dusk, light, shade
from bgstudio.backends.raytrace.kit.material import Screen
from bgstudio.backends.raytrace.kit.mesh import plane
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.pixels.colour import to_encoded
from bgstudio.pixels.types import Float

WIDTH, HEIGHT = 26.0, 15.0
"""World units of the glowing backdrop: more than the widest and the tallest frame sees."""


def build(stage: Stage) -> None:
    """Mirror, glow, rims, and a front light that only the reflection shows."""
    product = stage.product
    back = float(product.centre[1]) + product.half_depth + 6.0
    stage.add(plane((-18, 18), (-9, back)), stage.surface("acrylic-black"))
    glow = _glow(stage)
    stage.light(Screen((0.0, back, HEIGHT / 2 - 3.0), WIDTH, HEIGHT, glow))
    _rims(stage)
    # the product's own pixels are laid over: its front may be lit as flatly as its reflection needs it
    stage.accent_light(24, 26, 6.5, 3.2, 3.2, 3.4, (1, 0.99, 0.97))
    stage.accent_light(-38, 14, 6.5, 3.2, 3.2, 1.5, (0.96, 0.98, 1.0))
    stage.key(2.2, distance=_outside(stage, 116), target=(0.0, 0.2, 0.6), warm=(1, 0.97, 0.93))
    stage.gobo("none", distance=2.0, target=(0.0, 0.2, 0.5))
    stage.fill(0.006)
    stage.props()
    stage.depth_of_field(0.05)
    # the glow is the picture's brightest large thing; shown as bright as the palette asks for it
    level = float(to_encoded(np.float32(1.5 * light(stage.colour("backdrop")))))
    stage.finish = Finish(percentile=93, level=float(np.clip(level, 0.26, 0.64)), vignette=0.16, bounces=5)


def _glow(stage: Stage) -> Float:
    """Radiance (n, n, 3) of the backdrop: a soft pool of the palette's colour above the horizon."""
    n = 192
    x = np.linspace(-WIDTH / 2, WIDTH / 2, n, dtype=np.float32)[None]
    z = np.linspace(HEIGHT - 3.0, -3.0, n, dtype=np.float32)[:, None]
    colour = dusk(stage.colour("backdrop"))
    side = stage.side
    if stage.variant == 0:
        pool = np.exp(-(((x - 0.4 * side) / 2.6) ** 2) - ((z - 2.1) / 2.0) ** 2)
        wash = np.exp(-((x / 9.0) ** 2) - ((z - 2.0) / 4.5) ** 2)
        field = (0.95 * pool + 0.22 * wash)[..., None] * colour
    else:
        # two colours that meet behind the product, like two gelled lamps
        gel = stage.colour("accent2")
        second = dusk(shade(gel, light(colour) / max(light(gel), 1e-3), 1.0))
        left = np.exp(-(((x - 1.5 * side) / 2.1) ** 2) - ((z - 2.1) / 2.1) ** 2)
        right = np.exp(-(((x + 2.0 * side) / 2.0) ** 2) - ((z - 1.8) / 1.9) ** 2)
        field = 0.95 * left[..., None] * colour + 0.75 * right[..., None] * second
    # dies away just above the floor: the horizon sinks into the dark instead of cutting the picture
    ground = np.clip((z + 0.1) / 2.2, 0, 1)
    return (field * (0.12 + 0.88 * ground**1.3)[..., None] + 0.002).astype(np.float32)


def _outside(stage: Stage, azimuth: float) -> float:
    """Distance at which a light of that azimuth stands just outside the frame."""
    a = np.radians(azimuth)
    k = stage.camera.k
    return float(max(3.6, (7.5 * k + 0.7) / max(0.2, np.sin(a) + k * np.cos(a))))


def _rims(stage: Stage) -> None:
    """A tall strip on each side, a little behind the product, in the palette's light colours."""
    glow, second = shade(stage.colour("accent"), 1.0, 1.3), stage.colour("accent2")
    for azimuth, tone, power in ((112, glow, 1.9), (-116, second, 1.7)):
        colour = 0.45 + 0.55 * tone / max(float(tone.max()), 1e-3)
        stage.accent_light(azimuth, 18, _outside(stage, abs(azimuth)), 0.5, 3.2, power, colour, target=(0, 0.1, 0.5))
    stage.accent_light(175, 73, 7.0, 4.0, 1.2, 0.9, (1, 1, 1), target=(0, 0.2, 0.4))
