"""Debian's Chromium for the browser tests: where it is, and how to get it.

python -m tests.browser.chromium      installs it where it is missing (as root, from the distribution's packages)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW = "The browser tests need Chromium: apt-get install -y chromium, or python -m tests.browser.chromium as root."


def find() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> int:
    """Install it from the distribution's packages; the exit code."""
    if find():
        return 0
    if not shutil.which("apt-get"):
        sys.stderr.write(HOW + "\n")
        return 1
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", NAMES[0]]):
        code = subprocess.run(["apt-get", *command], check=False, env=quiet).returncode
        if code:
            sys.stderr.write(HOW + "\n")
            return code
    return 0 if find() else 1


if __name__ == "__main__":
    sys.exit(install())
