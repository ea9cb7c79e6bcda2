"""Sets, surfaces, props and gobos as plain data: they fit every product and depend on nothing but the scene."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from bgstudio.backends.raytrace.build import build_stage
from bgstudio.backends.raytrace.kit.material import Bump, Material, Screen, Texture
from bgstudio.backends.raytrace.recipe import Recipe
from bgstudio.backends.raytrace.registry import Registry
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.domain.scene import CameraSpec, KeyLight, Palette, Scene, Side
from bgstudio.domain.shot import Rect

SETS = ("arch", "marble", "oak", "linen", "living", "flatlay", "wall")
SURFACES = ("marble-white", "marble-dark", "oak", "walnut", "linen", "tiles")
PROPS = ("eucalyptus", "vase", "books", "bowl", "citrus", "petals")
GOBOS = ("window", "leaves", "blinds")
PALETTE = Palette(backdrop="#d9c8b4", surface="#e4dccf", accent="#b8734f", accent2="#8aa37c")

PRODUCTS = {
    # width and height in pixels of a 256 pixel frame, centimetres, degrees of pitch
    "tall": (40, 122, 24.0, 6.0),
    "wide": (150, 62, 12.0, 6.0),
    "tiny": (34, 30, 2.0, 8.0),
    "deep": (120, 90, 30.0, 20.0),
    "furniture": (110, 130, 90.0, 8.0),
}


def stage(
    set_name: str = "sweep",
    product: str = "tall",
    *,
    seed: int = 0,
    side: Side = "left",
    size: tuple[int, int] = (256, 256),
    detail: float = 0.1,
    **scene: Any,
) -> Stage:
    wide, high, cm, pitch = PRODUCTS[product]
    overhead = set_name == "flatlay"
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    # an oval with a flat foot: wide products have soft corners, as real ones do
    alpha = (np.hypot((x / wide - 0.5) / 0.5, np.maximum(0, 0.55 - y / high) / 0.55) < 1).astype(np.float32)
    bottom = size[1] // 2 + high // 2 if overhead else round(0.76 * size[1])
    recipe = Recipe(
        scene=Scene(
            name="test",
            set=set_name,
            palette=PALETTE,
            key=KeyLight(side=side, azimuth=58, elevation=38, softness=0.2),
            camera=CameraSpec(pitch=pitch, overhead=overhead, base=0.5 if overhead else 0.76, depth_of_field=0.5),
            product_cm=cm,
            seed=seed,
            **scene,
        ),
        rgb=np.full((high, wide, 3), 0.4, np.float32),
        alpha=alpha,
        rect=Rect((size[0] - wide) // 2, bottom - high, wide, high),
        width=size[0],
        height=size[1],
        detail=detail,
    )
    return build_stage(recipe, Registry())


def textures(material: Material) -> list[Texture]:
    values = (getattr(material, field.name) for field in fields(material))
    return [value for value in values if isinstance(value, Texture)]


def assert_sound(built: Stage) -> None:
    """Nothing undefined, colours possible, UVs where they are needed, and nothing inside the product."""
    box = built.product.mesh.V
    low, high = box.min(0) + 0.02, box.max(0) - 0.02
    low[2] = max(float(low[2]), 0.03)
    for number, shape in enumerate(built.shapes):
        mesh, material = shape.mesh, shape.material
        assert len(mesh.F), number
        assert np.isfinite(mesh.V).all(), number
        assert np.isfinite(mesh.normals()).all(), number
        assert mesh.F.min() >= 0, number
        assert mesh.F.max() < len(mesh.V), number
        maps = textures(material)
        for texture in maps:
            assert np.isfinite(texture.pixels).all(), number
            assert texture.pixels.min() >= 0, number
            assert texture.pixels.max() <= 1, number
        if maps or isinstance(material.bump, Bump):
            assert mesh.UV is not None, number
            assert np.isfinite(mesh.UV).all(), number
        inside = ((mesh.V - low > 0) & (high - mesh.V > 0)).all(1)
        assert not inside.any(), (number, mesh.V[inside][:3])
    for light in built.lights:
        if isinstance(light, Screen):
            assert np.isfinite(light.radiance).all()
            assert light.radiance.min() >= 0


def same(one: Stage, other: Stage) -> bool:
    """Whether two stages hold the same geometry and textures."""
    if len(one.shapes) != len(other.shapes):
        return False
    for a, b in zip(one.shapes, other.shapes, strict=True):
        if a.mesh.V.shape != b.mesh.V.shape or not np.array_equal(a.mesh.V, b.mesh.V):
            return False
        pairs = zip(textures(a.material), textures(b.material), strict=True)
        if not all(np.array_equal(s.pixels, t.pixels) for s, t in pairs):
            return False
    return True


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("product", PRODUCTS)
def test_sets_hold_every_product(name: str, product: str) -> None:
    for seed, side in ((0, "left"), (1, "right")):
        built = stage(name, product, seed=seed, side=side)  # type: ignore[arg-type]
        assert_sound(built)
        assert built.lights


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("size", [(448, 252), (252, 448)])
def test_sets_fill_wide_and_tall_frames(name: str, size: tuple[int, int]) -> None:
    built = stage(name, "tall", size=size)
    assert_sound(built)
    # every corner of the frame looks at something: a shape's plane or a screen wide enough for it
    corners = np.array([[0.0, 0.0], [size[0], 0.0], [0.0, size[1]], [size[0], size[1]]])
    rays = built.camera.ray(corners[:, 0], corners[:, 1])
    spans = [shape.mesh.V for shape in built.shapes]
    for ray in rays:
        assert any(_covers(V, built, ray) for V in spans) or any(
            _screen_covers(light, built, ray) for light in built.lights if isinstance(light, Screen)
        )


def _covers(V: np.ndarray, built: Stage, ray: np.ndarray) -> bool:
    """Whether a ray meets a flat-ish mesh's bounding slab inside its extent."""
    low, high = V.min(0) - 1e-3, V.max(0) + 1e-3
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (low - built.camera.origin) / ray, (high - built.camera.origin) / ray
    near, far = np.minimum(a, b).max(), np.maximum(a, b).min()
    return bool(far >= max(near, 0))


def _screen_covers(light: Screen, built: Stage, ray: np.ndarray) -> bool:
    centre = np.asarray(light.centre)
    at = built.camera.origin + ray * ((centre[1] - built.camera.origin[1]) / ray[1])
    return bool(abs(at[0] - centre[0]) <= light.width / 2 and abs(at[2] - centre[2]) <= light.height / 2)


@pytest.mark.parametrize("name", SETS)
def test_sets_depend_on_their_seed_alone(name: str) -> None:
    assert same(stage(name, seed=5), stage(name, seed=5))
    assert not same(stage(name, seed=5), stage(name, seed=8))


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_are_textures_that_follow_the_colour(name: str) -> None:
    one = stage()
    material = one.catalogue.surface(one, name)
    assert isinstance(material.colour, Texture)
    pixels = material.colour.pixels
    assert pixels.dtype == np.float32
    assert 0 <= pixels.min() < pixels.max() <= 1
    other = one.catalogue.surface(one, name, colour=(0.2, 0.3, 0.6))
    assert isinstance(other.colour, Texture)
    assert not np.array_equal(pixels, other.colour.pixels)
    again = stage()
    repeated = again.catalogue.surface(again, name).colour
    assert isinstance(repeated, Texture)
    assert np.array_equal(pixels, repeated.pixels)


@pytest.mark.parametrize("name", SURFACES)
def test_sets_take_any_surface(name: str) -> None:
    for of in ("linen", "living", "flatlay"):
        assert_sound(stage(of, surface=name))


@pytest.mark.parametrize("name", PROPS)
@pytest.mark.parametrize("product", ["tall", "tiny", "deep"])
def test_props_keep_clear_of_the_product(name: str, product: str) -> None:
    for seed in range(2):
        assert_sound(stage("linen" if seed else "sweep", product, seed=seed, props=(name, name, name)))


@pytest.mark.parametrize("name", PROPS)
def test_props_lie_in_view_from_above(name: str) -> None:
    bare, dressed = stage("flatlay", props=()), stage("flatlay", props=(name,))
    assert len(dressed.shapes) > len(bare.shapes)
    assert_sound(dressed)


@pytest.mark.parametrize("name", PROPS)
def test_props_differ_by_seed(name: str) -> None:
    assert same(stage("sweep", props=(name,)), stage("sweep", props=(name,)))
    assert not same(stage("sweep", props=(name,)), stage("sweep", props=(name,), seed=2))


@pytest.mark.parametrize("name", GOBOS)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("size", [(256, 256), (448, 252), (252, 448)])
def test_gobos_stay_out_of_sight_and_before_the_light(name: str, side: Side, size: tuple[int, int]) -> None:
    built = stage(side=side, size=size)
    before = len(built.shapes)
    target = np.array([0.0, 0.3, 0.5])
    built.catalogue.gobo(built, name, 2.9, target)
    assert len(built.shapes) == before + 1
    mesh = built.shapes[-1].mesh
    seen, depth = built.camera.project(mesh.V[np.unique(mesh.F)].astype(float))
    inside = (depth > 0) & (seen > 0).all(1) & (seen < np.array(size)).all(1)
    assert not inside.any()
    light = built.lamp_position(target) - target
    along = (mesh.V - target) @ light / np.linalg.norm(light)
    assert abs(float(np.median(along)) - 2.9) < 0.6


def test_a_window_lights_the_target() -> None:
    for seed in range(6):
        built = stage(seed=seed)
        target = np.array([0.0, 0.3, 0.5])
        built.catalogue.gobo(built, "window", 2.9, target)
        mesh = built.shapes[-1].mesh
        middle = target + 2.9 * _unit(built.lamp_position(target) - target)
        nearest = np.linalg.norm(mesh.V[mesh.F].mean(1) - middle, axis=1).min()
        assert nearest > 0.15


def _unit(v: np.ndarray) -> np.ndarray:
    return np.asarray(v / np.linalg.norm(v))
