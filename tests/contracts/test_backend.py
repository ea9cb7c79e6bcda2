"""What every backend must do: the path tracer, and every trained model behind ``PaintedBackend``.

A new one is a row in ``BACKENDS``.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bgstudio.backends.diffusion import DiffusionPainter
from bgstudio.backends.painted import PaintedBackend
from bgstudio.backends.raytrace import PathTracer
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.bootstrap import build_decoder
from bgstudio.compose import compose
from bgstudio.domain.brief import Brief, FileFormat, Quality
from bgstudio.domain.painting import Ask, Painted, Sizes
from bgstudio.domain.plate import Plate
from bgstudio.domain.ports import Backend, Cancel, Painter, Progress, never, silent
from bgstudio.domain.shot import Rect, Shot, frame_product
from bgstudio.errors import Cancelled, ProductLost
from bgstudio.inspect import inspect_picture
from bgstudio.marks.telling import tell
from bgstudio.settings import Settings
from bgstudio.studio import Studio
from bgstudio.testing import Mischief, StandInPainter
from bgstudio.testing.studios import painted_studio
from bgstudio.vault import SigningKey
from bgstudio.weights.models import image_model
from tests import factories
from tests.diffusion.conftest import HOW
from tests.diffusion.models import write_all
from tests.hosted.conftest import painter, standin

SIZES = ((256, 256), (160, 288), (320, 128), (64, 64))
"""Square, tall, wide and the smallest."""


def _painted(*mischief: Mischief, **options: Any) -> Callable[[], Backend]:
    return lambda: PaintedBackend(StandInPainter(*mischief, **options), VOCABULARY)


class _Closing(PaintedBackend):
    """Ends what it stands on with itself."""

    def __init__(self, painter: Painter, *also: Callable[[], object]) -> None:
        super().__init__(painter, VOCABULARY)
        self._also = list(also)

    def close(self) -> None:
        super().close()
        while self._also:
            self._also.pop()()


def _hosted(name: str) -> Callable[[], Backend]:
    """A service's painter over real HTTP, with a stand-in that speaks the service's protocol."""

    def make() -> Backend:
        service, decoder = standin(name), build_decoder(Settings())
        service.__enter__()
        return _Closing(painter(service, decoder), decoder.close, lambda: service.__exit__(None, None, None))

    return make


class _Kept:
    """A model of random weights that keeps the product, as trained ones are asked to: it is laid over the answer."""

    def __init__(self, inner: DiffusionPainter) -> None:
        self._inner = inner
        self.name, self.title, self.capabilities = inner.name, inner.title, inner.capabilities
        self.sizes = Sizes(multiple=32, least=64 * 64, most=128 * 128)  # the tests need no larger ones
        self.close = inner.close

    def paint(self, ask: Ask, progress: Progress = silent, cancel: Cancel = never) -> Painted:
        made = self._inner.paint(ask, progress, cancel)
        return replace(made, pixels=np.where(ask.mask[..., None] < 128, ask.guide, made.pixels))


def _diffusion(name: str) -> Callable[[], Backend]:
    def make() -> Backend:
        pytest.importorskip("torch", reason=HOW)
        pytest.importorskip("diffusers", reason=HOW)
        folder = tempfile.TemporaryDirectory()
        write_all(Path(folder.name), name)
        few = replace(image_model(name), steps=(2, 2))  # random weights gain nothing from more
        inner = DiffusionPainter(few, Path(folder.name) / name, "cpu")
        return _Closing(_Kept(inner), folder.cleanup)

    return make


BACKENDS: dict[str, Callable[[], Backend]] = {
    "raytrace": lambda: PathTracer(),
    "painted": _painted(seconds=0.3),
    "painted, fixed sizes": _painted(seconds=0.3, sizes=Sizes(fixed=((1024, 1024), (1536, 1024)))),
    **{
        f"hosted, {name}": _hosted(name)
        for name in ("openai", "google", "bria", "stability", "photoroom", "fal", "replicate")
    },
    **{f"diffusion, {name}": _diffusion(name) for name in ("klein-4b", "z-image-turbo", "sdxl-inpaint")},
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
    try:
        plate = backend.generate(shot)
    except ProductLost:  # nothing but product is in view, and where it stands in the answer cannot be told for sure
        assert backend.capabilities.leaves_machine
        return
    check_plate(plate, shot, backend)
    assert inspect_picture(shot, plate, compose(shot, plate)).changed_pixels == 0


def test_the_same_wish_and_seed_give_the_same_plate(backend: Backend) -> None:
    if not backend.capabilities.seeded:
        pytest.skip("this backend has no seeds")
    one, two = backend.generate(shot_of()), backend.generate(shot_of())
    assert np.array_equal(one.backdrop, two.backdrop)
    assert np.array_equal(one.shadow, two.shadow)
    if backend.capabilities.leaves_machine:
        return  # a stand-in paints alike, whatever the seed
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
    told: list[float] = []

    def tell(_step: str, part: float) -> None:
        told.append(part)
        stop.set()

    with pytest.raises(Cancelled):
        backend.generate(shot_of(256, 256, seed=9), tell, stop.is_set)
    assert told[-1] < 0.9  # it was not finished first


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


TOLD = {
    "raytrace": "a physical simulation of light; no trained model made it",
    "painted": "made by a trained image model: by what is called generative AI",
    "hosted": "made by a trained image model of an outside service",
    "diffusion": "made by a trained image model: by what is called generative AI",
}
"""What people are told of each family's pictures."""


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    """Marks and signs; each backend is put into it in turn."""
    with painted_studio(signer=None if sys.platform == "win32" else SigningKey.fresh()) as made:
        yield made


def test_every_file_says_what_made_it(request: pytest.FixtureRequest, backend: Backend, studio: Studio) -> None:
    """Through a studio, in every format, read and told as ``bgstudio verify`` does."""
    used = replace(studio, others=(backend,))
    product = factories.cutout("bottle", 240, 160)
    brief = Brief(preset="seamless", backend=backend.name, width=512, height=512, quality=Quality.PREVIEW)
    render = used.expose(brief, used.direct(brief, product)[0], product, 3)
    family = request.node.callspec.params["backend"].split(",")[0]
    for file_format in FileFormat:
        found = used.marks(used.picture_file(render, file_format))
        told = tell(found)
        assert told.verdict == "ours", told
        assert any(TOLD[family] in sentence for sentence in told.sentences), told
        assert found.watermark is not None and found.watermark.readable
        assert found.xmp is not None and found.xmp.ours
        if sys.platform != "win32":
            assert found.credentials is not None and found.credentials.state == "whole"
