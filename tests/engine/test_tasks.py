"""What the worker makes of a task, without a process around it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bgstudio.cutout import from_own_alpha
from bgstudio.domain.brief import Brief, FileFormat, Quality
from bgstudio.domain.job import Step, Wish
from bgstudio.domain.ports import never, silent
from bgstudio.engine.tasks import Maker, Order, preview_of
from bgstudio.errors import Cancelled, Refused, UsageError
from bgstudio.export import Recipe
from bgstudio.studio import Studio
from bgstudio.testing import PaintedBackend, painted_studio
from tests.engine.kit import photo, png, small_wish

Files = dict[str, tuple[str, int, int, bytes]]


@pytest.fixture(scope="module")
def backend() -> PaintedBackend:
    return PaintedBackend()


@pytest.fixture(scope="module")
def studio(backend: PaintedBackend) -> Iterator[Studio]:
    with painted_studio(backend) as made:
        yield made


def run(maker: Maker, step: Step, number: int = 0, wish: Wish | None = None, **files: bytes) -> tuple[Files, Any]:
    made: Files = {}

    def emit(name: str, media_type: str, width: int, height: int, data: bytes) -> None:
        assert name not in made
        made[name] = (media_type, width, height, data)

    data = files.pop("photo", photo())
    order = Order("job-a", step, number, wish or small_wish(), data, **files)
    return made, maker.run(order, emit, silent, never)


def image(file: tuple[str, int, int, bytes]) -> Image.Image:
    media_type, width, height, data = file
    opened = Image.open(io.BytesIO(data))
    assert Image.MIME[opened.format or ""] == media_type
    assert opened.size == (width, height)
    return opened


def test_cutout(studio: Studio) -> None:
    files, facts = run(Maker(studio), "cutout")
    assert sorted(files) == ["confidence.png", "cutout.png", "mask.png"]
    assert image(files["cutout.png"]).mode == "RGBA"
    assert image(files["cutout.png"]).size == (120, 160)
    assert image(files["mask.png"]).mode == "L"
    assert list(facts) == ["cutout"]
    told = facts["cutout"]
    assert told["size"] == [120, 160]
    assert told["quick"] is False
    assert told["clean"] is True
    assert told["suits"] in {preset.name for preset in studio.director.presets()}
    assert all(len(colour) == 7 for colour in told["palette"])
    assert set(told) == {
        "size", "box", "model", "clean", "doubts", "notes", "light", "camera", "suits", "palette", "quick"
    }  # fmt: skip
    json.dumps(facts, allow_nan=False)


def test_preview_is_small_and_quick(studio: Studio, backend: PaintedBackend) -> None:
    wish = small_wish(brief={"width": 1600, "height": 800, "count": 3, "seed": 7})
    files, facts = run(Maker(studio), "preview", wish=wish)
    assert sorted(files) == ["confidence.png", "cutout.png", "mask.png", "preview.jpeg"]
    assert image(files["preview.jpeg"]).size == (384, 192)
    assert facts["cutout"]["quick"] is True
    assert facts["picture"]["number"] == 0
    assert backend.shots[-1].quality is Quality.PREVIEW
    assert backend.shots[-1].seed == 7
    json.dumps(facts, allow_nan=False)


def test_the_cutout_of_a_preview_is_reduced(studio: Studio) -> None:
    files, facts = run(Maker(studio), "preview", photo=photo(900, 1200))
    assert image(files["cutout.png"]).size == (768, 1024)
    assert image(files["confidence.png"]).size == (768, 1024)
    assert facts["cutout"]["size"] == [900, 1200]


def test_preview_of_a_narrow_picture() -> None:
    brief = preview_of(Brief(width=4096, height=64, count=4, prompt="oak"))
    assert (brief.width, brief.height, brief.count, brief.prompt) == (384, 64, 1, "oak")


def test_picture_with_everything(studio: Studio) -> None:
    wish = small_wish(brief={"count": 2, "seed": 4}, formats=tuple(FileFormat), layers=True)
    maker = Maker(studio)
    files, facts = run(maker, "picture", 0, wish)
    layers = {f"{name}-0.png" for name in ("background", "shadow", "reflection", "product")}
    pictures = {f"picture-0.{name}" for name in ("png", "jpeg", "webp", "avif")}
    cutout = {"cutout.png", "mask.png", "confidence.png"}
    assert set(files) == layers | pictures | cutout | {"thumb-0.webp", "recipe-0.json"}
    for name, file in files.items():
        if not name.endswith(".json"):
            image(file)
    recipe = Recipe.from_json(files["recipe-0.json"][3].decode())
    assert recipe.photo_sha256 == hashlib.sha256(photo()).hexdigest()
    assert facts["picture"]["title"] == studio.director.preset("seamless").title
    assert facts["picture"]["report"]["changed_pixels"] == 0
    assert facts["cutout"]["quick"] is False
    json.dumps(facts, allow_nan=False)
    files, facts = run(maker, "picture", 1, wish)
    assert "cutout.png" not in files
    assert "picture-1.avif" in files
    assert facts["picture"]["seed"] == 5


def test_pictures_are_those_of_the_studio(studio: Studio) -> None:
    wish = small_wish(brief={"count": 2, "seed": 4})
    whole = list(studio.shoot(studio.open(photo()), wish.brief))
    maker = Maker(studio)
    for number in (0, 1):
        files, _ = run(maker, "picture", number, wish)
        made = np.asarray(image(files[f"picture-{number}.png"]))
        assert (made == whole[number].pixels).all()


def test_a_thumbnail_is_small(studio: Studio) -> None:
    files, _ = run(Maker(studio), "picture", wish=small_wish(brief={"width": 512, "height": 1024}))
    assert image(files["thumb-0.webp"]).size == (128, 256)


def test_the_photo_is_opened_and_cut_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    cuts: list[bool] = []

    class Counting(Studio):
        def open(self, data: bytes) -> Any:
            opened.append(data)
            return super().open(data)

        def cut(self, *args: Any, **named: Any) -> Any:
            cuts.append(named.get("preview", False))
            return super().cut(*args, **named)

    maker = Maker(Counting(studio.decoder, studio.cutters, studio.director, studio.backend))
    wish = small_wish(brief={"count": 2, "preset": None})
    look = png(np.full((80, 80, 3), 120, np.uint8))
    run(maker, "preview", wish=wish, reference=look)
    kept = maker.kept.begin("job-a")
    assert kept.photo is not None
    assert kept.reference is not None
    maker.kept.end()
    for number in (0, 1):
        run(maker, "picture", number, wish, reference=look)
    assert opened == [photo(), look]
    assert cuts == [True, False]
    kept = maker.kept.begin("job-a")
    assert [kept.photo, kept.reference] == [None, None]
    assert kept.cutout is not None
    maker.kept.end()
    maker.kept.forget("job-a")
    assert maker.kept.names() == []


def test_box_and_strokes_are_followed(studio: Studio) -> None:
    strokes = np.full((160, 120), 128, np.uint8)
    strokes[:, :60] = 0
    strokes[0:4, 100:104] = 255
    files, facts = run(Maker(studio), "cutout", strokes=png(strokes))
    mask = np.asarray(image(files["mask.png"]))
    assert mask[:, :60].max() == 0
    assert mask[80, 70] == 255
    assert mask[0:4, 100:104].min() == 255
    files, facts = run(Maker(studio), "cutout", wish=small_wish(box=(0, 0, 120, 100)))
    assert facts["cutout"]["box"][3] == 100


def test_strokes_of_another_size_are_stretched_of_another_shape_refused(studio: Studio) -> None:
    strokes = np.full((80, 60), 128, np.uint8)
    strokes[:, :30] = 0
    files, _ = run(Maker(studio), "cutout", strokes=png(strokes))
    assert np.asarray(image(files["mask.png"]))[:, :60].max() == 0
    with pytest.raises(UsageError):
        run(Maker(studio), "cutout", strokes=png(np.zeros((80, 80), np.uint8)))


def test_untouched_strokes_change_nothing(studio: Studio) -> None:
    plain, _ = run(Maker(studio), "cutout")
    same, _ = run(Maker(studio), "cutout", strokes=png(np.full((160, 120), 128, np.uint8)))
    assert plain["mask.png"] == same["mask.png"]


def test_a_box_outside_the_photo_is_refused(studio: Studio) -> None:
    with pytest.raises(UsageError):
        run(Maker(studio), "cutout", wish=small_wish(box=(0, 0, 5000, 100)))


def test_a_picture_that_was_not_wished_for(studio: Studio) -> None:
    with pytest.raises(UsageError):
        run(Maker(studio), "picture", 3)


def test_screening_refuses_photo_and_reference(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Maker(studio, screen_above=0.0)
    with pytest.raises(Refused):
        run(strict, "cutout")
    assert strict.kept.names() == []
    lenient = Maker(studio, screen_above=0.99)
    run(lenient, "cutout")
    scores = iter([0.1, 0.9])
    monkeypatch.setattr("bgstudio.engine.screen.score", lambda picture: next(scores))
    with pytest.raises(Refused, match="reference picture"):
        run(Maker(studio, screen_above=0.5), "preview", reference=png(np.full((80, 80, 3), 120, np.uint8)))


def test_cancelled_between_files(studio: Studio) -> None:
    made: list[str] = []

    def emit(name: str, *_: Any) -> None:
        made.append(name)

    maker = Maker(studio)
    with pytest.raises(Cancelled):
        maker.run(Order("job-a", "picture", 0, small_wish(), photo()), emit, silent, lambda: bool(made))
    assert made == ["picture-0.png"]


def test_hints_reach_the_cutter(studio: Studio) -> None:
    hints: list[Any] = []

    def maker(picture: Any, *, hint: Any, **_: Any) -> Any:
        hints.append(hint)
        return from_own_alpha(studio.open(photo()))

    cutters: Any = lambda preview, progress, cancel: maker  # noqa: E731  # a maker that only listens
    opaque = png(np.full((160, 120, 3), 120, np.uint8))
    strokes = np.full((160, 120), 128, np.uint8)
    strokes[:10] = 255
    listening = Maker(Studio(studio.decoder, cutters, studio.director, studio.backend))
    run(listening, "cutout", photo=opaque, strokes=png(strokes), wish=small_wish(box=(10, 20, 90, 140)))
    assert hints[0].box == (10, 20, 90, 140)
    assert hints[0].keep[:10].all()
    assert not hints[0].keep[10:].any()
    assert hints[0].drop is None
    listening.kept.forget("job-a")
    run(listening, "cutout", photo=opaque)
    assert hints[1] is None


def test_a_portrait_is_a_small_square_of_the_middle(studio: Studio) -> None:
    wide = np.zeros((300, 500, 4), np.uint8)
    wide[..., 3] = 255
    wide[:, 100:400, 0] = 200  # the middle square
    wide[:150, 100:400, 3] = 0  # its upper half is transparent
    maker = Maker(studio)
    files, facts = run(maker, "portrait", photo=png(wide))
    assert facts == {}
    assert list(files) == ["portrait.webp"]
    made = np.asarray(image(files["portrait.webp"]).convert("RGB")).astype(int)
    assert made.shape == (256, 256, 3)
    assert (abs(made[40:80, 40:200] - 255) < 12).all()
    assert (abs(made[180:220, 40:200] - [200, 0, 0]) < 16).all()
    assert maker.kept.names() == []


def test_a_small_portrait_stays_small(studio: Studio) -> None:
    files, _ = run(Maker(studio), "portrait", photo=png(np.full((90, 70, 3), 120, np.uint8)))
    assert files["portrait.webp"][1:3] == (70, 70)
