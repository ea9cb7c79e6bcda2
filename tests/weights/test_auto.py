"""``auto`` among the image models is decided once: people are offered what the workers have."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgstudio import bootstrap
from bgstudio.backends.diffusion import Machine
from bgstudio.settings import Settings
from bgstudio.weights.hub import MANIFEST


def test_what_is_offered_fits_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("klein-4b", "sdxl-inpaint"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).write_text('{"files": {}}')
    monkeypatch.setattr("bgstudio.backends.diffusion.look_at", lambda _device: Machine("cuda:0", 9_500_000_000))
    config = Settings(models_dir=tmp_path, image_models=("auto",))
    offered = [row["name"] for row in bootstrap.backends_of(config)]
    made = [backend.name for backend in bootstrap.build_image_models(config)]
    assert offered == ["raytrace", *made] == ["raytrace", "sdxl-inpaint"]
