"""``python -m bgstudio``, and what the command ``bgstudio`` calls."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C is calm even while it is still loading."""
    try:
        from bgstudio.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
