"""How long a picture takes, and how much memory.

    python -m bench.speed [--photo FILE] [--presets all] [--tiny]

Wall seconds on whatever else the machine is doing: run it on an idle one. Ratios compare with a bare Mitsuba render of
the same scene at the same samples per pixel, in the same run. Prints one JSON line last.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.common import EXAMPLES, PeakMemory, finish, photos_in, timed
from bgstudio.bootstrap import build_studio, settings
from bgstudio.domain.brief import Brief, Quality
from bgstudio.studio import Studio


def main() -> None:
    """Parse, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photo", type=Path, default=None)
    parser.add_argument("--presets", default="all")
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--tiny", action="store_true", help="one preset, 128 px, no cold start: shows that it runs")
    options = parser.parse_args()
    photo = options.photo or photos_in(EXAMPLES)[0]
    if options.tiny:
        options.presets, options.size = "seamless", 128
    with build_studio() as studio:
        result = warm(studio, photo.read_bytes(), options)
        # after the times are taken: counting pages holds the processes up, and by now they have grown
        with PeakMemory() as memory:
            for name in list(result["final"])[:4]:
                once(studio, photo.read_bytes(), Brief(preset=name, width=options.size, height=options.size))
        result["peak_bytes"] = memory.peak
    result |= overhead(options.size, ("seamless",) if options.tiny else ("seamless", "arch-podium"))
    if not options.tiny:
        result |= cold(photo)
    finish({"bench": "speed", "size": options.size, "cores": os.cpu_count(), "load": os.getloadavg()[0], **result})


def warm(studio: Studio, photo: bytes, options: argparse.Namespace) -> dict[str, Any]:
    """Seconds per preset, from photo bytes to inspected picture, each after a first one that compiled the kernels."""
    names = [p.name for p in studio.director.presets()] if options.presets == "all" else options.presets.split(",")
    final: dict[str, float] = {}
    preview: dict[str, float] = {}
    steps: dict[str, dict[str, float]] = {}
    for name in names:
        small = Brief(preset=name, width=min(384, options.size), height=min(384, options.size), quality=Quality.PREVIEW)
        large = Brief(preset=name, width=options.size, height=options.size)
        for brief, kept in ((small, preview), (large, final)):
            once(studio, photo, brief)  # compiles what this size and set need
            with timed() as seconds:
                render = once(studio, photo, brief)
            kept[name] = round(seconds[0], 2)
        steps[name] = render.plate.seconds
        print(f"{name:20s} final {final[name]:6.2f} s   preview {preview[name]:5.2f} s   {steps[name]}", flush=True)
    return {
        "final_median": statistics.median(final.values()),
        "final_worst": max(final.values()),
        "preview_median": statistics.median(preview.values()),
        "preview_worst": max(preview.values()),
        "final": final,
        "preview": preview,
    }


def once(studio: Studio, photo: bytes, brief: Brief) -> Any:
    """One picture, the whole way."""
    return next(iter(studio.shoot(studio.open(photo), brief)))


def overhead(size: int, presets: tuple[str, ...]) -> dict[str, Any]:
    """Render time against a bare Mitsuba render, measured in a process of its own."""
    command = [sys.executable, "-m", "bench.overhead", str(size), *presets]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout, end="", flush=True)
    ratios = [float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("ratio")]
    return {"overhead": round(statistics.median(ratios), 3), "overhead_all": ratios}


def cold(photo: Path) -> dict[str, Any]:
    """Seconds of the whole command for a first picture: with compiled kernels kept from before, and with none."""
    out: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        weights = str(settings().weights_dir)
        environment = {**os.environ, "BGSTUDIO_WEIGHTS_DIR": weights, "HOME": home}
        for name in ("cold_without_kernels", "cold_with_kernels"):
            command = [sys.executable, "-m", "bgstudio", "shoot", str(photo), "--preset", "arch-podium", "-o", home]
            with timed() as seconds:
                subprocess.run(command, check=True, capture_output=True, env=environment)
            out[name] = round(seconds[0], 2)
            print(f"{name:24s}{out[name]:6.2f} s", flush=True)
    return out


if __name__ == "__main__":
    main()
