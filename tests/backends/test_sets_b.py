"""Sets, surfaces and props that are built without a renderer: everything stands where it should, for any product."""

from __future__ import annotations

import numpy as np
import pytest

from bgstudio.backends.raytrace.build import build_stage
from bgstudio.backends.raytrace.kit.blocks import arch, block, cylinder, disc, half_disc, steps
from bgstudio.backends.raytrace.kit.material import Material, Softbox, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, frame
from bgstudio.backends.raytrace.kit.slabs import river_slab
from bgstudio.backends.raytrace.kit.stones import pebble, rock
from bgstudio.backends.raytrace.proxy import StandIn
from bgstudio.backends.raytrace.recipe import Recipe
from bgstudio.backends.raytrace.registry import Registry
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.domain.scene import CameraSpec, KeyLight, Palette, Scene
from bgstudio.domain.shot import frame_product
from bgstudio.pixels.types import Float

SETS = ("acrylic", "concrete", "terrazzo", "water", "terrace", "slate", "paper", "snow", "packshot")
SURFACES = ("concrete", "terrazzo", "slate", "acrylic-black", "acrylic-white", "paper", "sand")
PROPS = ("stones", "spheres", "blocks", "drops", "fir", "baubles", "dried-grass")

PALETTE = Palette(backdrop="#b9d3d6", surface="#a9a49c", accent="#c98f6b", accent2="#7f9a74")
REGISTRY = Registry()

MARGIN = 0.02
"""World units that everything keeps from the product above its foot."""


def scene(name: str, seed: int = 0, **changes: object) -> Scene:
    values: dict[str, object] = {"key": KeyLight(side="left"), "camera": CameraSpec(), "props": ()} | changes
    return Scene(name="test", set=name, palette=PALETTE, seed=seed, **values)


def alpha_of(kind: str) -> Float:
    """Silhouettes: a bottle, a sofa, a ring seen small, a bowl as deep as it is wide."""
    h, w = {"tall": (120, 40), "wide": (50, 150), "tiny": (48, 48), "deep": (80, 120)}[kind]
    y, x = np.mgrid[0:h, 0:w]
    u, v = (x + 0.5) / w * 2 - 1, (y + 0.5) / h
    if kind == "tall":
        inside = np.abs(u) < np.where(v < 0.25, 0.45, 0.95)
    elif kind == "wide":
        inside = (np.abs(u) < 0.98) & ((v > 0.35) | (np.abs(u) > 0.8))
    elif kind == "tiny":
        inside = np.hypot(u, 2 * v - 1) < 0.97
    else:
        inside = np.abs(u) < 0.98 - 0.4 * v**3
    return inside.astype(np.float32)


CASES = {"tall": 18.0, "wide": 80.0, "tiny": 2.5, "deep": 14.0}
"""Heights in centimetres."""


def built(recipe_scene: Scene, kind: str = "tall", size: tuple[int, int] = (256, 256), detail: float = 0.4) -> Stage:
    alpha = alpha_of(kind)
    at = recipe_scene.model_copy(update={"product_cm": CASES[kind]})
    rect = frame_product(at, alpha.shape[1] / alpha.shape[0], *size)
    rgb = np.full((*alpha.shape, 3), 0.4, np.float32)
    return build_stage(Recipe(at, rgb, alpha, rect, *size, detail), REGISTRY)


def inside_product(mesh: Mesh, product: StandIn) -> int:
    """How many vertices lie within the product's box: above the ground, where its foot and its body stand."""
    V = mesh.V
    across = np.abs(V[:, 0] - product.centre[0]) < product.half_width - MARGIN
    along = np.abs(V[:, 1] - product.centre[1]) < product.half_depth - MARGIN
    up = (V[:, 2] > MARGIN) & (V[:, 2] < product.height)
    # higher up it may be wider than its foot
    body = (np.abs(V[:, 0] - product.centre[0]) < 0.95 * product.reach) & (
        np.abs(V[:, 1] - product.centre[1]) < 0.6 * product.half_depth
    )
    upper = (V[:, 2] > 0.35 * product.height) & (V[:, 2] < product.height)
    return int(((across & along & up) | (body & upper)).sum())


def textures(material: Material) -> list[Float]:
    return [v.pixels for v in (material.colour, material.roughness) if isinstance(v, Texture)]


def check_sound(stage: Stage) -> None:
    for shape in stage.shapes:
        mesh, material = shape.mesh, shape.material
        assert np.isfinite(mesh.V).all()
        assert np.isfinite(mesh.normals()).all()
        assert mesh.F.min() >= 0
        assert mesh.F.max() < len(mesh.V)
        assert inside_product(mesh, stage.product) == 0
        pictures = textures(material)
        for pixels in pictures:
            assert np.isfinite(pixels).all()
            assert pixels.min() >= 0
            assert pixels.max() <= 1
        if material.bump is not None:
            assert np.isfinite(material.bump.heights).all()
        if pictures or material.bump is not None:
            assert mesh.UV is not None
            assert np.isfinite(mesh.UV).all()


def fingerprint(stage: Stage) -> tuple[float, ...]:
    """Numbers that change with anything that is seen."""
    out = [float(np.abs(shape.mesh.V).sum()) for shape in stage.shapes]
    out += [float(p.sum()) for shape in stage.shapes for p in textures(shape.material)]
    colours = [shape.material.colour for shape in stage.shapes]
    out += [float(np.asarray(colour).sum()) for colour in colours if not isinstance(colour, Texture)]
    out += [float(shape.material.matt) for shape in stage.shapes]
    out += [float(np.asarray(getattr(light, "radiance", 0.0)).sum()) for light in stage.lights]
    return tuple(out)


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("name", SETS)
def test_a_set_stands_around_any_product(name: str, kind: str) -> None:
    for seed, side in ((0, "left"), (1, "right")):
        stage = built(scene(name, seed, key=KeyLight(side=side), props=None), kind)
        assert stage.shapes
        assert stage.lights
        check_sound(stage)


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_drawn_from_its_seed_alone(name: str) -> None:
    first, again, other = (fingerprint(built(scene(name, seed, props=None))) for seed in (4, 4, 7))
    assert first == again
    assert first != other


@pytest.mark.parametrize("size", [(320, 180), (180, 320)])
@pytest.mark.parametrize("name", SETS)
def test_a_set_fills_wide_and_tall_frames(name: str, size: tuple[int, int]) -> None:
    stage = built(scene(name), size=size)
    check_sound(stage)
    # every ray below the horizon meets the ground that the set has laid
    largest = max((np.ptp(shape.mesh.V[:, 0]) for shape in stage.shapes), default=0.0)
    corners, depth = np.array([0.0, size[0]]), 7.5
    assert largest > np.ptp(stage.camera.ray(corners, size[1] / 2)[:, 0]) * depth


@pytest.mark.parametrize("name", SETS)
def test_a_set_honours_the_light_of_the_scene(name: str) -> None:
    def ambient(fill: float) -> float:
        stage = built(scene(name, fill=fill))
        lights = [light for light in stage.lights if type(light).__name__ in ("Ambient", "SunSky")]
        return sum(float(np.asarray(getattr(light, "radiance", getattr(light, "sky", 0.0))).sum()) for light in lights)

    left, right = (built(scene(name, key=KeyLight(side=side))) for side in ("left", "right"))
    assert (left.lights, left.lamp) != (right.lights, right.lamp)
    assert left.lamp is not None
    assert right.lamp is not None
    assert left.lamp[0] < 0 < right.lamp[0]
    assert ambient(0.5) < ambient(2.0)


def empty_stage(kind: str, seed: int = 3) -> Stage:
    """A stage with a product and nothing else."""
    stage = built(scene("packshot", seed), kind)
    stage.shapes.clear()
    stage.lights.clear()
    return stage


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("name", PROPS)
def test_a_prop_stands_beside_the_product(name: str, kind: str) -> None:
    for place in range(3):
        stage = empty_stage(kind, place)
        REGISTRY.prop(stage, name, place)
        assert stage.shapes
        check_sound(stage)
        lowest = min(float(shape.mesh.V[:, 2].min()) for shape in stage.shapes)
        assert -0.1 < lowest < 0.2


@pytest.mark.parametrize("name", PROPS)
def test_a_prop_is_drawn_from_the_seed_alone(name: str) -> None:
    prints = []
    for seed in (2, 2, 5):
        stage = empty_stage("tall", seed)
        REGISTRY.prop(stage, name, 0)
        prints.append(fingerprint(stage))
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_reflects_no_more_than_it_gets(name: str) -> None:
    stage = empty_stage("tall")
    for material in (REGISTRY.surface(stage, name), REGISTRY.surface(stage, name, colour=(0.6, 0.5, 0.4))):
        for pixels in textures(material):
            assert pixels.dtype == np.float32
            assert pixels.min() >= 0
            assert pixels.max() <= 1
        if not isinstance(material.colour, Texture):
            assert 0 <= np.min(material.colour) <= np.max(material.colour) <= 1


def test_a_surface_of_the_scene_lies_under_the_product() -> None:
    own, asked = (built(scene("terrazzo", surface=surface)) for surface in (None, "slate"))
    assert fingerprint(own) != fingerprint(asked)


def test_stones_rest_on_their_place() -> None:
    for make in (pebble, rock):
        stone = make((1.0, 2.0, 0.5), 0.3, np.random.default_rng(1))
        assert stone.V[:, 2].min() == pytest.approx(0.5, abs=0.03)
        assert np.linalg.norm(stone.V.mean(0)[:2] - [1, 2]) < 0.15


def test_a_river_slab_is_level_where_the_product_stands() -> None:
    slab = river_slab(0.0, 0.4, 0.7, 0.6, -0.3, (0.35, 0.3), np.random.default_rng(0))
    here = np.hypot(slab.V[:, 0] / 0.35, (slab.V[:, 1] - 0.4) / 0.3) < 0.95
    assert np.abs(slab.V[here, 2]).max() < 0.004
    assert slab.V[:, 2].max() <= 0.004


@pytest.mark.parametrize(
    "mesh",
    [
        arch((0, 0, 0), 0.5, 0.2, 0.3),
        half_disc((0, 0, 0), 0.5, 0.2),
        disc((0, 0, 0.5), 0.5, 0.05),
        cylinder((0, 0, 0), 0.3, 0.5),
        steps((0, 0, 0), 0.5, 0.6, 0.6, 3),
        block((0, 0, 0), 0.4, 0.4, 0.4, 0.3),
    ],
)
def test_blocks_stand_on_the_floor(mesh: Mesh) -> None:
    assert mesh.V[:, 2].min() == pytest.approx(0.0, abs=0.02)
    assert np.isfinite(mesh.normals()).all()
    assert mesh.UV is not None


@pytest.mark.parametrize("name", SETS)
def test_softboxes_stay_out_of_every_frame(name: str) -> None:
    for size in ((256, 256), (320, 180), (180, 320)):
        stage = built(scene(name), size=size)
        for light in stage.lights:
            if not isinstance(light, Softbox):
                continue
            at, target = np.asarray(light.position, float), np.asarray(light.target, float)
            if (target - at)[1] > 0 and at[1] < -1:
                continue  # it shines away from the camera: its back is not seen, and it hangs beside the lens
            rows = frame(target - at)
            corners = [
                at + a * light.width / 2 * rows[0] + b * light.height / 2 * rows[2] for a in (-1, 1) for b in (-1, 1)
            ]
            pixels, depth = stage.camera.project(np.array(corners))
            part = pixels / np.array(size)
            seen = (depth > 0) & (part > 0).all(1) & (part < 1).all(1)
            assert not seen.any()
