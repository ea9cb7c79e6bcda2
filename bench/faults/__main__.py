"""Kill, stop and leave things in the middle, and see that everything goes on.

    python -m bench.faults --engine [--painted] [--photo FILE] [--only NAME,NAME]

``--engine``: workers and renderers are killed and stopped in the middle of pictures. ``--painted`` paints backgrounds
instead of rendering them. Prints a line for each fault and one JSON line last; ends with 1 if anything did not survive.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bench.common import EXAMPLES, finish, photos_in
from bench.faults.engine import run_all


def main() -> None:
    """Parse, break, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="store_true", help="faults of workers and renderers")
    parser.add_argument("--painted", action="store_true", help="paint the backgrounds instead of rendering them")
    parser.add_argument("--photo", type=Path, default=None)
    parser.add_argument("--only", default="", help="faults by name, separated by commas")
    options = parser.parse_args()
    if not options.engine:
        parser.error("name what shall be broken: --engine")
    photo = options.photo or photos_in(EXAMPLES)[0]
    faults = asyncio.run(run_all(photo.read_bytes(), painted=options.painted, only=options.only.split(",")))
    survived = all(fault["survived"] for fault in faults)
    finish({"bench": "faults", "part": "engine", "survived": survived, "faults": faults})
    sys.exit(0 if survived else 1)


if __name__ == "__main__":
    main()
