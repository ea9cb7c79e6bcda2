"""What every backend must do: the path tracer, and every trained model behind ``PaintedBackend``.

A new one is a row in ``BACKENDS``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bgstudio.backends.painted import PaintedBackend
from bgstudio.backends.raytrace import PathTracer
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.compose import compose
from bgstudio.domain.brief import Quality
from bgstudio.domain.painting import Sizes
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Backend
from bgstudio.domain.shot import Rect, Shot, frame_product
from bgstudio.errors import Cancelled
from bgstudio.inspect import inspect_picture
from bgstudio.testing import Mischief, StandInPainter
from tests import factories

SIZES = ((256, 256), (160, 288), (320, 128), (64, 64))
"""Square, tall, wide and the smallest."""


def _painted(*mischief: Mischief, **options: Any) -> Callable[[], Backend]:
    return lambda: PaintedBackend(StandInPainter(*mischief, **options), VOCABULARY)


BACKENDS: dict[str, Callable[[], Backend]] = {
    "raytrace": lambda: PathTracer(),
    "painted": _painted(seconds=0.3),
    "painted, fixed sizes": _painted(seconds=0.3, sizes=Sizes(fixed=((1024, 1024), (1536, 1024)))),
    "painted, moved": _painted(Mischief(dx=9, dy=-6, zoom=1.02, size=0.9, shadow=0.0), seconds=0.3),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.render if name == "raytrace" else ()) for name in BACKENDS],
)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    made = BACKENDS[request.param]()
    yield made
    made.close()
    made.close()


def shot_of(width: int = 192, height: int = 192, **changes: Any) -> Shot:
    product = factories.cutout("bottle", 240, 160)
    world = factories.scene()
    rect = frame_product(world, product.aspect, width, height)
    return replace(Shot(world, product, width, height, rect, seed=5, quality=Quality.PREVIEW), **changes)


def check_plate(plate: Plate, shot: Shot, backend: Backend) -> None:
    size = (shot.height, shot.width, 3)
    for layer in (plate.backdrop, plate.shadow, plate.reflection):
        assert layer.shape == size
        assert layer.dtype == np.float32
        assert np.isfinite(layer).all()
        assert layer.min() >= 0
    assert plate.shadow.max() <= 1
    assert plate.exposure > 0
    assert plate.backend == backend.name
    assert 0 <= plate.vignette <= 1
    if plate.foot is not None:
        assert plate.foot.shape[1] == 2
        assert plate.foot.dtype == np.float32
    assert all(note == note.strip() and note[0].isupper() and note.endswith(".") for note in plate.notes)
    assert all(seconds >= 0 for seconds in plate.seconds.values())
    assert all(isinstance(value, str) for value in plate.facts.values())


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_plates_have_the_shots_size_and_the_product_stays_exact(backend: Backend, width: int, height: int) -> None:
    shot = shot_of(width, height)
    plate = backend.generate(shot)
    check_plate(plate, shot, backend)
    composite = compose(shot, plate)
    report = inspect_picture(shot, plate, composite)
    assert report.product_pixels > 50
    assert report.changed_pixels == 0


def test_a_product_larger_than_the_frame_is_fine(backend: Backend) -> None:
    shot = shot_of(160, 160, rect=Rect(-40, -30, 190, 280))
    plate = backend.generate(shot)
    check_plate(plate, shot, backend)
    assert inspect_picture(shot, plate, compose(shot, plate)).changed_pixels == 0


def test_the_same_wish_and_seed_give_the_same_plate(backend: Backend) -> None:
    if not backend.capabilities.seeded:
        pytest.skip("this backend has no seeds")
    one, two = backend.generate(shot_of()), backend.generate(shot_of())
    assert np.array_equal(one.backdrop, two.backdrop)
    assert np.array_equal(one.shadow, two.shadow)
    other = backend.generate(shot_of(seed=6))
    assert not np.array_equal(one.backdrop, other.backdrop)


def test_progress_rises_to_the_end(backend: Backend) -> None:
    told: list[tuple[str, float]] = []
    backend.generate(shot_of(), lambda step, part: told.append((step, part)))
    parts = [part for _, part in told]
    assert len(parts) >= 2
    assert parts == sorted(parts)
    assert parts[0] >= 0
    assert 0.75 <= parts[-1] <= 1
    assert all(step for step, _ in told)


def test_cancelled_before_it_began(backend: Backend) -> None:
    with pytest.raises(Cancelled):
        backend.generate(shot_of(), cancel=lambda: True)


def test_cancelled_on_the_way_stops_promptly(backend: Backend) -> None:
    stop = threading.Event()
    begun = []

    def told(_step: str, _part: float) -> None:
        begun.append(time.monotonic())
        stop.set()

    with pytest.raises(Cancelled):
        backend.generate(shot_of(256, 256, seed=9), told, stop.is_set)
    assert time.monotonic() - begun[0] < 5


def test_the_shot_is_not_changed(backend: Backend) -> None:
    shot = shot_of()
    rgb, alpha, scene = shot.cutout.rgb.copy(), shot.cutout.alpha.copy(), shot.scene.model_dump_json()
    shot.cutout.rgb.flags.writeable = shot.cutout.alpha.flags.writeable = False
    backend.generate(shot)
    assert np.array_equal(shot.cutout.rgb, rgb)
    assert np.array_equal(shot.cutout.alpha, alpha)
    assert shot.scene.model_dump_json() == scene


def test_the_layers_give_the_picture_back(backend: Backend) -> None:
    shot = shot_of()
    composite = compose(shot, backend.generate(shot))
    picture: np.ndarray = composite.layers.background.astype(np.float64)
    for layer in (composite.layers.shadow, composite.layers.reflection, composite.layers.product):
        cover = layer[..., 3:].astype(np.float32) / 255
        picture = picture * (1 - cover) + layer[..., :3] * cover
    assert np.abs(picture - composite.pixels).max() <= 3


def test_what_it_says_of_itself_is_true(backend: Backend) -> None:
    says = backend.capabilities
    assert backend.name == backend.name.lower()
    assert says.max_pixels >= 1024 * 1024
    assert says.leaves_machine == bool(says.service)
    assert says.price is None or says.price.amount > 0
    plate = backend.generate(shot_of())
    assert (plate.registration is not None) == says.trained_model
    if says.any_prompt:
        assert says.trained_model
