"""What a backend gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.domain.painting import Registration
from bgstudio.pixels.types import Float


@dataclass(frozen=True, eq=False)
class Plate:
    """A background with the product's effect on it, as layers of scene light.

    ``backdrop * shadow + reflection`` is the background with the product standing in it.

    Attributes:
        backdrop: float32 (H, W, 3), scene-linear radiance of the empty set.
        shadow: float32 (H, W, 3), 0..1, what the product takes away.
        reflection: float32 (H, W, 3), >= 0, what the product adds: reflection and bounce.
        exposure: factor from radiance to display-linear light; frozen from the plate, so catalogues stay alike.
        backend: name of the backend.
        foot: float32 (n, 2), pixel positions (x, y) of the line where the product touches the ground, or None.
        horizon: y of the horizon in pixels, or None where the set has none in view.
        vignette: 0..1 darkening of the corners that the set asks for.
        notes: fallbacks and remarks, as sentences.
        seconds: time spent by step, for reports and benchmarks.
        registration: what a trained model did to the product before it was put back; None for renderers.
        facts: what made it, for recipes: model, versions, seeds; nothing personal.
    """

    backdrop: Float
    shadow: Float
    reflection: Float
    exposure: float
    backend: str
    foot: Float | None = None
    horizon: float | None = None
    vignette: float = 0.0
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    registration: Registration | None = None
    facts: dict[str, str] = field(default_factory=dict)
