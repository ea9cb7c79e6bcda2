"""Whatever happens to the decoding process, its parent goes on and says so."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Decoder
from bgstudio.errors import DecoderStopped, UnreadablePicture
from bgstudio.intake import DecoderProcess, IntakeLimits
from bgstudio.pixels.colour import linear_to_bytes
from tests.intake.files import encode, noise, png

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def child_of(decoder: DecoderProcess) -> psutil.Process:
    assert decoder._child is not None
    return psutil.Process(decoder._child.process.pid)


def test_it_is_a_decoder(decoder: DecoderProcess) -> None:
    port: Decoder = decoder
    assert isinstance(port(png(noise())), Picture)


@posix
def test_a_child_that_was_killed_is_replaced_unnoticed() -> None:
    with DecoderProcess() as decoder:
        decoder(png(noise()))
        first = child_of(decoder)
        first.kill()
        first.wait(10)
        np.testing.assert_array_equal(linear_to_bytes(decoder(png(noise())).rgb), noise())
        assert child_of(decoder).pid != first.pid


@posix
def test_a_child_that_hangs_is_killed_in_time_and_replaced() -> None:
    with DecoderProcess(IntakeLimits(seconds=0.7)) as decoder:
        decoder(png(noise()))
        child = child_of(decoder)
        child.suspend()
        start = time.monotonic()
        with pytest.raises(DecoderStopped, match=r"longer than 0\.7 seconds") as caught:
            decoder(png(noise()))
        assert 0.6 < time.monotonic() - start < 3
        assert caught.value.remedy
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        assert decoder(png(noise())).width == 64


@posix
def test_a_child_that_dies_over_a_photo_is_a_typed_error() -> None:
    with DecoderProcess() as decoder:
        decoder(png(noise()))
        child = child_of(decoder)
        child.suspend()
        threading.Timer(0.3, child.kill).start()
        with pytest.raises(DecoderStopped, match="stopped in the middle"):
            decoder(png(noise()))
        assert decoder(png(noise())).width == 64


@linux
def test_a_photo_that_needs_too_much_memory_is_given_up() -> None:
    with DecoderProcess(IntakeLimits(memory=500_000_000, seconds=60)) as decoder:
        huge = encode(np.zeros((6000, 6000, 3), np.uint8), "PNG", compress_level=1)
        with pytest.raises(DecoderStopped, match="memory"):
            decoder(huge)
        assert decoder(png(noise())).width == 64


@linux
def test_the_limits_of_the_operating_system_are_set(decoder: DecoderProcess) -> None:
    decoder(png(noise()))
    told = Path(f"/proc/{child_of(decoder).pid}/limits").read_text()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in told.splitlines()}
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == ["1500000000", "1500000000"]
    assert float(limits["Max cpu time"][0]) < 1000


@linux
def test_the_child_holds_no_files_and_no_sockets(decoder: DecoderProcess) -> None:
    decoder(png(noise()))
    opened = {str(link.readlink()) for link in Path(f"/proc/{child_of(decoder).pid}/fd").iterdir()}
    assert all(path.startswith("pipe:") or path == "/dev/null" for path in opened)


@linux
def test_memory_goes_back_after_a_large_photo(decoder: DecoderProcess) -> None:
    decoder(encode(np.zeros((4000, 5000, 3), np.uint8), "PNG", compress_level=1))
    decoder(png(noise()))
    assert child_of(decoder).memory_info().rss < 250_000_000


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str], decoder: DecoderProcess) -> None:
    data = bytearray(encode(noise(64, 64), "TIFF", compression="tiff_adobe_deflate"))
    data[400:600] = bytes(200)
    with Image.open(io.BytesIO(data)) as image, pytest.raises(OSError, match="decoder error"):
        image.load()
    assert "Decoding error" in capfd.readouterr().err  # so speaks the library where nobody keeps it from it
    with pytest.raises(UnreadablePicture):
        decoder(bytes(data))
    assert capfd.readouterr() == ("", "")


def test_threads_may_share_it(decoder: DecoderProcess) -> None:
    wrong: list[int] = []

    def work(seed: int) -> None:
        for _ in range(4):
            original = noise(seed=seed, height=40 + seed)
            if not np.array_equal(linear_to_bytes(decoder(png(original)).rgb), original):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_closed_decoder_says_so_and_leaves_no_process() -> None:
    decoder = DecoderProcess()
    child = child_of(decoder)
    decoder.close()
    decoder.close()
    with pytest.raises(DecoderStopped, match="closed"):
        decoder(png(noise()))
    assert not child.is_running()


def test_a_child_is_started_afresh_after_many_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgstudio.intake.process._PICTURES_PER_CHILD", 3)
    with DecoderProcess() as decoder:
        pids = []
        for _ in range(7):
            decoder(png(noise()))
            pids.append(child_of(decoder).pid)
    assert len(set(pids)) == 3


def test_an_interrupted_call_leaves_no_old_answer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with DecoderProcess() as decoder:
        decoder(png(noise()))
        with monkeypatch.context() as patch:
            patch.setattr("bgstudio.intake.process.receive_answer", interrupt)
            with pytest.raises(KeyboardInterrupt):
                decoder(png(noise(seed=1)))
        np.testing.assert_array_equal(linear_to_bytes(decoder(png(noise(seed=2))).rgb), noise(seed=2))


def test_a_python_that_cannot_start_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(Path(__file__).with_name("no-such-python")))
    with pytest.raises(DecoderStopped, match="cannot be started"):
        DecoderProcess()


def test_a_child_that_ends_before_it_is_ready_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgstudio.intake.process._BOOT", "raise SystemExit(3)")
    with DecoderProcess() as decoder, pytest.raises(DecoderStopped, match="cannot be started"):
        decoder(png(noise()))


def test_a_script_without_a_main_guard_can_use_it() -> None:
    script = (
        "import sys; from bgstudio.intake import DecoderProcess\n"
        "decoder = DecoderProcess()\n"
        "print(decoder(sys.stdin.buffer.read()).width)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], input=png(noise()), capture_output=True, timeout=60
    )
    assert (done.stdout.split(), done.stderr) == ([b"64"], b"")


@posix
def test_the_child_ends_with_its_parent() -> None:
    script = (
        "import sys, time; from bgstudio.intake import DecoderProcess\n"
        "decoder = DecoderProcess(); decoder(sys.stdin.buffer.read())\n"
        "print(decoder._child.process.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.write(png(noise()))
        parent.stdin.close()
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    child.wait(10)


@linux
def test_a_forked_process_does_not_meddle_with_its_parents_decoder(decoder: DecoderProcess) -> None:
    decoder(png(noise()))
    before = child_of(decoder).pid
    pid = os.fork()
    if pid == 0:
        right = False
        try:
            right = decoder(png(noise(seed=3))).width == 64 and child_of(decoder).pid != before
            decoder.close()
        finally:
            os._exit(0 if right else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert child_of(decoder).pid == before
    np.testing.assert_array_equal(linear_to_bytes(decoder(png(noise(seed=4))).rgb), noise(seed=4))
