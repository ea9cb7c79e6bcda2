"""The service's benchmark still runs, on a little, and ends with its one JSON line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_little_of_everything() -> None:
    command = [sys.executable, "-m", "bench.service", "--tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    last = json.loads(done.stdout.strip().splitlines()[-1])
    assert last["crowd"]["other_errors"] == 0
    assert last["memory"]["jobs"] == 8
    assert last["overhead"]["service_s"] > 0
