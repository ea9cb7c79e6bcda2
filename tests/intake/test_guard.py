"""What the decoding process refuses itself; tried in a process of its own, for the hook cannot be taken off again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bgstudio.intake.opening import prepare_plugins

TRIES = {
    "open a file for writing": "open(target, 'w')",
    "append to a file": "open(target, 'ab')",
    "open a descriptor for writing": "import os; os.open(target, os.O_RDWR | os.O_CREAT)",
    "make a temporary file": "import os, tempfile; tempfile.TemporaryFile(dir=os.path.dirname(target))",
    "make a folder": "import os; os.mkdir(target)",
    "delete a file": "import os; os.remove(target)",
    "rename a file": "import os; os.rename(target, target + '2')",
    "open a socket": "import socket; socket.socket()",
    "look up a name": "import socket; socket.getaddrinfo('localhost', 80)",
    "start a process": "import subprocess; subprocess.run(['true'])",
    "run a shell": "import os; os.system('true')",
    "fork": "import os; os.fork()",
    "replace itself": "import os, sys; os.execv(sys.executable, ['python'])",
    "signal another process": "import os; os.kill(1, 0)",
}


@pytest.mark.parametrize("attempt", TRIES)
def test_refused(attempt: str, tmp_path: Path) -> None:
    if attempt == "fork" and sys.platform == "win32":
        pytest.skip("no fork on this platform")
    target = tmp_path / "target"
    target.write_text("untouched")
    script = (
        "import sys; from bgstudio.intake.guard import forbid_outside; forbid_outside(); target = sys.argv[1]\n"
        f"try:\n    {TRIES[attempt]}\n"
        "except PermissionError as error:\n    sys.exit('decoder' not in str(error))\nsys.exit(2)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(target)], timeout=60).returncode == 0
    assert target.read_text() == "untouched" and len(list(tmp_path.iterdir())) == 1


def test_reading_is_allowed_for_late_imports() -> None:
    script = (
        "import sys; sys.dont_write_bytecode = True\n"
        "from bgstudio.intake.guard import forbid_outside; forbid_outside()\n"
        "import colorsys, wave; open(colorsys.__file__).read()"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other platforms differ")
def test_the_operating_system_refuses_what_python_cannot_see(tmp_path: Path) -> None:
    script = (
        "import os, sys; from bgstudio.intake.guard import limit_resources; limit_resources(1_000_000_000)\n"
        "out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)\n"
        "try:\n    os.write(out, b'photo')\nexcept OSError:\n    pass\nelse:\n    sys.exit(1)\n"
        "try:\n    bytearray(1_200_000_000)\nexcept MemoryError:\n    sys.exit(0)\nsys.exit(2)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "out")], timeout=60)
    assert done.returncode == 0
    assert (tmp_path / "out").read_bytes() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on this platform")
def test_a_decoder_without_a_parent_ends_by_itself() -> None:
    script = "from bgstudio.intake.guard import limit_cpu; limit_cpu(0)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode < 0


def test_plugins_can_be_prepared_twice() -> None:
    from PIL import Image

    limit = Image.MAX_IMAGE_PIXELS
    try:
        prepare_plugins(1_000_000)
        prepare_plugins(2_000_000)
        assert Image.MAX_IMAGE_PIXELS == 2_000_000
    finally:
        Image.MAX_IMAGE_PIXELS = limit
