"""The fault runs still run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="stops and kills processes by signal")
def test_faults_of_the_engine() -> None:
    command = [sys.executable, "-m", "bench.faults", "--engine", "--painted", "--only", "worker_killed,cancelled"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    last = json.loads(done.stdout.strip().splitlines()[-1])
    assert last["survived"]
    names = [fault["fault"] for fault in last["faults"]]
    assert names == ["worker_killed", "cancelled", "nothing_kept", "nothing_left_running"]
