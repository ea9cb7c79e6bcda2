"""The same recipe gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bgstudio.backends.raytrace import PathTracer
from bgstudio.domain.brief import Quality
from bgstudio.domain.plate import Plate
from bgstudio.domain.shot import Shot
from tests import factories

pytestmark = pytest.mark.render


@pytest.fixture(scope="module")
def tracer() -> Iterator[PathTracer]:
    made = PathTracer()
    yield made
    made.close()


def _bytes(plate: Plate) -> tuple[object, ...]:
    layers = (plate.backdrop, plate.shadow, plate.reflection)
    return plate.exposure, *(layer.tobytes() for layer in layers)


def _shot(size: int, quality: Quality) -> Shot:
    # seven lights: the order in which they are sampled must not depend on which was loaded first
    shot = factories.shot(width=size, height=size)
    return replace(shot, scene=factories.scene(set="acrylic"), quality=quality)


@pytest.mark.parametrize(("size", "quality"), [(96, Quality.PREVIEW), (512, Quality.FINAL)])
def test_the_same_recipe_gives_the_same_bytes(tracer: PathTracer, size: int, quality: Quality) -> None:
    shot = _shot(size, quality)
    first = _bytes(tracer.generate(shot))
    for _ in range(2):
        assert _bytes(tracer.generate(shot)) == first


def test_a_new_process_gives_the_same_bytes(tracer: PathTracer) -> None:
    shot = _shot(96, Quality.PREVIEW)
    first = _bytes(tracer.generate(shot))
    tracer.close()
    assert _bytes(tracer.generate(shot)) == first


def test_another_seed_gives_other_bytes(tracer: PathTracer) -> None:
    shot = _shot(96, Quality.PREVIEW)
    assert _bytes(tracer.generate(shot)) != _bytes(tracer.generate(replace(shot, seed=shot.seed + 1)))
