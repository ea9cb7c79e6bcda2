"""Install what the tests of image models need, for the processor alone, where a build of torch for it can be had.

    python -m tests.diffusion.install

The builds of torch for GPUs take gigabytes and would be of no use to the tests. Nothing else is changed or removed.
"""

from __future__ import annotations

import subprocess
import sys

TORCH = "torch==2.13.0+cpu"
OTHERS = ("diffusers>=0.42,<0.43", "transformers>=5,<6", "accelerate>=1.10", "sentencepiece>=0.2", "huggingface-hub>=1")


def main() -> int:
    """Install; 0 if everything is there afterwards."""
    pip = [sys.executable, "-m", "pip"]
    outside = [sys._base_executable, "-m", "pip", "--python", sys.executable]  # type: ignore[attr-defined]
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    for client in (pip, outside):
        if subprocess.run([*client, "--version"], capture_output=True, check=False).returncode == 0:
            done = subprocess.run([*client, *quiet, TORCH], capture_output=True, check=False)
            if done.returncode == 0:
                return subprocess.run([*client, *quiet, *OTHERS], stderr=subprocess.DEVNULL, check=False).returncode
    print(f"{TORCH} cannot be had from the package index here: the tests of image models are left out.")  # noqa: T201  # a command
    return 1


if __name__ == "__main__":
    sys.exit(main())
