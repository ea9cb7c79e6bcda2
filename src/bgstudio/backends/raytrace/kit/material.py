"""Materials and lights as plain data, in linear light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector
from bgstudio.pixels.types import Double, Float

Colour = Float | Double | Sequence[float]
"""Linear RGB (3,)."""


@dataclass(frozen=True, eq=False)
class Texture:
    """A picture on a surface: float32 (H, W, 3) linear reflectance or (H, W) for a scalar; tiles; row 0 is v = 0."""

    pixels: Float


Value = float | Texture


@dataclass(frozen=True, eq=False)
class Bump:
    """Fine relief: heights float32 (H, W), and world height of one unit of it."""

    heights: Float
    scale: float


@dataclass(frozen=True, eq=False)
class Material:
    """A surface after Disney's principled model (Burley, 2012), or glass.

    Attributes:
        colour: linear RGB or a texture.
        roughness: 0 mirror .. 1 matt; float or texture.
        specular: 0..1, .5 is an index of refraction of 1.5.
        metallic: 0 or 1.
        clearcoat, clearcoat_gloss: varnish.
        sheen: cloth.
        bump: fine relief.
        glass: index of refraction; above 0 all else but roughness is ignored.
        matt: ideal diffuse: cheaper to trace, for walls and paper.
    """

    colour: Colour | Texture = (0.5, 0.5, 0.5)
    roughness: Value = 0.5
    specular: float = 0.5
    metallic: float = 0.0
    clearcoat: float = 0.0
    clearcoat_gloss: float = 0.9
    sheen: float = 0.0
    bump: Bump | None = None
    glass: float = 0.0
    matt: bool = False

    def with_(self, **changes: Any) -> Material:
        """A copy with other values."""
        return replace(self, **changes)


@dataclass(frozen=True, eq=False)
class Shape:
    """A mesh of one material; ``glow`` makes it shine with a radiance (RGB or texture)."""

    mesh: Mesh
    material: Material
    glow: Colour | Texture | None = None


@dataclass(frozen=True, eq=False)
class Softbox:
    """A one-sided rectangular light.

    Attributes:
        position, target: centre, and where it faces.
        width, height: world units.
        radiance: linear RGB at its centre.
        feathered: falls off to its rim like a real softbox; for what is seen as a reflection.
    """

    position: Vector
    target: Vector
    width: float
    height: float
    radiance: Colour
    feathered: bool = False


@dataclass(frozen=True, eq=False)
class Screen:
    """An upright glowing picture facing the camera: sky, blurred room, coloured glow.

    ``radiance``: float32 (H, W, 3), row 0 on top.
    """

    centre: Vector
    width: float
    height: float
    radiance: Float


@dataclass(frozen=True, eq=False)
class Ambient:
    """Light from everywhere, of one radiance."""

    radiance: Colour


@dataclass(frozen=True, eq=False)
class SunSky:
    """Daylight after Hosek and Wilkie.

    Attributes:
        direction: towards the sun.
        turbidity: 2 clear .. 8 hazy.
        sun, sky: scales of the two.
    """

    direction: Vector
    turbidity: float = 3.2
    sun: float = 1.0
    sky: float = 1.0


Light = Softbox | Screen | Ambient | SunSky


def tint(colour: Colour, field: Float) -> Texture:
    """A colour modulated by a field (H, W) around 1, clipped to 0..1."""
    return Texture(np.clip(np.asarray(colour, np.float32) * field[..., None], 0, 1).astype(np.float32))


def mixed(first: Colour, second: Colour, share: float) -> Float:
    """A colour (3,) on the way from ``first`` (share 0) to ``second`` (share 1)."""
    a, b = np.asarray(first, np.float32), np.asarray(second, np.float32)
    return np.asarray(a + (b - a) * np.float32(share), np.float32)
