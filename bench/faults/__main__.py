"""Kill, stop and leave things in the middle, and see that everything goes on.

    python -m bench.faults --engine [--painted] [--photo FILE] [--only NAME,NAME]
    python -m bench.faults --server [--tiny] [--only NAME,NAME]

``--engine``: workers and renderers are killed and stopped in the middle of pictures; ``--painted`` paints backgrounds
instead of rendering them. ``--server``: a whole service is killed, besieged with half-open uploads, fed with hostile
files and left in the middle; afterwards everything it left is searched for the photo. Prints a line for each fault and
one JSON line last; ends with 1 if anything did not survive.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bench.common import EXAMPLES, finish, photos_in
from bench.faults import engine, server


def main() -> None:
    """Parse, break, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="store_true", help="faults of workers and renderers")
    parser.add_argument("--server", action="store_true", help="faults of the whole service")
    parser.add_argument("--tiny", action="store_true", help="few uploads and files: shows that it runs")
    parser.add_argument("--painted", action="store_true", help="paint the backgrounds instead of rendering them")
    parser.add_argument("--photo", type=Path, default=None)
    parser.add_argument("--only", default="", help="faults by name, separated by commas")
    options = parser.parse_args()
    if options.engine == options.server:
        parser.error("name what shall be broken: --engine or --server")
    only = [name for name in options.only.split(",") if name]
    if options.engine:
        photo = options.photo or photos_in(EXAMPLES)[0]
        faults = asyncio.run(engine.run_all(photo.read_bytes(), painted=options.painted, only=only or [""]))
    else:
        faults = server.run_all(*((20, 6) if options.tiny else (500, 200)), only=only)
    survived = all(fault["survived"] for fault in faults)
    finish(
        {"bench": "faults", "part": "engine" if options.engine else "server", "survived": survived, "faults": faults}
    )
    sys.exit(0 if survived else 1)


if __name__ == "__main__":
    main()
