from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgstudio.domain.scene import CameraSpec, Scene
from bgstudio.domain.shot import Rect, frame_product
from tests import factories


@given(st.floats(0.05, 20), st.integers(64, 4096), st.integers(64, 4096))
def test_product_always_fits_its_bounds(aspect: float, width: int, height: int) -> None:
    scene = factories.scene()
    rect = frame_product(scene, aspect, width, height)
    assert rect.bottom == round(scene.camera.base * height)
    assert rect.height <= max(8, scene.camera.max_height * height + 1)
    assert rect.width <= max(8, scene.camera.max_width * width + 1, 8 * aspect + 1)


def test_overhead_products_are_centred_on_the_base_line() -> None:
    scene = factories.scene(camera=CameraSpec(overhead=True, base=0.5))
    rect = frame_product(scene, 1.0, 500, 500)
    assert abs((rect.top + rect.bottom) / 2 - 250) <= 1


def test_scene_survives_json() -> None:
    scene = factories.scene(props=("stones",), notes=("a", "b"))
    assert Scene.model_validate_json(scene.model_dump_json()) == scene


def test_scene_refuses_colours_that_are_none() -> None:
    with pytest.raises(ValueError, match="pattern"):
        factories.scene(palette={"backdrop": "blue", "surface": "#ffffff", "accent": "#ffffff", "accent2": "#ffffff"})


@pytest.mark.parametrize(
    ("rect", "frame", "inside"),
    [
        (Rect(2, 3, 4, 5), ((3, 8), (2, 6)), ((0, 5), (0, 4))),
        (Rect(-2, -1, 4, 5), ((0, 4), (0, 2)), ((1, 5), (2, 4))),
        (Rect(8, 7, 4, 5), ((7, 10), (8, 10)), ((0, 3), (0, 2))),
    ],
)
def test_what_of_a_rectangle_is_in_view(rect: Rect, frame: object, inside: object) -> None:
    seen = rect.window(10, 10)
    assert seen is not None
    assert tuple((part.start, part.stop) for part in seen[0]) == frame
    assert tuple((part.start, part.stop) for part in seen[1]) == inside


@pytest.mark.parametrize("rect", [Rect(10, 0, 4, 5), Rect(-4, 0, 4, 5), Rect(0, -5, 4, 5), Rect(0, 12, 4, 5)])
def test_out_of_view_is_none(rect: Rect) -> None:
    assert rect.window(10, 10) is None
