"""The collection of photos that some tests read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("BGSTUDIO_MATERIAL", Path(__file__).parents[1] / ".." / "shared" / "material"))


def material(*parts: str) -> Path:
    """A file or folder of the collection; the test is skipped where there is none.

    The collection's folder is named by the environment variable ``BGSTUDIO_MATERIAL``.
    """
    path = _ROOT.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no {'/'.join(parts)} in the photo collection; set BGSTUDIO_MATERIAL to its folder")
    return path


def names(folder: str) -> list[str]:
    """File names of a folder of the collection, sorted; one that does not exist where there is no folder.

    For ``parametrize``: ``material`` then skips the test.
    """
    path = _ROOT / folder
    return sorted(file.name for file in path.iterdir()) if path.is_dir() else ["(collection missing)"]
