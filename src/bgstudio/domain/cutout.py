"""A product freed from its photo, with what the photo tells about camera and light."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.domain.making import NO_ORIGIN, Origin
from bgstudio.pixels.types import Float

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in pixels, right and bottom exclusive."""


@dataclass(frozen=True)
class Doubt:
    """A place where the cut-out may be wrong, in words a person understands.

    Attributes:
        reason: one sentence.
        box: where, in pixels of the photo; None where it concerns all of it.
        severity: 0..1; above 0.5 the person should look before publishing.
    """

    reason: str
    box: Box | None = None
    severity: float = 0.5


@dataclass(frozen=True)
class ViewReading:
    """How the camera looked at the product.

    Attributes:
        pitch: degrees the camera looked down, 0 level, 90 from straight above.
        sure: whether the estimate may be followed; if not, ``pitch`` is the catalogue's usual 8 degrees.
        rest: ``standing``, ``lying`` (seen from above) or ``hanging`` (a garment without a foot).
        rest_sure: whether ``rest`` may be followed.
    """

    pitch: float = 8.0
    sure: bool = False
    rest: str = "standing"
    rest_sure: bool = False


@dataclass(frozen=True)
class LightReading:
    """Where the photo's key light stood, as far as the product's shading tells.

    Attributes:
        side: ``left``, ``right`` or None where it cannot be told (then the key light is free).
        strength: slope of log luminance along the surface normal's x, 1 is strong.
        fit: R squared of the estimate.
    """

    side: str | None = None
    strength: float = 0.0
    fit: float = 0.0


@dataclass(frozen=True, eq=False)
class Cutout:
    """The product alone.

    Attributes:
        rgb: float32 (H, W, 3), the foreground's own colours, linear light, sRGB primaries, straight; where alpha is
            1 they are the photo's pixels, unchanged; at soft edges the backdrop's spill has been taken out.
        alpha: float32 (H, W), 0..1.
        confidence: float32 (H, W), 0 (a guess) .. 1 (sure), of alpha.
        box: bounding box of the product.
        model: name of the model that made the matte, or ``own alpha``.
        doubts: where it may be wrong, worst first.
        notes: fallbacks and choices, as sentences.
        view, light: readings of camera and light.
        origin: what the photo's marks say of how it was made; told on by everything that is made of it.
    """

    rgb: Float
    alpha: Float
    confidence: Float
    box: Box
    model: str
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()
    view: ViewReading = field(default_factory=ViewReading)
    light: LightReading = field(default_factory=LightReading)
    origin: Origin = NO_ORIGIN

    @property
    def aspect(self) -> float:
        """Width by height of the bounding box."""
        left, top, right, bottom = self.box
        return (right - left) / max(1, bottom - top)

    def cropped(self) -> tuple[Float, Float]:
        """(rgb, alpha) inside the bounding box."""
        left, top, right, bottom = self.box
        return self.rgb[top:bottom, left:right], self.alpha[top:bottom, left:right]
