"""What the person asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MAX_SIDE = 4096
AUTO = "auto"
"""Instead of a backend's name: the studio chooses, and says why."""

MIN_SIDE = 64

ROLES = ("backdrop", "surface", "accent", "accent2")
"""What the colours of a brief are for, in their order."""

AnyHex = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
"""An encoded sRGB colour, ``#rrggbb``, in either case."""

Height = Literal["low", "mid", "high"]


class Quality(StrEnum):
    """How long a picture may take."""

    PREVIEW = "preview"
    FINAL = "final"
    FINE = "fine"


class FileFormat(StrEnum):
    """File formats of finished pictures."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"


class Placement(BaseModel):
    """Where the product stands in the frame; None leaves it to the set.

    ``x``: centre of the product, ``base``: its foot, both 0..1 of the frame from the left and the top;
    ``height``: of the product as a part of the frame's height.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    x: float | None = Field(None, ge=0.1, le=0.9)
    base: float | None = Field(None, ge=0.2, le=0.98)
    height: float | None = Field(None, ge=0.05, le=0.95)


class LightWish(BaseModel):
    """How the key light shall stand; None leaves it to the look.

    Attributes:
        azimuth: degrees, 0..360, where the light comes from, seen from above: 0 from the camera, 90 from the right,
            180 from behind the product, 270 from the left.
        height: ``low`` as in the evening, ``mid``, or ``high`` as at noon.
        softness: 0 hard sun with sharp shadows .. 1 a large window.
        warmth: -1 cold .. 0 as the set has it .. 1 warm.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    azimuth: float | None = Field(None, ge=0, le=360)
    height: Height | None = None
    softness: float | None = Field(None, ge=0, le=1)
    warmth: float | None = Field(None, ge=-1, le=1)

    @property
    def said(self) -> bool:
        """Whether anything is wished for."""
        return any(value is not None for value in (self.azimuth, self.height, self.softness, self.warmth))


class Brief(BaseModel):
    """One wish. JSON-serialisable; the photo and the reference picture are handed in beside it.

    Attributes:
        prompt: the scene in the person's own words, or None.
        preset: name of a preset, or None.
        reference_strength: 0 (ignored) .. 1 (followed fully) for the reference picture.
        product_cm: height of the product in centimetres, or None to guess.
        key_side: ``left``, ``right``, or None to follow the photo's light; ``light.azimuth`` says it more exactly.
        colour: ``#rrggbb`` of the backdrop, or None; short for the first of ``colours``.
        colours: up to four ``#rrggbb``: backdrop, surface, accent, second accent. Roles without one keep the look's.
        light: where the key light stands and what it is like.
        shadow: 0 (none) .. 1 (as the light casts it) .. 1.5 (deeper), strength of the product's shadow.
        reflection: 0 (none) .. 1 (as the surface mirrors) .. 2, factor on the product's reflection; None is 1.
        surface: registry name of the material under the product, or None for the look's own.
        width, height: pixels of the picture.
        count: how many variants.
        seed: of the first variant; the same brief, photo and seed give the same bytes on the same machine.
        backend: what makes the background, by name; ``auto`` lets the studio choose, and say why.
        harmonise: 0 (default: product pixels stay exact) .. 1, pull of the product's colour to the scene's light.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str | None = Field(None, max_length=1000)
    preset: str | None = None
    reference_strength: float = Field(0.8, ge=0, le=1)
    product_cm: float | None = Field(None, gt=0.2, le=1000)
    key_side: Literal["left", "right"] | None = None
    colour: AnyHex | None = None
    colours: tuple[AnyHex, ...] = Field((), max_length=4)
    light: LightWish = LightWish()
    shadow: float = Field(1.0, ge=0, le=1.5)
    reflection: float | None = Field(None, ge=0, le=2)
    surface: str | None = Field(None, max_length=64, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")
    placement: Placement = Placement()
    width: int = Field(1024, ge=MIN_SIDE, le=MAX_SIDE)
    height: int = Field(1024, ge=MIN_SIDE, le=MAX_SIDE)
    count: int = Field(1, ge=1, le=16)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    quality: Quality = Quality.FINAL
    harmonise: float = Field(0.0, ge=0, le=1)
    backend: str = Field(AUTO, max_length=48, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")

    @field_validator("prompt")
    @classmethod
    def _empty_prompt_is_none(cls, value: str | None) -> str | None:
        return value.strip() or None if value else None

    @model_validator(mode="after")
    def _one_backdrop(self) -> Self:
        if self.colour and self.colours and self.colour.lower() != self.colours[0].lower():
            raise ValueError("colour and the first of colours are both the backdrop's, and differ")
        return self

    @property
    def palette(self) -> dict[str, str]:
        """Colours asked for, ``#rrggbb`` in lower case, by role; roles that are left to the look are absent."""
        said = self.colours or ((self.colour,) if self.colour else ())
        return {role: colour.lower() for role, colour in zip(ROLES, said, strict=False)}
