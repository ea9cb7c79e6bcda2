"""Loading, masks, steps, progress, cancelling, seeds, memory and broken weights, with the real pipeline classes."""

from __future__ import annotations

import gc
import shutil
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bgstudio.backends.diffusion import DiffusionPainter
from bgstudio.backends.diffusion.machine import Machine, fit, look_at, plan
from bgstudio.backends.diffusion.speech import arguments
from bgstudio.domain.painting import Ask
from bgstudio.errors import BackendError, Cancelled, WeightsCorrupt
from bgstudio.pixels.types import Byte
from bgstudio.weights.models import MODELS
from tests.diffusion.models import ON_DISK, qwen_edit, tiny_model

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
NAMES = sorted(ON_DISK)


def ask(seed: int = 1, reference: bool = False, **changes: Any) -> Ask:
    rng = np.random.default_rng(7)
    guide = rng.integers(0, 255, (64, 96, 3), dtype=np.uint8)
    mask = np.full((64, 96), 255, np.uint8)
    mask[16:56, 32:64] = 0
    product = np.dstack([np.where(mask[..., None] == 0, guide, 0), 255 - mask])
    look = rng.integers(0, 255, (80, 80, 3), dtype=np.uint8) if reference else None
    return Ask(guide, product, mask, "a bottle on marble", "text, people", seed, look, **changes)


def painter(folder: Path, name: str, **options: Any) -> DiffusionPainter:
    return DiffusionPainter(tiny_model(name), folder / name, "cpu", **options)


@pytest.mark.parametrize("name", NAMES)
def test_paints_around_the_product(tiny: Path, name: str) -> None:
    with_model = painter(tiny, name)
    steps: list[tuple[str, float]] = []
    made = with_model.paint(ask(), lambda step, part: steps.append((step, part)))
    assert made.pixels.shape == (64, 96, 3)
    assert made.pixels.dtype == np.uint8
    assert made.facts["model"] == with_model.model.repository
    assert steps[0] == (f"Loading {with_model.title}", 0.0)
    parts = [part for _step, part in steps]
    assert parts == sorted(parts)
    assert 0.9 <= parts[-1] <= 1
    assert any(step.startswith("Painting, step 1 of ") for step, _part in steps)
    with_model.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_gives_its_picture_again_and_another_seed_another(tiny: Path, name: str) -> None:
    with_model = painter(tiny, name)
    one, again, other = (with_model.paint(ask(seed)).pixels for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_product_is_kept_where_the_mask_says_so(tiny: Path) -> None:
    """What is not to be painted comes back nearly alike, whatever the seed; the tiny autoencoder mixes a little."""
    with_model = painter(tiny, "klein-4b")
    one, other = (with_model.paint(ask(seed)).pixels.astype(int) for seed in (1, 2))
    inside, outside = np.s_[24:48, 40:56], np.s_[:, :24]
    kept, painted = (np.abs(one[part] - other[part]).mean() for part in (inside, outside))
    assert kept < 0.3 * painted


@pytest.mark.parametrize("at", [0, 1])
def test_it_stops_between_steps(tiny: Path, at: int) -> None:
    with_model = painter(tiny, "klein-4b")
    with_model.paint(ask())
    seen: list[str] = []
    with pytest.raises(Cancelled):
        with_model.paint(
            ask(), lambda step, _part: seen.append(step), lambda: sum("step" in step for step in seen) > at
        )
    assert sum("Painting, step" in step for step in seen) == at + 1
    assert with_model.paint(ask()).pixels.shape == (64, 96, 3)


@pytest.mark.parametrize("name", NAMES)
def test_unfinished_pictures_come_nearer_and_nearer_to_the_finished_one(tiny: Path, name: str) -> None:
    shown: list[Byte] = []
    made = painter(tiny, name, glimpse=shown.append).paint(ask(effort=0.0))
    assert len(shown) == int(made.facts["steps"]) - 1 or name == "sdxl-inpaint"
    assert all(one.shape == made.pixels.shape and one.dtype == np.uint8 for one in shown)
    away = [np.abs(one.astype(float) - made.pixels).mean() for one in (shown[0], shown[-1])]
    assert away[1] < away[0]


def test_the_decoder_is_not_fetched_between_two_steps(tiny: Path) -> None:
    shown: list[Byte] = []
    with_model = painter(tiny, "klein-4b", glimpse=shown.append)
    with_model.paint(ask())
    assert shown
    with_model._room = "offloaded"
    shown.clear()
    with_model.paint(ask())
    assert not shown


def test_a_reference_is_looked_at_or_it_is_said_that_it_is_not(tiny: Path) -> None:
    klein = painter(tiny, "klein-4b")
    plain, led = klein.paint(ask()), klein.paint(ask(reference=True))
    assert not np.array_equal(plain.pixels, led.pixels)
    assert led.notes == ()
    told = painter(tiny, "z-image-turbo").paint(ask(reference=True))
    assert "does not look at the reference" in told.notes[0]
    told = painter(tiny, "sdxl-inpaint").paint(ask(reference=True))  # no adapter lies beside it
    assert "does not look at the reference" in told.notes[0]


def test_an_edit_model_is_handed_both_pictures(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as module

    monkeypatch.setattr(module, "VAE_IMAGE_SIZE", 64 * 64)
    monkeypatch.setattr(module, "CONDITION_IMAGE_SIZE", 64 * 64)
    model = tiny_model("qwen-image-edit")
    with_model = DiffusionPainter(model, tiny, "cpu")
    with_model._machine, with_model._room, with_model._pipeline = Machine("cpu", 0), "whole", qwen_edit()
    with_model._pipeline.set_progress_bar_config(disable=True)
    told = arguments(model, ask(reference=True))
    assert len(told["image"]) == 2
    assert told["prompt"].startswith("Keep the product exactly")
    shown: list[Byte] = []
    with_model.glimpse = shown.append
    made = with_model.paint(ask(reference=True, effort=0.0))
    assert made.pixels.shape == (64, 96, 3)
    assert shown and all(one.shape == made.pixels.shape for one in shown)


def test_memory_is_given_back(tiny: Path) -> None:
    with_model = painter(tiny, "klein-4b")
    with_model.paint(ask())
    held = weakref.ref(with_model._pipeline.transformer)
    assert held() is not None
    with_model.close()
    gc.collect()
    assert held() is None
    assert with_model.paint(ask()).pixels.shape == (64, 96, 3)


def test_no_memory_is_told_and_given_back(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    with_model = painter(tiny, "klein-4b")
    with_model.paint(ask())

    def full(*_args: Any, **_more: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(with_model._pipeline.transformer, "forward", full)
    with pytest.raises(BackendError, match="ran out of memory") as told:
        with_model.paint(ask())
    assert "smaller size" in told.value.remedy
    assert with_model._pipeline is None
    assert with_model.paint(ask()).pixels.shape == (64, 96, 3)


def _cut_short(folder: Path) -> None:
    file = next((folder / "transformer").glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-2000])


def _nonsense(folder: Path) -> None:
    next((folder / "vae").glob("*.safetensors")).write_bytes(b"\x00" * 5000)


def _missing(folder: Path) -> None:
    shutil.rmtree(folder / "text_encoder")


def _another_model(folder: Path) -> None:
    shutil.rmtree(folder / "transformer")
    shutil.copytree(folder.parent / "z-image-turbo" / "transformer", folder / "transformer")


def _code(folder: Path) -> None:
    """Pickled weights, which run code when they are read, instead of plain ones."""
    import torch

    next((folder / "transformer").glob("*.safetensors")).unlink()
    torch.save({}, folder / "transformer" / "diffusion_pytorch_model.bin")


@pytest.mark.parametrize("harm", [_cut_short, _nonsense, _missing, _another_model, _code])
def test_broken_weights_are_told(tiny: Path, tmp_path: Path, harm: Any) -> None:
    for name in ("klein-4b", "z-image-turbo"):
        shutil.copytree(tiny / name, tmp_path / name)
    harm(tmp_path / "klein-4b")
    with_model = painter(tmp_path, "klein-4b")
    with pytest.raises(WeightsCorrupt, match="cannot be read") as told:
        with_model.paint(ask())
    assert "models verify klein-4b" in told.value.remedy
    assert with_model._pipeline is None


def test_numbers_out_of_bounds_are_no_picture(tiny: Path) -> None:
    import torch

    with_model = painter(tiny, "klein-4b")
    with_model.paint(ask())
    with torch.no_grad():
        for weight in with_model._pipeline.vae.decoder.parameters():
            weight.fill_(float("nan"))
    with pytest.raises(BackendError, match="a picture that is none"):
        with_model.paint(ask())


# -- which model, on which machine -----------------------------------------------------------------------------------

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("free", "name", "room"),
    [
        (80, "klein-4b", "whole"), (20, "klein-4b", "whole"), (12, "sdxl-inpaint", "whole"),
        (7, "sdxl-inpaint", "offloaded"), (5, "klein-4b", "layers"),
    ],
)  # fmt: skip
def test_the_model_is_picked_by_free_memory(free: int, name: str, room: str) -> None:
    able = [model for model in MODELS if model.commercial]
    model, how = plan(able, Machine("cuda:0", free * GB))
    assert (model.name, how) == (name, room)


def test_where_nothing_fits_it_is_told() -> None:
    with pytest.raises(BackendError, match=r"3\.0 GB free") as told:
        plan(MODELS, Machine("cuda:0", 3 * GB))
    assert "path tracer" in told.value.remedy
    with pytest.raises(BackendError, match="no image model here"):
        plan([], Machine("cuda:0", 80 * GB))


def test_shared_memory_is_not_split() -> None:
    assert fit(tiny_model("klein-4b"), Machine("mps", 12 * GB)) is None
    assert fit(tiny_model("klein-4b"), Machine("mps", 20 * GB)) == "whole"


def test_a_machine_without_gpu_is_told_so(tiny: Path) -> None:
    import torch

    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(BackendError, match="no GPU") as told:
        look_at("auto")
    assert "path tracer" in told.value.remedy
    with pytest.raises(BackendError, match="no 'cuda'"):
        look_at("cuda")
    assert look_at("cpu").free > 0
