"""Image models are fetched once, with their licence agreed to, checked, and used without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bgstudio.backends.diffusion import DiffusionPainter
from bgstudio.errors import Cancelled, UsageError, WeightsCorrupt, WeightsMissing
from bgstudio.weights.hub import MANIFEST, ModelStore
from bgstudio.weights.models import MODELS, ImageModel
from tests.diffusion.hub import COMMIT, Hub, running
from tests.diffusion.models import tiny_model
from tests.diffusion.test_painter import ask

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
KLEIN: ImageModel = tiny_model("klein-4b")


@pytest.fixture
def hub(tiny: Path) -> Iterator[Hub]:
    with running() as made:
        made.add(KLEIN.repository, tiny / KLEIN.name)
        made.files[KLEIN.repository, "transformer/evil.py"] = b"raise SystemExit"
        made.files[KLEIN.repository, "transformer/old.bin"] = b"a pickle"
        yield made


def store(folder: Path, hub: Hub, *, offline: bool = False, non_commercial: bool = False) -> ModelStore:
    return ModelStore(folder, endpoint=hub.url, offline=offline, non_commercial=non_commercial)


def test_nothing_is_fetched_before_the_licence_is_agreed_to(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub)
    with pytest.raises(UsageError, match=r"Apache-2\.0: free to use") as told:
        models.pull(KLEIN.name)
    assert "16 GB" in told.value.meaning
    assert "--accept-licence" in told.value.remedy
    assert hub.asked == []
    assert models.here() == ()


def test_what_was_fetched_is_checked_and_paints_offline(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub)
    steps: list[tuple[str, float]] = []
    folder = models.pull(KLEIN.name, accept_licence=True, progress=lambda step, part: steps.append((step, part)))
    assert any(step.startswith("Fetching transformer/") for step, _part in steps)
    assert [part for _step, part in steps] == sorted(part for _step, part in steps)
    told = json.loads((folder / MANIFEST).read_text())
    assert (told["commit"], told["licence"], told["repository"]) == (COMMIT, "Apache-2.0", KLEIN.repository)
    assert told["accepted"].startswith("20")
    assert all(name.endswith((".json", ".safetensors", ".txt", ".jinja")) for name in told["files"])
    assert "transformer/evil.py" not in hub.asked
    assert "transformer/old.bin" not in hub.asked
    assert [model.name for model in models.here()] == [KLEIN.name]
    before = len(hub.asked)
    models.verify(KLEIN.name)
    models.pull(KLEIN.name)  # agreed to before
    made = DiffusionPainter(KLEIN, models.path(KLEIN.name), "cpu").paint(ask())
    assert made.pixels.shape == (64, 96, 3)
    assert len(hub.asked) == before


def test_a_changed_file_is_found(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub)
    folder = models.pull(KLEIN.name, accept_licence=True)
    file = next((folder / "vae").glob("*.safetensors"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(WeightsCorrupt, match="is not what was fetched"):
        models.verify(KLEIN.name)


def test_a_file_that_is_not_what_the_hub_promised_is_thrown_away(tmp_path: Path, hub: Hub) -> None:
    name = next(file for _repository, file in hub.files if file.startswith("vae/") and file.endswith(".safetensors"))
    hub.promised[name] = "0" * 64
    models = store(tmp_path, hub)
    with pytest.raises(WeightsCorrupt, match="as it was promised"):
        models.pull(KLEIN.name, accept_licence=True)
    assert models.here() == ()
    assert not (tmp_path / KLEIN.name / name).exists()


def test_a_broken_line_is_told_and_the_next_try_goes_on(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub)
    calls = 0

    def stop() -> bool:
        nonlocal calls
        calls += 1
        return calls > 4

    with pytest.raises(Cancelled):
        models.pull(KLEIN.name, accept_licence=True, cancel=stop)
    came = list(hub.asked)
    assert came
    models.pull(KLEIN.name, accept_licence=True)
    again = hub.asked[len(came) :]
    assert not set(came) & set(again)
    assert [model.name for model in models.here()] == [KLEIN.name]


def test_a_hub_that_does_not_answer_or_lacks_the_model(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub)
    with pytest.raises(WeightsMissing, match="could not be fetched"):
        models.pull("z-image-turbo", accept_licence=True)
    with pytest.raises(UsageError, match="no image model named 'dream'"):
        models.pull("dream")


def test_without_a_network_nothing_is_asked(tmp_path: Path, hub: Hub) -> None:
    models = store(tmp_path, hub, offline=True)
    with pytest.raises(WeightsMissing, match="not on this machine") as told:
        models.pull(KLEIN.name, accept_licence=True)
    assert "OFFLINE" in told.value.meaning
    with pytest.raises(WeightsMissing, match="models pull klein-4b"):
        raise WeightsMissing(_said(models))


def _said(models: ModelStore) -> str:
    with pytest.raises(WeightsMissing) as told:
        models.path(KLEIN.name)
    return told.value.remedy


def test_what_must_not_be_used_commercially_is_refused_unless_the_host_says_so(tmp_path: Path, hub: Hub) -> None:
    bound = next(model for model in MODELS if not model.commercial)
    models = store(tmp_path, hub)
    with pytest.raises(UsageError, match="must not be used commercially") as told:
        models.pull(bound.name, accept_licence=True)
    assert "BGSTUDIO_NON_COMMERCIAL_MODELS" in told.value.remedy
    (tmp_path / bound.name).mkdir()
    (tmp_path / bound.name / MANIFEST).write_text('{"files": {}}')
    assert models.here() == ()
    with pytest.raises(UsageError, match="commercially"):
        models.path(bound.name)
    allowed = store(tmp_path, hub, non_commercial=True)
    assert allowed.here() == (bound,)
    assert allowed.path(bound.name) == tmp_path / bound.name
