"""The real classes of ``diffusers`` on tiny weights that are drawn here; left out where the extra is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

HOW = "the extra 'diffusion' is not installed: run python -m tests.diffusion.install"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders of tiny models by family."""
    pytest.importorskip("torch", reason=HOW)
    pytest.importorskip("diffusers", reason=HOW)
    from tests.diffusion.models import write_all

    folder = tmp_path_factory.mktemp("tiny")
    write_all(folder)
    yield folder
