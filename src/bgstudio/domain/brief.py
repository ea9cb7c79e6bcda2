"""What the person asked for."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_SIDE = 4096
MIN_SIDE = 64


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


class Brief(BaseModel):
    """One wish. JSON-serialisable; the photo and the reference picture are handed in beside it.

    Attributes:
        prompt: the scene in the person's own words, or None.
        preset: name of a preset, or None.
        reference_strength: 0 (ignored) .. 1 (followed fully) for the reference picture.
        product_cm: height of the product in centimetres, or None to guess.
        key_side: ``left``, ``right``, or None to follow the photo's light.
        colour: ``#rrggbb`` of the backdrop, or None.
        width, height: pixels of the picture.
        count: how many variants.
        seed: of the first variant; the same brief, photo and seed give the same bytes on the same machine.
        harmonise: 0 (default: product pixels stay exact) .. 1, pull of the product's colour to the scene's light.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str | None = Field(None, max_length=1000)
    preset: str | None = None
    reference_strength: float = Field(0.8, ge=0, le=1)
    product_cm: float | None = Field(None, gt=0.2, le=1000)
    key_side: str | None = Field(None, pattern="^(left|right)$")
    colour: str | None = Field(None, pattern="^#[0-9a-fA-F]{6}$")
    placement: Placement = Placement()
    width: int = Field(1024, ge=MIN_SIDE, le=MAX_SIDE)
    height: int = Field(1024, ge=MIN_SIDE, le=MAX_SIDE)
    count: int = Field(1, ge=1, le=16)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    quality: Quality = Quality.FINAL
    harmonise: float = Field(0.0, ge=0, le=1)

    @field_validator("prompt")
    @classmethod
    def _empty_prompt_is_none(cls, value: str | None) -> str | None:
        return value.strip() or None if value else None
