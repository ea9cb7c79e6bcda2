"""A trained model behind ``PaintedBackend``: asked rightly, measured, mended, asked again, refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.answers import case, product, shot_of
from bench.painted import SIDE, Answered, answered, fitted, left_over, verdict
from bgstudio.backends.painted import PaintedBackend
from bgstudio.backends.painted.canvas import fit_canvas, lay
from bgstudio.backends.painted.drift import find_drift
from bgstudio.backends.painted.growth import Part, find_parts, find_regions
from bgstudio.backends.painted.guide import paint_guide
from bgstudio.backends.painted.weighing import LIMIT, MEASURES, likelihood
from bgstudio.backends.raytrace.registry import VOCABULARY
from bgstudio.compose import compose
from bgstudio.compose.background import develop
from bgstudio.domain.brief import Quality
from bgstudio.domain.painting import Painted, Sizes
from bgstudio.domain.picture import Picture
from bgstudio.domain.plate import Plate
from bgstudio.domain.shot import Rect, Shot
from bgstudio.errors import BackendError, OutsideDown, PaintingRefused, ProductLost
from bgstudio.inspect import inspect_picture
from bgstudio.pixels.colour import from_tone_curve, quantise, to_encoded, to_linear, to_unit, tone_curve
from bgstudio.pixels.filters import blur
from bgstudio.testing import GROWN_KINDS, Mischief, StandInPainter
from tests import factories


def drawn(seed: int = 8, side: int = 512) -> Shot:
    return shot_of(np.random.default_rng(seed), side)


def paint(shot: Shot, *mischief: Mischief) -> tuple[PaintedBackend, StandInPainter]:
    painter = StandInPainter(*mischief)
    return PaintedBackend(painter, VOCABULARY), painter


def test_an_answer_passes_through_developing_unchanged() -> None:
    every = to_unit(np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, 0).repeat(3, -1))
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
    backend, painter = paint(shot, Mischief(dx=150, dy=90), Mischief(props=0, ground="sweep"))
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
    [
        Sizes(),
        Sizes(64, 512 * 512, 2048 * 2048),
        Sizes(fixed=((1024, 1024), (1536, 1024), (1024, 1536))),
        Sizes(8, 1, 9_999_999),
    ],
)
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
    plate = PaintedBackend(Square()).generate(shot)
    assert plate.registration is not None
    assert plate.registration.changed < 8
    assert float(plate.facts["cost"]) == 0.04 * plate.registration.tries


def test_every_product_is_of_some_form() -> None:
    forms = {product(np.random.default_rng(seed), 160).model for seed in range(60)}
    assert len(forms) == 10


@pytest.mark.parametrize("kind", GROWN_KINDS)
def test_a_grown_part_is_found(kind: str) -> None:
    found = [verdict(seed, kind)[1] for seed in (2001, 2003, 2005, 2007)]
    assert sum("part" in fault or "keep" in fault for fault in found) >= 3


def regions_of(seed: int) -> tuple[Answered, list[Part], list[Part]]:
    """The answer of a seed, all its regions and its parts, at the answer's own size and place."""
    it = answered(case(seed, SIDE))
    picture = it.answer.astype(np.float32)
    return it, find_regions(picture, it.laid), find_parts(picture, it.laid)


@pytest.mark.parametrize("seed", [100, 200, 264])
def test_a_part_before_a_ground_in_the_products_colours_is_found(seed: int) -> None:
    assert "part" in verdict(seed)[1]


def test_a_part_is_cut_off_from_what_it_runs_into() -> None:
    it, regions, _ = regions_of(100)
    truth = left_over(it, find_drift(it.answer, it.laid))
    found = [part for part in regions if part.likely > LIMIT]
    assert found
    assert max((part.mask & truth).sum() / part.mask.sum() for part in found) > 0.7


@pytest.mark.parametrize("seed", [26, 200, 264])
def test_parts_do_not_lie_within_one_another_and_none_is_weighed_twice(seed: int) -> None:
    _, regions, parts = regions_of(seed)
    assert 0 < len(parts) < len(regions)
    assert parts[0].likely == regions[0].likely
    for some, most in ((regions, 0.86), (parts, 0.51)):
        for number, part in enumerate(some):
            for other in some[:number]:
                areas = sorted((part.mask.sum(), other.mask.sum()))
                assert (part.mask & other.mask).sum() <= most * areas[0 if some is parts else 1]


def test_every_measure_has_a_name_and_none_decides_alone() -> None:
    _, regions, _ = regions_of(100)
    assert {len(part.measures) for part in regions} == {len(MEASURES)}
    mean = np.array([row[0] for row in MEASURES.values()])
    spread = np.array([row[1] for row in MEASURES.values()])
    for number in range(len(MEASURES)):
        far, farther = mean.copy(), mean.copy()
        far[number] += 4 * spread[number]
        farther[number] += 400 * spread[number]
        assert likelihood(far) == pytest.approx(likelihood(farther))


def test_fitted_weights_tell_apart_what_they_were_fitted_on() -> None:
    rng = np.random.default_rng(5)
    measures = rng.normal(size=(400, 3)) * [1, 5, 0.2] + [0, 3, -1]
    grown = measures[:, 1] > 4
    table, bias = fitted(measures, grown)
    score = bias + (measures - table[:, 0]) / table[:, 1] @ table[:, 2]
    assert ((score > 0) == grown).mean() > 0.9
    assert abs(table[1, 2]) > 5 * abs(table[[0, 2], 2]).max()


def test_a_clean_answer_with_shadow_reflection_and_props_is_taken() -> None:
    refused = [verdict(seed, "clean")[1] for seed in range(2101, 2125, 2)]
    assert sum(map(bool, refused)) <= 1


def test_a_twin_is_found() -> None:
    found = [verdict(seed, "twin")[1] for seed in (2201, 2203, 2205, 2207)]
    assert sum("second time" in fault or "part" in fault for fault in found) >= 3


def dark(shot: Shot, shadow: float, **scene: object) -> tuple[Plate, Shot]:
    shot = replace(shot, scene=shot.scene.model_copy(update=scene))
    backend, _ = paint(shot, Mischief(shadow=shadow, props=0, ground="sweep"))
    return backend.generate(shot), shot


def test_a_missing_shadow_is_added_and_a_painted_one_is_not_doubled() -> None:
    product = factories.cutout("box")
    shot = factories.shot(replace(product, rgb=np.full_like(product.rgb, 0.2)), 256, 256)
    without, shot = dark(shot, 0.0)
    assert without.foot is not None
    assert without.shadow.min() < 0.6
    assert any("no shadow" in note for note in without.notes)
    assert "contact_gap" not in {f.code for f in inspect_picture(shot, without, compose(shot, without)).findings}
    painted, _ = dark(shot, 0.9)
    assert np.all(painted.shadow == 1)
    assert painted.foot is None


def test_the_added_shadow_falls_away_from_the_key_light() -> None:
    product = factories.cutout("box")
    shot = factories.shot(replace(product, rgb=np.full_like(product.rgb, 0.2)), 256, 256)
    for side, away in (("left", 1), ("right", -1)):
        key = shot.scene.key.model_copy(update={"side": side, "azimuth": 80, "elevation": 35, "softness": 0.2})
        plate, _ = dark(shot, 0.0, key=key)
        taken = 1 - plate.shadow.mean(-1)
        right, left = taken[:, shot.rect.right + 8 :].sum(), taken[:, : shot.rect.left - 8].sum()
        assert (right - left) * away > 0


def test_a_glossy_ground_without_reflection_gets_one() -> None:
    product = factories.cutout("box")
    shot = factories.shot(replace(product, rgb=np.full_like(product.rgb, 0.5)), 256, 256)
    plate, shot = dark(shot, 0.0, surface="acrylic-black")
    below = plate.reflection[shot.rect.bottom + 3 : shot.rect.bottom + 12, shot.rect.left + 20 : shot.rect.right - 20]
    assert below.mean() > 0.05
    assert plate.reflection[: shot.rect.top].max() == 0
    matt, _ = dark(shot, 0.0, surface="paper")
    assert matt.reflection.max() == 0


def test_nothing_of_a_larger_painted_product_shines_out_around_the_true_one() -> None:
    product = factories.cutout("bottle")
    white = replace(product, rgb=np.ones_like(product.rgb))
    shot = replace(factories.shot(white, 512, 512), seed=8)
    backend, _ = paint(shot, Mischief(shadow=0.6, props=0, ground="sweep"))
    plate = backend.generate(shot)
    empty = compose(shot, plate).layers.background.astype(np.float32).max(-1)
    # the model painted a white product with its soft edge: the plate has no white rim where it stood
    placed = compose(shot, plate).layers.product[..., 3]
    rim = (placed > 0) & (placed < 255)
    assert empty[rim].max() < 252


def test_the_report_tells_what_the_model_did() -> None:
    product = factories.cutout("shoe")
    shot = factories.shot(replace(product, rgb=np.full_like(product.rgb, (0.5, 0.05, 0.02))), 512, 512)
    backend, _ = paint(shot, Mischief(dx=9.0, zoom=1.02, recolour=0.4, props=0, ground="sweep"))
    plate = backend.generate(shot)
    report = inspect_picture(shot, plate, compose(shot, plate))
    assert report.redrawn is not None
    assert abs(report.redrawn.dx - 9) < 1
    assert report.redrawn.changed > 12
    assert {"drift", "redrawn"} <= {finding.code for finding in report.findings}
    assert report.publishable
    assert inspect_picture(shot, factories.plate(shot), compose(shot, factories.plate(shot))).redrawn is None


@pytest.mark.parametrize("moved", [0, 6])
def test_a_material_that_is_all_edges_is_known_where_it_was_left_and_followed_where_it_was_not(moved: int) -> None:
    noise = np.random.default_rng(3).random((130, 96, 3)).astype(np.float32)
    base = factories.cutout("bottle", 130, 96)
    shot = shot_of(np.random.default_rng(8), 512, replace(base, rgb=noise))
    canvas = fit_canvas(shot, Sizes())
    laid = lay(shot.cutout, canvas.rect, canvas.width, canvas.height)
    answer = np.roll(paint_guide(laid, shot.scene), moved, 1)
    found = find_drift(answer, laid)
    if moved == 0:
        assert found.sure
        assert found.largest(256) < 0.1
    else:
        assert not found.sure or abs(found.dx - moved) < 1
