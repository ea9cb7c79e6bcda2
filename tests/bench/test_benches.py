"""Every benchmark still runs, on a tiny input, and ends with its one JSON line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.material import material

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.render, pytest.mark.weights]


def bench(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    last: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return last


def test_speed() -> None:
    last = bench("bench.speed", "--tiny")
    assert last["final_median"] > 0
    assert last["peak_bytes"] > 1e8
    assert last["overhead"] > 0


def test_gallery(tmp_path: Path) -> None:
    options = ("--photos", "examples", "--limit", "1", "--presets", "seamless,dark-acrylic", "--size", "96")
    last = bench("bench.gallery", *options, "--quality", "preview", "--out", str(tmp_path))
    assert last["pictures"] == 2
    assert last["changed_product_pixels"] == 0
    assert next(tmp_path.glob("*.jpg")).stat().st_size > 1000


def test_cutout() -> None:
    last = bench("bench.cutout", "--pairs", str(material("gt_pairs")), "--limit", "1")
    assert last["bench"] == "cutout"


def test_grounding() -> None:
    last = bench("bench.grounding", "--tiny")
    assert last["bench"] == "grounding"


def test_watermark() -> None:
    last = bench("bench.watermark", "--tiny")
    assert last["changed_product_pixels"] == last["false_alarms"] == last["misread"] == 0
    assert last["found"]["none"] == last["found"]["jpeg 75"] == 1
    assert last["decibels"][0] >= 42


def test_faults_of_the_service() -> None:
    last = bench("bench.faults", "--server", "--tiny")
    assert last["survived"], last["faults"]
    assert {fault["fault"] for fault in last["faults"]} >= {"worker killed", "server killed", "leaked inputs"}


def test_mutations() -> None:
    last = bench("bench.mutations", "--tiny")
    assert last["broken"] == last["noticed"] == 1


def test_painted() -> None:
    last = bench("bench.painted", "--tiny")
    assert last["bench"] == "painted"
    assert last["drift_median"] < 1
    assert last["overhead"] > 0
