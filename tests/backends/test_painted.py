"""A trained model behind ``PaintedBackend``: asked rightly, measured, mended, asked again, refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.answers import product, shot_of
from bgstudio.backends.painted import PaintedBackend
from bgstudio.backends.painted.canvas import fit_canvas
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.compose import compose
from bgstudio.compose.background import develop
from bgstudio.domain.brief import Quality
from bgstudio.domain.painting import Painted, Sizes
from bgstudio.domain.picture import Picture
from bgstudio.domain.shot import Rect, Shot
from bgstudio.errors import BackendError, OutsideDown, PaintingRefused, ProductLost
from bgstudio.inspect import inspect_picture
from bgstudio.pixels.colour import from_tone_curve, quantise, to_encoded, to_linear, tone_curve
from bgstudio.pixels.filters import blur
from bgstudio.testing import Mischief, StandInPainter
from tests import factories


def drawn(seed: int = 4, side: int = 512) -> Shot:
    return shot_of(np.random.default_rng(seed), side)


def paint(shot: Shot, *mischief: Mischief) -> tuple[PaintedBackend, StandInPainter]:
    painter = StandInPainter(*mischief)
    return PaintedBackend(painter, VOCABULARY), painter


def test_an_answer_passes_through_developing_unchanged() -> None:
    every = np.repeat(np.arange(256, dtype=np.float32)[None, :, None] / 255, 4, 0).repeat(3, -1)
    back = to_encoded(tone_curve(from_tone_curve(to_linear(every))))
    assert np.abs(back * 255 - every * 255).max() < 0.6
    assert np.array_equal(quantise(back), quantise(every))


def test_the_background_is_the_answer_to_a_level_but_for_the_films_grain() -> None:
    shot = factories.shot(width=256, height=256)
    backend, painter = paint(shot, Mischief(shadow=0.9))
    plate = backend.generate(shot)
    assert np.all(plate.shadow == 1)
    assert np.all(plate.reflection == 0)
    shown = develop(shot, plate, np.zeros((256, 256), np.float32)).lit
    answer = painter.paint(painter.asks[0]).pixels.astype(np.float32)
    apart = shot.rect.top - 12
    # the grain has no mean: what is left after blurring is the picture's own difference
    difference = blur(shown * 255, 4)[:apart] - blur(answer, 4)[:apart]
    assert np.abs(difference).max() < 1


def test_a_moved_product_is_brought_back() -> None:
    shot = drawn()
    backend, _ = paint(shot, Mischief(dx=9.0, dy=-7.0, zoom=1.03, relight=0.5, jpeg=80))
    found = backend.generate(shot).registration
    assert found is not None
    assert abs(found.dx - 9) < 1
    assert abs(found.dy + 7) < 1
    assert abs(found.zoom - 1.03) < 0.005
    assert found.residual < 0.5
    assert found.tries == 1


def test_a_product_out_of_reach_is_asked_for_again_with_another_seed() -> None:
    shot = drawn()
    backend, painter = paint(shot, Mischief(dx=150, dy=90), Mischief())
    plate = backend.generate(shot)
    assert plate.registration is not None
    assert plate.registration.tries == 2
    assert len({ask.seed for ask in painter.asks}) == 2
    assert any("asked again once" in note for note in plate.notes)
    assert plate.facts["tries"] == "2"
    codes = {finding.code for finding in inspect_picture(shot, plate, compose(shot, plate)).findings}
    assert "tries" in codes


def test_after_all_tries_the_product_is_lost_and_said_so() -> None:
    shot = drawn()
    backend, painter = paint(shot, Mischief(dx=150, dy=90))
    with pytest.raises(ProductLost) as caught:
        backend.generate(shot)
    assert len(painter.asks) == 3
    assert caught.value.meaning
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("mischief", "error"),
    [
        (Mischief(refuse=True), PaintingRefused),
        (Mischief(fail=OutsideDown("It does not answer.")), OutsideDown),
        (Mischief(fail=BackendError("Out of memory.")), BackendError),
    ],
)
def test_what_the_painter_raises_is_not_tried_again(mischief: Mischief, error: type[Exception]) -> None:
    shot = drawn(side=256)
    backend, painter = paint(shot, mischief)
    with pytest.raises(error):
        backend.generate(shot)
    assert len(painter.asks) == 1


def test_the_ask_is_what_was_wished_for() -> None:
    picture = Picture(np.full((2000, 1000, 3), 0.5, np.float32))
    shot = replace(drawn(side=256), words="on a mossy rock", reference=picture, quality=Quality.FINE)
    backend, painter = paint(shot)
    backend.generate(shot)
    ask = painter.asks[0]
    assert ask.prompt.startswith("on a mossy rock.")
    assert "contact shadow" in ask.prompt
    assert "second product" in ask.avoid
    assert ask.effort == 1
    assert ask.reference is not None
    assert max(ask.reference.shape) == 1024
    assert ask.guide.shape == (*ask.mask.shape, 3)
    assert np.array_equal(ask.mask, 255 - ask.product[..., 3])
    assert (ask.product[..., :3][ask.product[..., 3] == 0] == 0).all()
    opaque = ask.product[..., 3] == 255
    assert np.array_equal(ask.guide[opaque], ask.product[..., :3][opaque])


def test_the_guide_shows_from_where_the_light_comes() -> None:
    shot = drawn(side=256)
    mean = {}
    for side in ("left", "right"):
        scene = shot.scene.model_copy(update={"key": shot.scene.key.model_copy(update={"side": side})})
        backend, painter = paint(shot)
        backend.generate(replace(shot, scene=scene))
        mean[side] = painter.asks[0].guide[:40].mean((0, 2))
    assert mean["left"][:60].mean() > mean["left"][-60:].mean()
    assert mean["right"][:60].mean() < mean["right"][-60:].mean()


@pytest.mark.parametrize(
    ("width", "height"), [(1024, 1024), (640, 1600), (4000, 900), (64, 64), (3000, 3000), (97, 1003)]
)
@pytest.mark.parametrize(
    "sizes",
    [Sizes(), Sizes(64, 512 * 512, 2048 * 2048), Sizes(fixed=((1024, 1024), (1536, 1024), (1024, 1536))), Sizes(8, 1, 9_999_999)],
)  # fmt: skip
def test_canvases_keep_the_aspect_and_obey_the_model(width: int, height: int, sizes: Sizes) -> None:
    shot = replace(drawn(), width=width, height=height, rect=Rect(width // 4, height // 4, width // 3, height // 2))
    canvas = fit_canvas(shot, sizes)
    if sizes.fixed:
        assert (canvas.width, canvas.height) in sizes.fixed
    else:
        assert canvas.width % sizes.multiple == canvas.height % sizes.multiple == 0
        assert sizes.least <= canvas.width * canvas.height <= sizes.most
    # the frame lies inside, at one scale
    assert width * canvas.scale <= canvas.width + 1e-6
    assert height * canvas.scale <= canvas.height + 1e-6
    wide, tall = canvas.rect.width / shot.rect.width, canvas.rect.height / shot.rect.height
    assert abs(wide / tall - 1) < 1 / min(canvas.rect.width, canvas.rect.height) + 0.02


def test_an_answer_of_another_size_is_taken() -> None:
    shot = drawn(side=384)
    backend, _ = paint(shot, Mischief(size=0.5, dx=6))
    plate = backend.generate(shot)
    assert plate.backdrop.shape == (384, 384, 3)
    assert any("enlarged" in note for note in plate.notes)


class Square:
    """A model that answers square pictures whatever it is asked."""

    name, title = "square", "Square"

    def __init__(self) -> None:
        self.inner = StandInPainter()
        self.sizes, self.capabilities = self.inner.sizes, self.inner.capabilities

    def paint(self, ask: object, progress: object = None, cancel: object = None) -> Painted:
        whole = self.inner.paint(ask).pixels  # type: ignore[arg-type]
        pad = (whole.shape[1] - whole.shape[0]) // 2
        return Painted(np.pad(whole, ((pad, pad), (0, 0), (0, 0)), mode="reflect"), cost=0.04)

    def close(self) -> None: ...


def test_another_aspect_is_cropped_and_never_stretched() -> None:
    shot = replace(drawn(side=512), width=512, height=320, rect=Rect(180, 80, 120, 180))
    plate = PaintedBackend(Square()).generate(shot)  # type: ignore[arg-type]
    assert plate.registration is not None
    assert plate.registration.changed < 8
    assert plate.facts["cost"] == "0.0400"


def test_every_product_is_of_some_form() -> None:
    forms = {product(np.random.default_rng(seed), 160).model for seed in range(60)}
    assert len(forms) == 10
