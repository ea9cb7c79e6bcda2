"""A set, lit and framed: JSON without a single pixel. The recipe that makes a catalogue consistent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Hex = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
"""An encoded sRGB colour, ``#rrggbb``, lower case."""

Side = Literal["left", "right"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Palette(_Frozen):
    """Colours by role. ``origin`` says where they come from: product, reference, prompt or preset."""

    backdrop: Hex
    surface: Hex
    accent: Hex
    accent2: Hex
    origin: str = "preset"


class KeyLight(_Frozen):
    """The light that gives the picture its direction.

    Attributes:
        side: from which side of the frame.
        azimuth: degrees from the camera's axis towards the back: 0 frontal, 90 lateral, above 90 behind the product.
        elevation: degrees above the ground.
        softness: 0 hard sun .. 1 large window or softbox.
        ratio: key to fill, in stops, -2..2 around the set's own.
        warmth: -1 cold .. 1 warm around the set's own.
    """

    side: Side = "left"
    azimuth: float = Field(55, ge=0, le=180)
    elevation: float = Field(40, ge=5, le=85)
    softness: float = Field(0.4, ge=0, le=1)
    ratio: float = Field(0.0, ge=-2, le=2)
    warmth: float = Field(0.0, ge=-1, le=1)


class CameraSpec(_Frozen):
    """Camera and framing.

    Attributes:
        pitch: degrees the camera looks down; follows the photo's where that is known.
        overhead: looks straight down on a product lying flat (``pitch`` is ignored).
        depth_of_field: 0 everything sharp .. 1 background melts away; the product is always sharp.
        x, base: centre and foot of the product, 0..1 of the frame.
        max_height, max_width: most of the frame the product may take, 0..1.
        area: most of the frame's area that the product's bounding box may take, 0..1.
    """

    pitch: float = Field(8.0, ge=0, le=90)
    overhead: bool = False
    depth_of_field: float = Field(0.0, ge=0, le=1)
    x: float = Field(0.5, ge=0, le=1)
    base: float = Field(0.76, ge=0, le=1)
    max_height: float = Field(0.5, gt=0, le=1)
    max_width: float = Field(0.62, gt=0, le=1)
    area: float = Field(0.16, gt=0, le=1)


class Scene(_Frozen):
    """All a backend needs to know of the world around the product.

    Attributes:
        version: of this noun; a recipe of another version is refused.
        name: preset or origin, for people.
        set: registry name of the set.
        surface: registry name of the material under the product; None leaves the set's own.
        gobo: registry name of what shapes the key light (window, leaves, blinds, none); None leaves the set's own.
        props: registry names of props; None leaves the set's own, an empty tuple means bare.
        palette: colours by role.
        key: the key light.
        fill: ambient light as a factor of the set's own, 0.2..3.
        camera: camera and framing.
        exposure: stops around the set's own.
        product_cm: height of the product in centimetres; None lets the set assume its usual.
        seed: chooses among the variants of the set and drives everything random in it.
        notes: what was taken over from words or a reference, and what was not understood; sentences for people.
    """

    version: Literal[1] = 1
    name: str
    set: str
    surface: str | None = None
    gobo: str | None = None
    props: tuple[str, ...] | None = None
    palette: Palette
    key: KeyLight = KeyLight()
    fill: float = Field(1.0, ge=0.2, le=3)
    camera: CameraSpec = CameraSpec()
    exposure: float = Field(0.0, ge=-2, le=2)
    product_cm: float | None = Field(None, gt=0.2, le=1000)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    notes: tuple[str, ...] = ()
