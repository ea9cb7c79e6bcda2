"""Three plain sets with one dominating light each, and the light of the photo. The ground is z = 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bgstudio.backends.raytrace.kit.material import Ambient, Light, Material, Shape, Softbox
from bgstudio.backends.raytrace.kit.mesh import cyclorama, lathe, plane, podium_profile, wall

Built = tuple[list[Shape], list[Light]]


@dataclass(frozen=True)
class Set:
    """A set and its exposure: the ``percentile`` of the empty plate's luminance is put at the linear ``level``."""

    name: str
    build: Callable[[], Built]
    level: float
    percentile: float = 75.0
    mirror: bool = False


def photo_light() -> list[Light]:
    """The light that the product was photographed in."""
    return [
        Softbox((-2.6, -3.8, 3.6), (0, 0.4, 0.5), 2.4, 2.4, (5.0, 5.0, 5.0)),
        Softbox((3.6, -3.2, 2.0), (0, 0.4, 0.5), 2.4, 2.4, (1.2, 1.2, 1.2)),
        Ambient((0.45, 0.45, 0.45)),
    ]


def _key() -> Built:
    """A diffuse floor and one small hard light from the left."""
    floor = Shape(cyclorama(back=3.6, radius=1.8), Material((0.62, 0.60, 0.57), matt=True))
    return [floor], [
        Softbox((-3.6, -2.2, 3.4), (0, 0.4, 0.4), 0.45, 0.45, (130.0, 130.0, 130.0)),
        Ambient((0.30, 0.30, 0.30)),
    ]


def _acrylic() -> Built:
    """Dark gloss, a strip light on the left, a bank overhead, a grey wall."""
    floor = Shape(plane((-12, 12), (-8, 3.4)), Material((0.022, 0.022, 0.025), 0.10))
    back = Shape(wall((-12, 12), (0, 8), 3.4), Material((0.35, 0.36, 0.40), matt=True))
    return [floor, back], [
        Softbox((-3.2, -1.8, 2.2), (0, 0.4, 0.5), 1.2, 3.0, (9.0, 9.0, 9.0)),
        Softbox((0, 1.6, 5.0), (0, 1.6, 0), 5.0, 3.0, (3.0, 3.0, 3.0)),
        Ambient((0.22, 0.22, 0.22)),
    ]


def _window() -> Built:
    """A podium and a large soft window on the left."""
    floor = Shape(cyclorama(back=3.6, radius=1.8, floor=-0.35), Material((0.66, 0.60, 0.52), matt=True))
    podium = lathe(podium_profile(1.3, -0.35, 0.0), (0, 0.5, 0), segments=128)
    return [floor, Shape(podium, Material((0.72, 0.69, 0.64), matt=True))], [
        Softbox((-4.2, -0.4, 2.3), (0, 0.4, 0.4), 2.6, 2.6, (9.0, 9.0, 9.0)),
        Ambient((0.28, 0.28, 0.28)),
    ]


SETS = (Set("key", _key, 0.62), Set("acrylic", _acrylic, 0.30, mirror=True), Set("window", _window, 0.60))
