"""What docs/how-to/api.md shows runs as it stands there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.fakes import photo
from tests.web.served import served

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "api.md").read_text("utf-8")
SNIPPETS = re.findall(r"```(bash|python)\n(.*?)```", PAGE, re.S)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("served")) as (place, _made):
        yield place


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_runs(number: int, tmp_path: Path, address: str) -> None:
    language, text = SNIPPETS[number]
    if language == "bash" and shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    (tmp_path / "mug.jpg").write_bytes(photo(128, 160))
    text = text.replace("http://127.0.0.1:8380", address).replace("python3", sys.executable).replace("512", "64")
    command = ["bash", "-euo", "pipefail", "-c", text] if language == "bash" else [sys.executable, "-c", text]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    made = {file.name for file in tmp_path.iterdir()} - {"mug.jpg"}
    assert made, "it leaves files behind"
    for name in made:
        assert (tmp_path / name).stat().st_size > 0, name


def test_both_languages_are_shown() -> None:
    assert {language for language, _text in SNIPPETS} == {"bash", "python"}
