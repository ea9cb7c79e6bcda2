"""Debian's Chromium for the browser tests: where it is, and how to get it.

python -m tests.browser.chromium      installs it where it is missing (as root, from the distribution's packages)
"""

from __future__ import annotations

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
        print(HOW, file=sys.stderr)
        return 1
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", NAMES[0]],
    ):
        code = subprocess.run(command, check=False, env={"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).returncode  # fmt: skip
        if code:
            print(HOW, file=sys.stderr)
            return code
    return 0 if find() else 1


if __name__ == "__main__":
    sys.exit(install())
