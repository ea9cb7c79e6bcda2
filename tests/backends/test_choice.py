"""Which backend makes a picture, why, and what happens where it fails."""

from __future__ import annotations

import numpy as np
import pytest

from bgstudio.backends.choice import Backends
from bgstudio.domain.brief import Brief, Quality
from bgstudio.domain.ports import Capabilities
from bgstudio.errors import BackendError, OutsideDown, PaintingRefused, UnknownBackend
from bgstudio.studio import Studio
from bgstudio.testing import PaintedBackend, painted_studio
from tests.factories import cutout

SMALL = {"width": 96, "height": 96, "quality": Quality.PREVIEW, "preset": "seamless"}


class Model(PaintedBackend):
    """A stand-in for a trained model, here or elsewhere."""

    def __init__(self, name: str = "model", *, leaves: bool = False) -> None:
        super().__init__()
        self.name = name
        self.title = name.title()
        self.capabilities = Capabilities(
            leaves_machine=leaves, needs_gpu=not leaves, max_pixels=1024 * 1024, follows_reference=True,
            trained_model=True, any_prompt=True,
        )  # fmt: skip


def studio(*others: Model, fallback: bool = False) -> Studio:
    plain = painted_studio()
    return Studio(plain.decoder, plain.cutters, plain.director, plain.backend, others, fallback)


def test_a_single_backend_leaves_nothing_to_explain() -> None:
    with studio() as one:
        choice = one.choose(Brief(prompt="a woman in a kitchen"))
        assert (choice.backend, choice.why) == (one.backend, "")


def test_a_name_is_followed_and_an_unknown_one_refused() -> None:
    far = Model("far", leaves=True)
    with studio(far) as one:
        assert one.choose(Brief(backend="far")).backend is far
        with pytest.raises(UnknownBackend, match="no backend named 'dream'") as told:
            one.choose(Brief(backend="dream"))
        assert "auto, painted, far" in told.value.remedy


def test_auto_says_why_and_takes_a_model_here_for_what_cannot_be_built() -> None:
    here, far = Model("here"), Model("far", leaves=True)
    with studio(far, here) as one:
        plain = one.choose(Brief(prompt="on marble"))
        assert plain.backend is one.backend
        assert "can build all" in plain.why
        people = one.choose(Brief(prompt="a woman holding it"))
        assert people.backend is here
        assert "cannot make" in people.why
        assert "woman" in people.why


def test_auto_never_sends_a_picture_away() -> None:
    with studio(Model("far", leaves=True)) as one:
        choice = one.choose(Brief(prompt="a woman holding it"))
        assert choice.backend is one.backend
        assert "only used if you choose it" in choice.why


def test_the_choice_stands_in_the_report_and_the_recipe() -> None:
    here = Model("here")
    with studio(here) as one:
        brief = Brief(prompt="a woman holding it", **SMALL)
        product = cutout()
        scene = one.direct(brief, product)[0]
        assert not any("cannot make" in note or "could not place" in note for note in scene.notes)
        render = one.expose(brief, scene, product, 3)
        assert any("Made by Here" in finding.message for finding in render.report.findings)
        render = one.expose(brief.model_copy(update={"backend": "here"}), scene, product, 3)
        assert here.shots[-1].words == "a woman holding it"
        assert not any("Made by" in finding.message for finding in render.report.findings)


@pytest.mark.parametrize("error", [BackendError("It broke.", "", ""), OutsideDown("It is down.", "", "")])
def test_a_failure_is_told_and_nothing_stands_in_by_itself(error: Exception) -> None:
    model = Model()
    model.fail = error
    with studio(model) as one:
        brief = Brief(backend="model", **SMALL)
        product = cutout()
        with pytest.raises(type(error)):
            one.expose(brief, one.direct(brief, product)[0], product, 0)


def test_where_the_settings_allow_it_the_result_says_who_stood_in() -> None:
    model = Model()
    model.fail = OutsideDown("It does not answer.", "", "")
    with studio(model, fallback=True) as one:
        brief = Brief(backend="model", **SMALL)
        product = cutout()
        render = one.expose(brief, one.direct(brief, product)[0], product, 0)
        assert render.plate.backend == "painted"
        said = [finding.message for finding in render.report.findings]
        assert any("It does not answer." in one and "instead, as this studio's settings allow" in one for one in said)
        assert np.array_equal(render.plate.shadow.shape, (96, 96, 3))


def test_nothing_stands_in_for_what_is_refused() -> None:
    model = Model()
    model.fail = PaintingRefused("It does not paint this.", "", "")
    with studio(model, fallback=True) as one:
        brief = Brief(backend="model", **SMALL)
        product = cutout()
        with pytest.raises(PaintingRefused):
            one.expose(brief, one.direct(brief, product)[0], product, 0)


def test_the_first_backend_must_run_here() -> None:
    with pytest.raises(ValueError, match="on this machine"):
        Backends([Model("far", leaves=True)])
