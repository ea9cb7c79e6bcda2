"""The path tracer as its users see it: a child process that starts, falls back, stops, dies and comes back."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from importlib.util import find_spec

import numpy as np
import pytest

from bgstudio.backends.raytrace import PathTracer
from bgstudio.backends.raytrace.process import RenderProcess
from bgstudio.cli.commands import NAMES
from bgstudio.domain.brief import Quality
from bgstudio.domain.ports import Backend
from bgstudio.domain.shot import Shot, frame_product
from bgstudio.errors import BadScene, Cancelled, DeadlineExceeded, RendererDied, RendererUnavailable
from tests import factories
from tests.fresh import loaded_by

pytestmark = pytest.mark.render


@pytest.fixture(scope="module")
def tracer() -> object:
    backend = PathTracer()
    yield backend
    backend.close()


def small_shot(side: int = 96, **changes: object) -> Shot:
    scene = factories.scene(**changes)
    product = factories.cutout()
    rect = frame_product(scene, product.aspect, side, side)
    return Shot(scene, product, side, side, rect, seed=5, quality=Quality.PREVIEW)


def test_a_plate_has_the_promised_form(tracer: PathTracer) -> None:
    backend: Backend = tracer
    steps: list[tuple[str, float]] = []
    plate = backend.generate(small_shot(), lambda step, part: steps.append((step, part)))
    for layer in (plate.backdrop, plate.shadow, plate.reflection):
        assert layer.shape == (96, 96, 3)
        assert layer.dtype == np.float32
        assert np.isfinite(layer).all()
    assert 0 <= plate.shadow.min() <= plate.shadow.max() <= 1
    assert plate.reflection.min() >= 0
    assert plate.exposure > 0
    assert plate.foot is not None
    assert steps == sorted(steps, key=lambda s: s[1])
    assert plate.notes == ()


def test_the_product_darkens_the_ground_at_its_foot(tracer: PathTracer) -> None:
    of = small_shot(128)
    plate = tracer.generate(of)
    beside = np.s_[of.rect.bottom - 6 : of.rect.bottom + 4, of.rect.left - 12 : of.rect.right + 12]
    foot = plate.shadow[beside].min()
    sky = plate.shadow[:16].mean()
    assert foot < 0.8 < 0.95 < sky


def test_unknown_sets_and_surfaces_are_refused_in_words(tracer: PathTracer) -> None:
    with pytest.raises(BadScene, match="moonbase"):
        tracer.generate(small_shot(set="moonbase"))
    with pytest.raises(BadScene, match="Choose one of"):
        tracer.generate(small_shot(surface="cheese"))
    assert tracer.generate(small_shot()).exposure > 0


def test_cancelling_stops_and_the_next_picture_works(tracer: PathTracer) -> None:
    asked = threading.Event()

    def progress(_step: str, part: float) -> None:
        if part > 0.05:
            asked.set()

    with pytest.raises(Cancelled):
        tracer.generate(small_shot(512), progress, asked.is_set)
    assert tracer.generate(small_shot()).exposure > 0


def test_a_killed_renderer_is_told_and_replaced(tracer: PathTracer) -> None:
    tracer.generate(small_shot())
    child = tracer._process._child
    assert child is not None
    killer = threading.Timer(0.3, child.kill)
    killer.start()
    with pytest.raises(RendererDied):
        for _ in range(200):
            tracer.generate(small_shot(256))
    assert tracer.generate(small_shot()).exposure > 0


def test_a_picture_over_its_time_is_stopped() -> None:
    backend = PathTracer(seconds=0.01)
    try:
        backend.start()
        with pytest.raises(DeadlineExceeded):
            backend.generate(small_shot(512))
    finally:
        backend.close()


def test_the_renderer_is_replaced_after_its_number_of_pictures() -> None:
    backend = PathTracer(pictures=1)
    try:
        backend.generate(small_shot(64))
        first = backend._process._child
        backend.generate(small_shot(64))
        assert first is not None
        assert first.poll() is not None
    finally:
        backend.close()


def test_a_variant_that_does_not_start_falls_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", "/nonexistent/libLLVM.so")
    backend = PathTracer()
    try:
        plate = backend.generate(small_shot(64))
        assert backend.facts["variant"] == "scalar"
        assert "slower scalar one" in plate.notes[0]
    finally:
        backend.close()


def test_no_variant_at_all_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", "/nonexistent/libLLVM.so")
    process = RenderProcess("llvm")
    with pytest.raises(RendererUnavailable, match="doctor"):
        process.start()


def test_the_child_ends_with_its_parent() -> None:
    code = (
        "from bgstudio.backends.raytrace import PathTracer; p = PathTracer(); p.start();"
        "print(p._process._child.pid, flush=True); import os; os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    import psutil

    end = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
        time.sleep(0.1)
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(find_spec("torch") is None, reason="only where torch is installed could it be loaded")
def test_the_renderer_does_not_load_torch() -> None:
    code = (
        "from bgstudio.backends.raytrace import runtime; runtime.prepare('scalar', 0);"
        "from bgstudio.backends.raytrace import job"
    )
    assert "torch" not in loaded_by(code)


def test_the_parent_never_loads_the_renderer() -> None:
    commands = ", ".join(f"bgstudio.cli.{name}" for name in NAMES)
    assert (
        loaded_by(f"import bgstudio.library, bgstudio.bootstrap, bgstudio.cli.app, {commands}")
        & {"mitsuba", "drjit", "pyoidn"}
        == set()
    )
