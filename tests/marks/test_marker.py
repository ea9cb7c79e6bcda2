"""Marks on what a studio makes: layers still give the picture, product pixels stay, what was declared is told on."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bgstudio.compose import compose
from bgstudio.domain.brief import Brief, FileFormat
from bgstudio.domain.making import Maker, Making, Origin, PhotoSays
from bgstudio.domain.ports import Capabilities
from bgstudio.domain.render import Composite
from bgstudio.inspect import inspect_picture
from bgstudio.marks import Mark, Marker, making_number
from bgstudio.marks.watermark import find
from bgstudio.marks.xmp import packet, term_of
from bgstudio.studio import Studio
from bgstudio.testing.studios import PaintedBackend, painted_studio
from bgstudio.vault import SigningKey
from tests import factories

MAKING = Making(Maker.SIMULATION, number=5)


def composite(width: int = 512, height: int = 512) -> tuple[Any, Any, Composite]:
    of = factories.shot(factories.cutout("bottle"), width, height)
    plate = factories.plate(of)
    return of, plate, compose(of, plate)


def test_layers_still_give_the_picture_and_no_product_pixel_changed() -> None:
    of, plate, plain = composite()
    marked, making = Marker().composite(plain, MAKING)
    assert making.watermarked and (marked.pixels != plain.pixels).any()
    layers = marked.layers
    stack = layers.background.astype(np.float64)
    for layer in (layers.shadow, layers.reflection, layers.product):
        alpha = layer[..., 3:].astype(np.float64) / 255
        stack = layer[..., :3] * alpha + stack * (1 - alpha)
    error = np.abs(stack - marked.pixels)
    assert error.max() <= 2.0 and error.mean() < 0.6
    product = layers.product[..., 3] > 0
    assert (marked.pixels[product] == plain.pixels[product]).all()
    assert (layers.background[product] == plain.layers.background[product]).all()
    assert inspect_picture(of, plate, marked).changed_pixels == 0
    sign = find(marked.pixels)
    assert sign is not None and sign.word is not None and sign.word.making == 5


def test_inspection_sees_no_other_picture_than_before() -> None:
    of, plate, plain = composite()
    before = inspect_picture(of, plate, plain)
    after = inspect_picture(of, plate, Marker().composite(plain, MAKING)[0])
    assert [one.code for one in after.findings] == [one.code for one in before.findings]
    assert abs(after.mean_luminance - before.mean_luminance) < 0.002
    assert abs(after.edge_halo - before.edge_halo) < 0.5


def test_switched_off_nothing_is_written() -> None:
    _, _, plain = composite()
    off = Marker(frozenset())
    assert off.composite(plain, MAKING) == (plain, MAKING)
    assert off.packet("composite") is None and off.photo_packet(Origin("digitalCapture")) is None
    assert off.sign(b"file", FileFormat.PNG, MAKING) == b"file"
    assert Marker().sign(b"file", FileFormat.PNG, MAKING) == b"file"  # nobody signs


def test_numbers_of_makings_are_24_bits_and_repeat() -> None:
    first = making_number(["a", "b"])
    assert 0 <= first < 1 << 24
    assert first == making_number(["a", "b"]) != making_number(["a", "c"])


# ---------------------------------------------------------------- through a studio


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with painted_studio(signer=None if sys.platform == "win32" else SigningKey.fresh()) as made:
        yield made


def photo(xmp: bytes | None = None) -> bytes:
    alpha = (factories.matte("bottle", 300, 200) * 255).astype(np.uint8)
    rgb = np.random.default_rng(5).integers(40, 200, (300, 200, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.dstack([rgb, alpha])).save(out, "WEBP", lossless=True, exact=True, xmp=xmp or b"")
    return out.getvalue()


BRIEF = Brief(preset="seamless", width=384, height=384)


def shot_of(studio: Studio, data: bytes, brief: Brief = BRIEF) -> Any:
    return next(iter(studio.shoot(studio.open(data), brief)))


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_finished_picture_says_how_it_was_made(studio: Studio, file_format: FileFormat) -> None:
    render = shot_of(studio, photo())
    found = studio.marks(studio.picture_file(render, file_format))
    assert found.watermark is not None and found.watermark.readable and found.watermark.maker is Maker.SIMULATION
    assert found.watermark.making == render.making.number
    assert found.xmp is not None and found.xmp.term == "composite" and found.xmp.ours
    if sys.platform != "win32":
        assert found.credentials is not None and found.credentials.state == "whole"
    assert found.origin.ours and found.origin.says is PhotoSays.COMPUTED


@pytest.mark.parametrize("term", ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"])
def test_a_photo_made_with_ai_makes_a_picture_that_says_so(studio: Studio, term: str) -> None:
    data = photo(packet(term, tool=False))
    picture = studio.open(data)
    assert picture.source.origin == Origin(term, ("xmp",))
    assert any("made with AI" in note for note in picture.source.notes)
    render = shot_of(studio, data)
    assert render.making.photo.term == term
    found = studio.marks(studio.picture_file(render, FileFormat.JPEG))
    assert found.watermark is not None and found.watermark.photo is PhotoSays.TRAINED
    assert found.xmp is not None and found.xmp.term == "compositeWithTrainedAlgorithmicMedia"
    if sys.platform != "win32":
        assert found.credentials is not None and term in found.credentials.terms
    # the cut-out says what the photo said, and so does a picture that is made of the cut-out again
    cutout = studio.cutout_file(render.shot.cutout)
    assert term_of(cutout) == term
    again = studio.open(cutout)
    assert again.source.origin.term == term and not again.source.origin.ours


def test_a_photo_that_says_nothing_leaves_no_mark_in_its_cutout(studio: Studio) -> None:
    render = shot_of(studio, photo())
    data = studio.cutout_file(render.shot.cutout)
    assert term_of(data) == "" and b"xmpmeta" not in data
    assert studio.open(data).source.origin == Origin()


def test_a_picture_of_ours_as_a_photo_is_noticed(studio: Studio) -> None:
    first = studio.picture_file(shot_of(studio, photo()), FileFormat.PNG)
    origin = studio.open(first).source.origin
    assert origin.ours and set(origin.said_by) >= {"xmp", "watermark"}
    bare = io.BytesIO()
    Image.open(io.BytesIO(first)).save(bare, "JPEG", quality=85)  # only the pixels are left
    origin = studio.open(bare.getvalue()).source.origin
    assert origin.ours and origin.said_by == ("watermark",)


class _Trained(PaintedBackend):
    name = "trained"
    capabilities = Capabilities(
        leaves_machine=False, needs_gpu=False, max_pixels=4096 * 4096, follows_reference=True, trained_model=True
    )


def test_a_trained_backend_is_told_everywhere() -> None:
    with painted_studio(_Trained()) as studio:
        render = shot_of(studio, photo())
        assert render.making.maker is Maker.TRAINED_HERE
        found = studio.marks(studio.picture_file(render, FileFormat.WEBP))
        assert found.watermark is not None and found.watermark.maker is Maker.TRAINED_HERE
        assert found.xmp is not None and found.xmp.term == "compositeWithTrainedAlgorithmicMedia"
        assert term_of(studio.layer_files(render)["background"]) == "trainedAlgorithmicMedia"


def test_the_same_pixels_each_time_and_the_same_file_without_credentials() -> None:
    with painted_studio() as studio:
        first, second = (shot_of(studio, photo()) for _ in range(2))
        assert first.pixels.tobytes() == second.pixels.tobytes()
        assert studio.picture_file(first, FileFormat.PNG) == studio.picture_file(second, FileFormat.PNG)
    with painted_studio(signer=SigningKey.fresh()) as signing:
        third = shot_of(signing, photo())
        assert third.pixels.tobytes() == first.pixels.tobytes()


def test_a_picture_in_another_format_keeps_its_marks(studio: Studio) -> None:
    render = shot_of(studio, photo())
    png = studio.picture_file(render, FileFormat.PNG)
    pixels, avif = studio.converted(png, FileFormat.AVIF)
    assert np.array_equal(pixels, render.pixels)
    found = studio.marks(avif)
    assert found.watermark is not None and found.watermark.readable
    assert found.xmp is not None and found.xmp.term == "composite"
    if sys.platform != "win32":
        assert found.credentials is not None and found.credentials.state == "whole"


def test_nothing_of_the_photos_metadata_reaches_a_file(studio: Studio) -> None:
    canary = "canary-5dd8 sings at 52.5200 N"
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = canary, canary
    told = packet("trainedAlgorithmicMedia").replace(
        b"</rdf:Description>", f"<x>{canary}</x></rdf:Description>".encode()
    )
    alpha = (factories.matte("bottle", 300, 200) * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.dstack([np.full((300, 200, 3), 90, np.uint8), alpha])).save(out, "WEBP", exif=exif, xmp=told)
    render = shot_of(studio, out.getvalue())
    files = [studio.picture_file(render, one) for one in FileFormat]
    files += [studio.cutout_file(render.shot.cutout), *studio.layer_files(render).values()]
    for data in files:
        assert b"canary" not in data


def test_a_shot_without_origin_has_none() -> None:
    assert factories.cutout().origin == Origin()
    assert replace(factories.cutout(), origin=Origin("digitalCapture")).origin.says is PhotoSays.CAPTURED
    assert {mark.value for mark in Mark} == {"watermark", "xmp", "credentials"}
