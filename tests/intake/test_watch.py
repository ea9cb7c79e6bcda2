from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bgstudio.intake import watch
from bgstudio.intake.watch import Watch, is_starved


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_a_process_in_time_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    with Watch(sleeper, 0.5) as clock:
        pass
    time.sleep(0.7)
    assert not clock.expired and sleeper.poll() is None


def test_one_that_does_nothing_is_killed_on_time(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "processor_seconds", lambda _pid: 1.0)
    start = time.monotonic()
    with Watch(sleeper, 0.3) as clock:
        sleeper.wait(30)
    assert clock.expired and 0.2 < time.monotonic() - start < 3


def test_one_that_is_starved_gets_three_times_more_and_no_longer(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = iter([0.0, 0.05, 0.10, 0.15, 0.20, 0.25])
    monkeypatch.setattr(watch, "processor_seconds", lambda _pid: next(readings))
    start = time.monotonic()
    with Watch(sleeper, 0.5) as clock:
        sleeper.wait(30)
    assert clock.expired and time.monotonic() - start > 1.9
    assert next(readings) == 0.25  # asked at the start and at each of four bells


def test_who_is_starved() -> None:
    assert is_starved(total=2.0, lately=2.0, seconds=5)
    assert not is_starved(total=4.9, lately=4.9, seconds=5)  # had its time
    assert not is_starved(total=0.1, lately=0.1, seconds=5)  # hangs
    assert not is_starved(total=3.0, lately=0.0, seconds=5)  # has come to hang
