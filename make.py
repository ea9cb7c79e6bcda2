#!/usr/bin/env python3
"""Set-up and everyday commands. Needs Python 3.11 or newer and a package index, nothing else.

    python3 make.py pictures     set everything up and make the first pictures from the example photos
    python3 make.py test         set everything up and run the tests
    python3 make.py check        lint, formatting, types, layering
    python3 make.py ci           check, then test
    python3 make.py setup        only the environment, in .venv

Everything after the command is handed on: ``python3 make.py test tests/intake -k orientation``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".venv-tools"
BIN = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, check: bool = True) -> int:
    """Run a command in the project's folder; ends this program with its exit code where it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if check and code:
        sys.exit(code)
    return code


def uv() -> str:
    """Path of uv: the one that is installed, or one fetched into a small environment of its own."""
    found = shutil.which("uv")
    if found:
        return found
    own = TOOLS / BIN / ("uv.exe" if os.name == "nt" else "uv")
    if not own.exists():
        print("Setting up the tools (once) ...", flush=True)
        venv.create(TOOLS, with_pip=True)
        run(TOOLS / BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")
    return str(own)


def setup() -> None:
    """The locked environment in .venv; does nothing where it is up to date. What was added by hand stays."""
    if not (ROOT / ".venv").exists():
        print("Setting up the environment (once, about 1.3 GB) ...", flush=True)
    run(uv(), "sync", "--frozen", "--inexact", "--quiet", "--python", sys.executable)


def tool(name: str) -> Path:
    """A command of the environment."""
    return ROOT / ".venv" / BIN / name


def pictures(rest: list[str]) -> None:
    """The first pictures: each example photo in a look that suits it."""
    photos = sorted((ROOT / "examples").glob("*.jpg"))
    run(tool("bgstudio"), "shoot", *photos, "-o", ROOT / "out", *rest)
    print(f"The pictures are in {ROOT / 'out'}")


def test(rest: list[str]) -> None:
    """The tests, two at a time, for many wait for a browser, a server or a renderer; ``-n 0`` runs one at a time."""
    run(tool("python"), "-m", "pytest", "-n", "2", "--dist", "worksteal", *rest)


def check(_rest: list[str]) -> None:
    """Lint, formatting, types, layering."""
    run(tool("ruff"), "check", ".")
    run(tool("ruff"), "format", "--check", ".")
    run(tool("mypy"))
    run(tool("lint-imports"))


def ci(rest: list[str]) -> None:
    """What has to hold before a change lands; the browser tests need a browser."""
    run(tool("python"), "-m", "tests.browser.chromium", check=False)
    run(tool("python"), "-m", "tests.diffusion.install", check=False)
    check(rest)
    test(rest)


def nothing(_rest: list[str]) -> None:
    """The set-up alone."""


COMMANDS = {"pictures": pictures, "test": test, "check": check, "ci": ci, "setup": nothing}


def main() -> None:
    """Parse and run."""
    if sys.version_info < (3, 11):  # noqa: UP036  # told in words, to those who run it with an older one
        sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".")
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    setup()
    COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    main()
