"""The studio floor: what a set builds on, and what it may ask of the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.material import Ambient, Colour, Light, Material, Shape, Softbox, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector
from bgstudio.domain.scene import Scene
from bgstudio.pixels.colour import hex_to_linear
from bgstudio.pixels.types import Double, Float

if TYPE_CHECKING:
    # the parent process reads the registry of sets and never makes a stand-in: what that needs takes seconds to load
    from bgstudio.backends.raytrace.proxy import StandIn


@dataclass(frozen=True)
class Finish:
    """How the film of a set is exposed and traced.

    Attributes:
        percentile, level: auto-exposure puts this percentile of the plate's luminance outside the product at this
            display-encoded level, 0..1 (Pictures are judged by it: .56-.88 bright sets, .3 dark ones).
        below: only rows below this part of the frame count, 0..1 (0 is the whole frame).
        vignette: 0..1 darkening of the corners.
        bounces: longest light path.
        spp: factor on the samples per pixel.
        white: the backdrop is pure white and only the product's shadow is kept (packshots).
        mirrored: 0..1, how much colour that shadow keeps: what a glossy white table mirrors.
    """

    percentile: float = 60.0
    level: float = 0.78
    below: float = 0.0
    vignette: float = 0.08
    bounces: int = 6
    spp: float = 1.0
    white: bool = False
    mirrored: float = 0.0


class Catalogue(Protocol):
    """What a stage may ask for by name; ``registry`` is the one that exists."""

    def surface(self, stage: Stage, name: str, **options: Any) -> Material:
        """Make the material of that name."""
        ...

    def gobo(self, stage: Stage, name: str, distance: float, target: Double) -> None:
        """Hang the gobo of that name, ``distance`` from ``target`` to the light."""
        ...

    def prop(self, stage: Stage, name: str, place: int) -> None:
        """Put the prop of that name on spot number ``place``."""
        ...


@dataclass(eq=False)
class Stage:
    """One set being built.

    World units as in ``camera``: z up, +y away from the camera, the product's foot on z = 0 with its front near y = 0.

    Attributes:
        scene: the recipe.
        camera: where it is seen from; sets may give it an aperture through ``sharpness``.
        product: the stand-in: ``centre``, ``half_width``, ``half_depth``, ``height``, ``reach``.
        detail: 1 for finished pictures, less for previews; textures shrink with it.
        rng: the only source of chance, seeded by the scene.
        cm: world units per centimetre, from the product's height.
        catalogue: surfaces, props and gobos by name.
        floor: height of the floor that props stand on; below 0 when the product stands on a podium.
        relief: height of that floor by (x, y), where it is not flat.
        clear: half width around the product that props leave free, where a podium is wider than the product.
    """

    scene: Scene
    camera: Camera
    product: StandIn
    detail: float
    rng: np.random.Generator
    cm: float
    catalogue: Catalogue
    floor: float = 0.0
    relief: Callable[[float, float], float] | None = None
    clear: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    finish: Finish = field(default_factory=Finish)
    lamp: Double | None = None

    # -- what the scene says ---------------------------------------------------------------------------------------

    @property
    def side(self) -> int:
        """-1 when the key light stands on the left, +1 on the right."""
        return -1 if self.scene.key.side == "left" else 1

    @property
    def variant(self) -> int:
        """0 or 1: sets with two looks alternate by seed."""
        return self.scene.seed % 2

    def colour(self, role: str) -> Float:
        """Linear RGB (3,) of a palette role: backdrop, surface, accent, accent2."""
        return hex_to_linear(getattr(self.scene.palette, role))

    def size(self, pixels: int) -> int:
        """A texture's side in pixels at this stage's detail; even, at least 64."""
        return max(64, 2 * round(pixels * self.detail / 2))

    # -- building --------------------------------------------------------------------------------------------------

    def add(self, mesh: Mesh, material: Material, glow: Colour | Texture | None = None) -> None:
        """Put something on the stage."""
        self.shapes.append(Shape(mesh, material, glow))

    def light(self, light: Light) -> None:
        """Hang a light."""
        self.lights.append(light)

    def depth_of_field(self, aperture: float) -> None:
        """Open the lens: the set's own aperture, scaled by the scene's wish (0.5 leaves it)."""
        factor = 2 * self.scene.camera.depth_of_field
        if aperture * factor > 1e-3 and not self.scene.camera.overhead:
            focus = self.product.depth + 0.4 * self.product.half_depth
            self.camera = replace(self.camera, aperture=aperture * factor, focus=focus)

    # -- light -----------------------------------------------------------------------------------------------------

    def key_position(
        self, distance: float, target: Vector, azimuth: float | None = None, elevation: float | None = None
    ) -> Double:
        """Where the key light stands: polar about ``target``, from the scene unless the set insists."""
        a = np.radians(self.scene.key.azimuth if azimuth is None else azimuth)
        e = np.radians(self.scene.key.elevation if elevation is None else elevation)
        direction = np.array([self.side * np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
        return np.asarray(target, float) + distance * direction

    def lamp_position(self, target: Vector) -> Double:
        """Where the key light hangs; before it does, where the scene would hang it."""
        return self.key_position(6.5, target) if self.lamp is None else self.lamp

    def key(
        self,
        irradiance: float,
        *,
        distance: float = 6.5,
        target: Vector = (0.0, 0.3, 0.3),
        warm: Colour = (1.0, 0.96, 0.9),
        softness: float | None = None,
        azimuth: float | None = None,
        elevation: float | None = None,
    ) -> None:
        """Hang the key light.

        Args:
            irradiance: at the target, facing the light; an ambient of radiance r gives pi * r. The scene's ``ratio``
                scales it in stops.
            distance: world units from the target.
            warm: the set's own colour of light; the scene's warmth bends it.
            softness, azimuth, elevation: the set's own where the scene must not decide.
        """
        soft = self.scene.key.softness if softness is None else softness
        size = 0.02 * distance * 22.0**soft
        position = self.key_position(distance, target, azimuth, elevation)
        self.lamp = position
        power = irradiance * 2.0**self.scene.key.ratio * distance**2 / size**2
        self.light(Softbox(position, target, size, size, self.warmed(warm) * power, feathered=soft > 0.35))

    def accent_light(
        self,
        azimuth: float,
        elevation: float,
        distance: float,
        width: float,
        height: float,
        irradiance: float,
        colour: Colour,
        *,
        target: Vector = (0.0, 0.0, 0.4),
    ) -> None:
        """A further softbox; azimuth on the key's side is positive, on the other side negative, degrees."""
        a, e = np.radians(azimuth), np.radians(elevation)
        direction = np.array([self.side * np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
        position = np.asarray(target, float) + distance * direction
        radiance = np.asarray(colour, np.float32) * irradiance * distance**2 / (width * height)
        self.light(Softbox(position, target, width, height, radiance, feathered=True))

    def fill(self, radiance: float, colour: Colour = (1.0, 1.0, 1.0)) -> None:
        """Light from everywhere; the scene's ``fill`` scales it."""
        self.light(Ambient(np.asarray(colour, np.float32) * radiance * self.scene.fill))

    def warmed(self, colour: Colour) -> Float:
        """A colour of light, bent by the scene's warmth: about +-1800 K around daylight at +-1."""
        w = self.scene.key.warmth
        bend = np.array([1 + 0.16 * w, 1.0, 1 - 0.28 * w], np.float32)
        return np.asarray(colour, np.float32) * bend

    # -- registry --------------------------------------------------------------------------------------------------

    def surface(self, default: str, **options: Any) -> Material:
        """The material under the product: the scene's, or the set's own ``default``."""
        return self.catalogue.surface(self, self.scene.surface or default, **options)

    def gobo(self, default: str, *, distance: float, target: Vector) -> None:
        """What shapes the key light: the scene's, or the set's own ``default``."""
        name = self.scene.gobo or default
        if name != "none":
            self.catalogue.gobo(self, name, distance, np.asarray(target, float))

    def props(self, *defaults: str) -> None:
        """Dress the stage with the scene's props, or with the set's own."""
        names = defaults if self.scene.props is None else self.scene.props
        for place, name in enumerate(names):
            self.catalogue.prop(self, name, place)

    def spot(self, place: int, radius: float) -> Double:
        """Where the prop number ``place`` of that radius stands: (3,) on the floor.

        Props stand on the off-key side first, so that they catch the key and the product's shadow falls past them;
        the outer ones are cut by the frame.
        """
        gap = max(self.product.reach, self.clear) + radius
        x, y = ((-1, 0.25), (1, 0.75), (-1, 1.1), (1, -0.35), (-1, -0.55), (1, 1.3))[place % 6]
        reach = (0.16, 0.2, 0.45, 0.5, 0.55, 0.6)[place % 6] + gap
        jitter = self.rng.normal(0, 0.04, 2)
        px = float(self.product.centre[0]) + x * self.side * reach + jitter[0]
        py = float(self.product.centre[1]) + y + jitter[1]
        return np.array([px, py, self.ground(px, py)])

    def ground(self, x: float, y: float) -> float:
        """Height of the floor that props stand on, at a place."""
        return self.floor if self.relief is None else self.relief(x, y)
