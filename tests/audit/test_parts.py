from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bgstudio.audit.canary import draw_canary
from bgstudio.audit.client import multipart
from bgstudio.audit.scan import files_under, pieces_in, search
from bgstudio.audit.watch import Watch, held_for_writing, opened_for_writing

CANARY = draw_canary(seed=7, side=160)


def test_two_canaries_share_nothing() -> None:
    other = draw_canary(side=160)
    whole = other.photo + other.reference + other.words.encode() + other.name.encode()
    assert pieces_in(CANARY, whole) == set()


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("the photo's file", CANARY.photo),
        ("the reference's file", CANARY.reference),
        ("the prompt", CANARY.words.encode()),
        ("the file's name", f"upload of {CANARY.name} failed".encode()),
    ],
)
def test_pieces_are_recognised(what: str, data: bytes) -> None:
    assert what in pieces_in(CANARY, b"before" + data + b"after")


def test_decoded_pixels_are_recognised(tmp_path: Path) -> None:
    import io

    import numpy as np
    from PIL import Image

    photo = np.asarray(Image.open(io.BytesIO(CANARY.photo)))
    assert "the photo's pixels, with alpha" in pieces_in(CANARY, photo.tobytes())
    assert "the photo's pixels" in pieces_in(CANARY, photo[..., :3].tobytes())


def test_a_piece_across_two_reads_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgstudio.audit.scan.CHUNK", 40)
    (tmp_path / "swap").write_bytes(b"x" * 30 + CANARY.words.encode() + b"y" * 30)
    finds, files, size = search(CANARY, files_under([tmp_path]))
    assert [find.what for find in finds] == ["the prompt"]
    assert files == 1
    assert size > 60


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('12 openat(AT_FDCWD, "/tmp/a.png", O_WRONLY|O_CREAT|O_CLOEXEC, 0600) = 3', "/tmp/a.png"),
        ('12 openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3', None),
        ('12 openat(AT_FDCWD, "/tmp/a.png", O_RDWR|O_CREAT, 0600) = -1 EACCES (Permission denied)', None),
        ('12 rename("/tmp/a.part", "/tmp/a.png") = 0', "/tmp/a.part"),
    ],
)
def test_the_tracers_lines_are_understood(line: str, name: str | None) -> None:
    assert opened_for_writing(line) == name


def test_a_written_file_is_seen(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    target = tmp_path / "leak.bin"
    process = subprocess.Popen(
        watch.command([sys.executable, "-c", f"open({str(target)!r}, 'wb').write(b'x')"]),
        env={"PATH": "/usr/bin:/bin", **watch.environment()},
    )
    watch.begin(process)
    assert process.wait(30) == 0
    assert str(target) in watch.end()


def test_a_form_is_written_as_browsers_write_it() -> None:
    boundary, body = multipart([("photo", "a.png", "image/png", b"PIXELS"), ("wish", None, "", b"{}")])
    assert body.startswith(f"--{boundary}\r\n".encode())
    assert b'name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPIXELS\r\n' in body
    assert b'name="wish"\r\n\r\n{}\r\n' in body
    assert body.endswith(f"--{boundary}--\r\n".encode())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are read from /proc")
def test_a_process_that_ends_while_it_is_looked_at_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(Path, "exists", lambda _path: True)  # as if it had ended a moment later
    assert held_for_writing(ended.pid) == set()
