"""The stand-in: closed, on the ground, and seen exactly where the product is.

Products are drawn from meshes of known shape, so the solid that comes out can be held against the one that went in.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from bgstudio.backends.raytrace.camera import Camera
from bgstudio.backends.raytrace.kit.mesh import Mesh, lathe, merge, rotation, rounded_box, sphere, tube
from bgstudio.backends.raytrace.proxy import Pose, StandIn, stand_in
from bgstudio.domain.scene import CameraSpec
from bgstudio.domain.shot import Rect
from bgstudio.pixels.types import Bool, Double, Float

SIDE = 512
POSES: tuple[Pose, ...] = ("standing", "lying", "hanging")
FINER = 4
"""Silhouettes are drawn at so many times the resolution and averaged."""


def camera(pose: Pose = "standing", pitch: float = 12.0) -> Camera:
    spec = CameraSpec(overhead=True) if pose == "lying" else CameraSpec(pitch=3.0 if pose == "hanging" else pitch)
    return Camera.looking(spec, SIDE, SIDE)


def arc(radius: float, start: float, stop: float, centre: tuple[float, float, float], count: int = 48) -> Double:
    t = np.radians(np.linspace(start, stop, count))
    return np.stack([radius * np.cos(t), 0 * t, radius * np.sin(t)], -1) + np.array(centre)


@cache
def product(name: str) -> Mesh:
    """A solid standing on the ground with its front near y = 0."""
    if name == "bottle":
        return lathe([(1e-3, 0), (0.3, 0), (0.3, 0.7), (0.12, 0.9), (0.12, 1.2), (1e-3, 1.2)], (0, 0.3, 0))
    if name == "mug":
        return merge([lathe([(1e-3, 0), (0.35, 0), (0.35, 0.8), (1e-3, 0.8)], (-0.1, 0.35, 0)),
                      tube(arc(0.24, -90, 90, (0.24, 0.35, 0.42)), 0.05, segments=12)])  # fmt: skip
    if name == "ring":
        return tube(arc(0.5, 0, 360, (0.0, 0.1, 0.57), 97), 0.07, segments=16)
    if name == "stool":
        seat = lathe([(1e-3, 0.9), (0.36, 0.9), (0.36, 0.98), (1e-3, 0.98)], (0, 0.4, 0))
        return merge([seat, *(tube(leg(i), 0.035, segments=10) for i in range(4))])
    if name == "box":
        turned = rounded_box((0, 0, 0), 0.8, 0.5, 0.9, bevel=0.01).moved((0, 0, 0), rotation("z", np.radians(30)))
        return turned.moved((0, -float(turned.V[:, 1].min()), 0))
    if name == "flange":
        return lathe([(1e-3, 0), (0.24, 0), (0.24, 0.4), (0.55, 0.42), (0.55, 0.46), (0.26, 0.5), (0.26, 1.0),
                      (1e-3, 1.0)], (0, 0.55, 0))  # fmt: skip
    if name == "clog":
        sole = stretched(lathe([(1e-3, 0), (0.6, 0), (0.6, 0.1), (1e-3, 0.1)]), 0.34)
        upper = merge([stretched(sphere((x, 0, 0.29), 0.2), 0.9) for x in (-0.2, 0.1, 0.34)])
        return merge([sole, upper]).moved((0, 0, 0), rotation("z", np.radians(50))).moved((0, 0.5, 0))
    if name == "book":
        return rounded_box((0, 0.07, 0), 0.8, 0.14, 1.1, bevel=0.01)
    return sphere((0, 0.5, 0.5), 0.5)


def stretched(mesh: Mesh, depth: float) -> Mesh:
    """Narrower or wider in y."""
    return Mesh(mesh.V * np.array([1, depth, 1], np.float32), mesh.F, mesh.UV)


def leg(i: int) -> Double:
    """A leg of the stool: it stands (0.34, 0.34) from the middle in x and y, turned by 20 degrees."""
    a = np.pi * (i / 2 + 0.25) + np.radians(20)
    foot = np.array([0.40 * np.cos(a), 0.4 + 0.40 * np.sin(a), 0.0])
    top = np.array([0.25 * np.cos(a), 0.4 + 0.25 * np.sin(a), 0.92])
    return np.linspace(foot, top, 8)


PRODUCTS = ("bottle", "mug", "ring", "stool", "box", "book", "ball", "flange", "clog")


def drawn(mesh: Mesh, view: Camera) -> Float:
    """The silhouette of a mesh, float32 (SIDE, SIDE)."""
    canvas = np.zeros((SIDE * FINER, SIDE * FINER), np.uint8)
    at, _ = view.project(mesh.V.astype(np.float64))
    for triangle in np.round(at[mesh.F] * FINER * 16 - 8).astype(np.int32):
        cv2.fillConvexPoly(canvas, triangle, 255, shift=4)
    small = cv2.resize(canvas, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)


def box_of(alpha: Float) -> Rect:
    rows, cols = np.flatnonzero(alpha.max(1) > 0.01), np.flatnonzero(alpha.max(0) > 0.01)
    return Rect(int(cols[0]), int(rows[0]), int(cols[-1] - cols[0]) + 1, int(rows[-1] - rows[0]) + 1)


def built(alpha: Float, view: Camera, pose: Pose = "standing") -> StandIn:
    """The stand-in of a product whose alpha fills the frame (SIDE, SIDE)."""
    rect = box_of(alpha)
    part = alpha[rect.top : rect.bottom, rect.left : rect.right]
    return stand_in(view, np.full((*part.shape, 3), 0.5, np.float32), part, rect, pose)


@cache
def photographed(name: str, pitch: float = 12.0) -> tuple[Float, StandIn]:
    """A product's alpha in the frame, and its stand-in."""
    view = camera(pitch=pitch)
    alpha = drawn(product(name), view)
    return alpha, built(alpha, view)


def overlap(a: Bool, b: Bool) -> float:
    return float((a & b).sum() / (a | b).sum())


def is_closed(mesh: Mesh) -> bool:
    """Every directed edge belongs to one face and its twin to another one."""
    F = mesh.F.astype(np.int64)
    edges = np.concatenate([F[:, [0, 1]], F[:, [1, 2]], F[:, [2, 0]]])
    n = len(mesh.V)
    key, twin = edges[:, 0] * n + edges[:, 1], edges[:, 1] * n + edges[:, 0]
    return len(np.unique(key)) == len(key) and np.array_equal(np.sort(key), np.sort(twin))


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.V[mesh.F[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def between(mesh: Mesh, low: float, high: float) -> Float:
    """Vertices in a range of heights."""
    return mesh.V[(mesh.V[:, 2] >= low) & (mesh.V[:, 2] <= high)]


# -- what holds for all of them ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pitch", [4.0, 12.0, 25.0])
@pytest.mark.parametrize("name", PRODUCTS)
def test_the_solid_is_seen_where_the_product_is(name: str, pitch: float) -> None:
    alpha, solid = photographed(name, pitch)
    assert overlap(drawn(solid.mesh, camera(pitch=pitch)) > 0.5, alpha > 0.5) > (0.93 if name == "stool" else 0.97)


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_solid_is_closed_and_stands_on_the_ground(name: str) -> None:
    _, solid = photographed(name)
    assert is_closed(solid.mesh)
    assert volume(solid.mesh) > 0
    assert 0 <= solid.mesh.V[:, 2].min() < 0.002
    assert np.isfinite(solid.mesh.V).all()


@pytest.mark.parametrize("name", ["bottle", "mug", "box", "book"])
def test_the_foot_touches_the_ground_all_along_its_front(name: str) -> None:
    _, solid = photographed(name)
    low = between(solid.mesh, 0, 0.004)
    for point in solid.foot[1:-1]:
        assert np.hypot(low[:, 0] - point[0], low[:, 1] - point[1]).min() < 0.03
    assert np.allclose(solid.foot[:, 2], 0, atol=1e-6)
    assert np.all(np.diff(solid.foot[:, 0]) > 0)


@pytest.mark.parametrize("pose", POSES)
def test_the_same_cut_out_gives_the_same_solid(pose: Pose) -> None:
    view = camera(pose)
    alpha = drawn(product("mug"), camera())
    first, second = built(alpha, view, pose), built(alpha, view, pose)
    assert np.array_equal(first.mesh.V, second.mesh.V)
    assert np.array_equal(first.mesh.F, second.mesh.F)


def test_texture_positions_lie_in_the_texture_and_on_the_product() -> None:
    _, solid = photographed("mug")
    assert solid.mesh.UV is not None
    assert solid.mesh.UV.min() >= 0
    assert solid.mesh.UV.max() <= 1
    assert np.allclose(solid.texture, 0.5)


# -- true shapes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "depth"), [("bottle", 0.6), ("box", 0.83)])
def test_the_foot_tells_how_deep_the_body_is(name: str, depth: float) -> None:
    _, solid = photographed(name)
    body = between(solid.mesh, 0.1, 0.5)
    assert np.ptp(body[:, 1]) == pytest.approx(depth, rel=0.12)
    assert solid.centre[1] == pytest.approx(depth / 2, abs=0.05)
    assert solid.half_depth == pytest.approx(depth / 2, rel=0.15)


def test_a_flat_top_ends_at_its_true_height() -> None:
    _, solid = photographed("box", 25.0)
    assert solid.mesh.V[:, 2].max() == pytest.approx(0.9, abs=0.05)


def test_a_bottle_has_a_thin_neck() -> None:
    _, solid = photographed("bottle")
    assert np.ptp(between(solid.mesh, 1.0, 1.1)[:, 1]) == pytest.approx(0.24, rel=0.25)


def test_a_ball_touches_under_its_middle_and_is_as_deep_as_wide() -> None:
    _, solid = photographed("ball")
    assert solid.centre[1] == pytest.approx(0.5, abs=0.08)
    assert np.ptp(solid.mesh.V[:, 1]) == pytest.approx(np.ptp(solid.mesh.V[:, 0]), rel=0.12)
    touching = between(solid.mesh, 0, 0.01)
    assert np.ptp(touching[:, 0]) < 0.55


def test_a_book_of_unknown_depth_is_thin_but_no_card() -> None:
    _, solid = photographed("book", 4.0)
    assert 0.08 < np.ptp(between(solid.mesh, 0.2, 0.8)[:, 1]) < 0.35


@pytest.mark.parametrize(("name", "hole"), [("ring", (0.0, 0.1, 0.57)), ("mug", (0.36, 0.35, 0.42))])
def test_holes_stay_open(name: str, hole: tuple[float, float, float]) -> None:
    _, solid = photographed(name)
    (x, y), _ = camera().project(np.array(hole))
    assert drawn(solid.mesh, camera())[round(float(y)), round(float(x))] == 0


def test_a_ring_is_as_thick_as_its_bar_everywhere() -> None:
    _, solid = photographed("ring")
    for low, high in ((0.1, 0.3), (0.5, 0.7), (0.9, 1.1)):
        assert np.ptp(between(solid.mesh, low, high)[:, 1]) < 0.3


def test_a_handle_is_thinner_than_the_body() -> None:
    _, solid = photographed("mug")
    handle = solid.mesh.V[solid.mesh.V[:, 0] > 0.40]
    assert np.ptp(handle[:, 1]) < 0.2
    assert handle[:, 1].mean() == pytest.approx(0.35, abs=0.1)
    assert np.ptp(between(solid.mesh, 0.3, 0.5)[:, 1]) == pytest.approx(0.7, rel=0.15)


def test_what_sticks_out_on_both_sides_alike_goes_all_around() -> None:
    _, solid = photographed("flange")
    assert np.ptp(between(solid.mesh, 0.41, 0.47)[:, 1]) == pytest.approx(1.1, rel=0.2)


def test_a_sole_stands_where_it_stood_from_end_to_end() -> None:
    _, solid = photographed("clog")
    true, ours = between(product("clog"), 0, 0.05), between(solid.mesh, 0, 0.05)
    for end in (np.argmin, np.argmax):
        at, found = (points[end(points[:, 0])] for points in (true, ours))
        assert np.hypot(*(at - found)[:2]) < 0.12


def test_all_legs_stand_where_they_stood() -> None:
    _, solid = photographed("stool")
    touching = between(solid.mesh, 0, 0.004)
    for i in range(4):
        x, y, _ = leg(i)[0]
        assert np.hypot(touching[:, 0] - x, touching[:, 1] - y).min() < 0.06
    legs = between(solid.mesh, 0.3, 0.5)
    # nothing fills the room between the legs
    assert np.hypot(legs[:, 0], legs[:, 1] - 0.4).min() > 0.15


def test_a_raised_seat_has_an_underside() -> None:
    _, solid = photographed("stool")
    middle = solid.mesh.V[np.hypot(solid.mesh.V[:, 0], solid.mesh.V[:, 1] - 0.4) < 0.15]
    assert middle[:, 2].min() > 0.6


# -- poses -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mug", "ring", "stool"])
def test_what_lies_rests_on_the_ground_and_is_flat(name: str) -> None:
    view = camera("lying")
    alpha = drawn(product(name), camera())
    solid = built(alpha, view, "lying")
    V = solid.mesh.V
    longest = max(np.ptp(V[:, 0]), np.ptp(V[:, 1]))
    assert is_closed(solid.mesh)
    assert 0 <= V[:, 2].min() < 0.002
    assert 0.008 * longest < V[:, 2].max() < 0.12 * longest
    assert overlap(drawn(solid.mesh, view) > 0.5, alpha > 0.5) > (0.93 if name == "stool" else 0.97)
    assert solid.centre[:2] == pytest.approx((V[:, :2].min(0) + V[:, :2].max(0)) / 2, abs=1e-3)
    assert solid.centre[2] == 0
    assert solid.half_width == pytest.approx(np.ptp(V[:, 0]) / 2, abs=1e-3)
    assert solid.half_depth == pytest.approx(np.ptp(V[:, 1]) / 2, abs=1e-3)
    assert len(solid.foot) == 0


def test_what_hangs_is_a_thin_sheet_that_touches_nothing() -> None:
    view = camera("hanging")
    alpha = drawn(product("mug"), camera())
    alpha = np.roll(alpha, -120, axis=0)
    solid = built(alpha, view, "hanging")
    V = solid.mesh.V
    assert is_closed(solid.mesh)
    assert overlap(drawn(solid.mesh, view) > 0.5, alpha > 0.5) > 0.97
    assert np.abs(V[:, 1]).max() < 0.08
    assert V[:, 2].min() > 0.2
    assert solid.centre[1] == 0
    assert len(solid.foot) == 0


# -- odd input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize(
    "shape", [(300, 1), (1, 300), (8, 8), (2, 2), (1, 1), (300, 200), (480, 12), (12, 480)], ids=str
)
def test_full_rectangles_of_any_size_work(pose: Pose, shape: tuple[int, int]) -> None:
    h, w = shape
    rect = Rect(256 - w // 2, 390 - h if pose == "standing" else 256 - h // 2, w, h)
    solid = stand_in(camera(pose), np.full((h, w, 3), 0.4, np.float32), np.ones((h, w), np.float32), rect, pose)
    assert is_closed(solid.mesh)
    assert np.isfinite(solid.mesh.V).all()
    assert solid.mesh.V[:, 2].min() >= 0
    assert solid.reach > 0
    assert solid.half_width > 0
    assert solid.half_depth > 0


def test_a_soft_shadow_that_came_with_the_cut_out_is_no_foot() -> None:
    clean, expected = photographed("bottle")
    shadow = cv2.GaussianBlur(np.roll(clean, 14, axis=0), (0, 0), 6) * np.float32(0.35)
    solid = built(np.maximum(clean, shadow).astype(np.float32), camera())
    assert solid.centre == pytest.approx(expected.centre, abs=0.02)
    assert solid.height == pytest.approx(expected.height, rel=0.02)


def test_a_faint_product_is_built_like_a_sure_one() -> None:
    alpha, expected = photographed("box")
    solid = built(alpha * np.float32(0.4), camera())
    assert solid.centre == pytest.approx(expected.centre, abs=0.02)
    assert volume(solid.mesh) == pytest.approx(volume(expected.mesh), rel=0.05)


def test_thin_strands_are_kept() -> None:
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[250:380, 180:330] = 1
    alpha[140:250, 254:256] = 1
    solid = built(alpha, camera())
    assert drawn(solid.mesh, camera())[160:240, 250:260].max(1).mean() > 0.4


def test_an_empty_alpha_is_refused() -> None:
    empty = np.zeros((20, 20), np.float32)
    with pytest.raises(ValueError, match="alpha"):
        stand_in(camera(), np.zeros((20, 20, 3), np.float32), empty, Rect(0, 0, 20, 20))


def test_a_product_far_up_in_the_frame_stays_within_reach() -> None:
    alpha = np.ones((60, 60), np.float32)
    solid = stand_in(camera(pitch=2.0), np.full((60, 60, 3), 0.5, np.float32), alpha, Rect(220, 100, 60, 60))
    assert np.abs(solid.mesh.V).max() < 1e4
