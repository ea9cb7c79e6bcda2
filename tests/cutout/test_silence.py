from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import bgstudio
from bgstudio.cutout.networks import open_session
from bgstudio.errors import WeightsCorrupt
try:
    open_session(b"no network")
except WeightsCorrupt:
    print("asked")
"""


def test_the_runtime_of_the_networks_reports_to_nobody(tmp_path: Path) -> None:
    """It would keep an identifier under the home folder and a session in the temporary one, and open a connection."""
    environment = {k: v for k, v in os.environ.items() if k not in ("ORT_DISABLE_TELEMETRY", "CI", "XDG_CACHE_HOME")}
    folders = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment | folders, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "asked"
    assert [str(path) for path in tmp_path.rglob("*") if path.is_file()] == []
