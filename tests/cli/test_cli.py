from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from bgstudio.cli import app, cut, inspect, shoot
from bgstudio.cli.terminal import Interrupt
from bgstudio.domain.ports import check
from bgstudio.errors import Cancelled, RendererDied
from bgstudio.settings import Settings
from bgstudio.testing import PaintedBackend, painted_studio
from tests import factories

Outcome = tuple[int, str, str]
Run = Callable[..., Outcome]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> PaintedBackend:
    painted = PaintedBackend()
    for module in (shoot, cut, inspect):
        monkeypatch.setattr(module, "build_studio", lambda *_: painted_studio(painted))
    return painted


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "vase.png"
    path.write_bytes(transparent_png())
    return path


def transparent_png() -> bytes:
    alpha = factories.matte("bottle", 300, 200)
    rgb = np.random.default_rng(0).integers(40, 200, (300, 200, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(np.dstack([rgb, (alpha * 255).astype(np.uint8)])).save(file, "png")
    return file.getvalue()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            app.main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), told.out, told.err

    return call


def opened(path: str | Path) -> Image.Image:
    return Image.open(io.BytesIO(Path(path).read_bytes()))


def test_shoot_writes_the_picture_and_names_it(backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run) -> None:
    code, out, err = run("shoot", photo, "--preset", "seamless", "--size", "320x200", "-o", tmp_path / "out")
    path = tmp_path / "out" / "vase-seamless-0.png"
    assert code == 0
    assert out.split() == [str(path)]
    assert err == ""
    assert opened(path).size == (320, 200)
    assert backend.closed


def test_shoot_makes_as_many_as_asked_with_their_own_seeds(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run
) -> None:
    code, out, _ = run("shoot", photo, "-n", 3, "--seed", 7, "--size", 128, "--format", "jpeg", "-o", tmp_path)
    assert code == 0
    assert [Path(line).suffix for line in out.split()] == [".jpg"] * 3
    assert [s.seed for s in backend.shots] == [7, 8, 9]


def test_shoot_json_is_one_document(backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run) -> None:
    code, out, _ = run("shoot", photo, "--size", 128, "-o", tmp_path, "--json", "--save", "recipe,layers,shadow,cutout")
    report = json.loads(out)
    assert code == 0
    assert report[0]["changed_pixels"] == 0
    assert len(report[0]["files"]) == 7
    assert all(Path(file).stat().st_size > 60 for file in report[0]["files"])


def test_light_colours_surface_and_shadow_reach_the_picture(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run
) -> None:
    wishes = "--light-from back-left --light-height high --softness 0.1 --warmth -0.5 --shadow 0.5 --reflection 0"
    colours = "--surface slate --colour #AABBCC --colour #112233"
    run("shoot", photo, "--preset", "dark-slate", *wishes.split(), *colours.split(), "-o", tmp_path)
    shot = backend.shots[-1]
    key, palette = shot.scene.key, shot.scene.palette
    assert (key.side, key.azimuth, key.elevation, key.softness, key.warmth) == ("left", 135, 62, 0.1, -0.5)
    assert (palette.backdrop, palette.surface, shot.scene.surface) == ("#aabbcc", "#112233", "slate")
    assert (shot.shadow, shot.reflection) == (0.5, 0.0)
    run("shoot", photo, "--light-from", "270", "-o", tmp_path)
    assert backend.shots[-1].scene.key.side == "left"


def test_a_recipe_makes_the_same_bytes_again(backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run) -> None:
    run("shoot", photo, "-p", "warm light", "--seed", 11, "--size", 160, "-o", tmp_path / "a", "--save", "recipe")
    recipe = next((tmp_path / "a").glob("*.json"))
    first = recipe.with_suffix(".png").read_bytes()
    code, out, _ = run("shoot", photo, "--recipe", recipe, "-o", tmp_path / "b", "--json")
    again = json.loads(out)[0]
    assert code == 0
    assert Path(again["files"][0]).read_bytes() == first
    assert again["notes"] == []
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes() + b"\0")
    _, out, _ = run("shoot", other, "--recipe", recipe, "-o", tmp_path / "c", "--json")
    assert "not the photo" in json.loads(out)[0]["notes"][0]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--size", "huge"), 2, "not a size"),
        (("--size", "10000"), 2, "out of range"),
        (("--preset", "moonbase"), 2, "seamless"),
        (("--colour", "blue"), 2, "colour"),
        (("--light-from", "somewhere"), 2, "front-left"),
        (("--light-height", "noon"), 2, "light.height"),
        (("--surface", "marbel-white"), 2, "marble-white"),
        (("--save", "everything"), 2, "Choose from"),
        (("--recipe", "{photo}"), 2, "not a recipe"),
        (("--reference", "{text}"), 3, ""),
    ],
)
def test_mistakes_are_told_in_one_line_with_a_remedy(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    filled = [part.format(photo=photo, text=text) for part in arguments]
    ended, out, err = run("shoot", photo, *filled, "-o", tmp_path)
    assert ended == code
    assert out == ""
    assert err.startswith("error: ")
    assert len(err.strip().splitlines()) == 1
    assert words in err
    assert "Traceback" not in err


def test_one_bad_photo_does_not_stop_the_others(backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff\xe0 nothing")
    code, out, err = run("shoot", bad, tmp_path / "missing.jpg", photo, "--size", 96, "-o", tmp_path)
    assert code == 3
    assert out.count(".png") == 1
    assert str(bad) in err
    assert "missing.jpg" in err


def test_a_renderer_that_dies_has_its_own_exit_code(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run
) -> None:
    backend.fail = RendererDied("The renderer stopped.", "", "Try again.")
    code, _, err = run("shoot", photo, "--size", 96, "-o", tmp_path)
    assert code == 5
    assert "Try again." in err
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_written_is_told(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    code, _, err = run("shoot", photo, "--size", 96, "-o", blocked / "sub")
    assert code == 2
    assert "--out" in err


def test_cut_writes_cutout_mask_and_confidence(backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run) -> None:
    code, out, _ = run("cut", photo, "-o", tmp_path, "--json")
    report = json.loads(out)[0]
    assert code == 0
    cutout, mask, sure = (opened(file) for file in report["files"])
    assert cutout.mode == "RGBA"
    assert (mask.mode, sure.mode) == ("L", "L")
    assert cutout.size == mask.size == sure.size == (200, 300)
    original = np.asarray(opened(photo))
    opaque = original[..., 3] == 255
    assert np.array_equal(np.asarray(cutout)[opaque], original[opaque])


def test_inspect_tells_format_camera_and_look(backend: PaintedBackend, photo: Path, run: Run) -> None:
    code, out, _ = run("inspect", photo, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["format"] == "png"
    assert told["suits"]
    code, out, _ = run("inspect", photo)
    assert "camera" in out


def test_presets_lists_a_dozen(run: Run) -> None:
    code, out, _ = run("presets")
    assert code == 0
    assert len(out.splitlines()) >= 12
    assert all(line.count("\t") == 2 for line in out.splitlines())


def test_version_and_help(run: Run) -> None:
    assert run("--version")[1].startswith("bgstudio ")
    assert "--prompt" in run("shoot", "--help")[1]


@pytest.fixture
def heeded() -> Iterator[None]:
    """Ctrl-C as in a terminal, also where the tests themselves run in the background, which ignores it."""
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for kind, handler in before.items():
        signal.signal(kind, handler)


@pytest.mark.usefixtures("heeded")
def test_an_interrupt_that_python_drops_is_heard_at_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clears:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    dropped: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", dropped.append)
    interrupt = Interrupt()
    interrupt.listen()
    assert not interrupt()
    thing: object = Clears()
    del thing
    assert len(dropped) == 1
    with pytest.raises(Cancelled):
        check(interrupt)


def test_an_interrupt_ends_a_command_at_its_next_step(
    backend: PaintedBackend, photo: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Interrupt, "__call__", lambda _self: True)
    for command in (("shoot",), ("cut",)):
        assert run(*command, photo, "-o", tmp_path / "out") == (130, "", "stopped\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("heeded")
def test_an_interrupt_that_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupt = Interrupt()
    interrupt.listen()
    signal.raise_signal(signal.SIGINT)
    assert not interrupt()


@pytest.mark.render
@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("wish", [("--preset", "seamless"), ("--prompt", "on a marble counter")])
def test_ctrl_c_ends_cleanly_and_leaves_nothing(photo: Path, tmp_path: Path, wish: tuple[str, str]) -> None:
    where = str(tmp_path / "out")
    command = [sys.executable, "-m", "bgstudio", "shoot", str(photo), *wish, "--size", "2048", "-o", where]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watched = psutil.Process(child.pid)
    end = time.monotonic() + 120
    while len(watched.children(recursive=True)) < 2 and time.monotonic() < end:  # decoder and renderer
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in err
    assert out == ""
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_the_backend_is_named_and_an_unknown_one_is_refused_at_once(
    backend: PaintedBackend, photo: Path, tmp_path: Path, run: Run
) -> None:
    _, said, _ = run("shoot", str(photo), "--size", "96", "--backend", "painted", "-o", str(tmp_path), "--json")
    assert json.loads(said)[0]["backend"] == "painted"
    code, _, told = run("shoot", str(photo), "--size", "96", "--backend", "dream", "-o", str(tmp_path / "none"))
    assert code == 5
    assert "no backend named 'dream'" in told
    assert len(backend.shots) == 1


def test_backends_are_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Settings(image_models=("klein-4b",))
    monkeypatch.setattr("bgstudio.cli.backends.settings", lambda: config)
    rows = json.loads(run("backends", "--json")[1])
    assert [row["name"] for row in rows] == ["raytrace", "klein-4b"]
    assert [row["leaves_machine"] for row in rows] == [False, False]
    assert "needs a GPU" in run("backends")[1]
