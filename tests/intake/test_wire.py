"""An answer from a decoder that was taken over must do no harm."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
import pytest

from bgstudio.domain.picture import SourceNotes
from bgstudio.errors import PictureTooSmall
from bgstudio.intake.decoded import Decoded
from bgstudio.intake.wire import (
    BrokenAnswer,
    await_ready,
    receive_answer,
    receive_job,
    send_decoded,
    send_error,
    send_job,
    send_ready,
)

SOURCE: dict[str, Any] = {"format": "png", "width": 2, "height": 2, "notes": []}


def answer(header: Any, body: bytes = b"") -> io.BytesIO:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(struct.pack(">I", len(text)) + text + body)


def test_a_picture_travels_whole() -> None:
    rgb = np.random.default_rng(0).random((3, 4, 3), np.float32)
    alpha = np.arange(12, dtype=np.uint8).reshape(3, 4)
    pipe = io.BytesIO()
    send_decoded(pipe, Decoded(rgb, alpha, SourceNotes("png", 4, 3, notes=("said",))))
    pipe.seek(0)
    picture = receive_answer(pipe, 4)
    np.testing.assert_array_equal(picture.rgb, rgb)
    assert picture.alpha is not None
    np.testing.assert_allclose(picture.alpha, alpha / 255, atol=1e-7)
    assert picture.source == SourceNotes("png", 4, 3, notes=("said",))


def test_an_error_travels_whole() -> None:
    pipe = io.BytesIO()
    send_error(pipe, PictureTooSmall("what", "meaning", "remedy"))
    pipe.seek(0)
    with pytest.raises(PictureTooSmall) as caught:
        receive_answer(pipe, 100)
    assert (caught.value.what, caught.value.meaning, caught.value.remedy) == ("what", "meaning", "remedy")


def test_jobs_and_readiness() -> None:
    pipe = io.BytesIO()
    send_job(pipe, b"photo")
    send_ready(pipe)
    pipe.seek(0)
    assert receive_job(pipe) == ("picture", b"photo")
    await_ready(pipe)
    assert receive_job(pipe) is None
    assert receive_job(io.BytesIO(struct.pack(">Ic", 10, b"P") + b"cut")) is None


NONSENSE: list[Any] = [
    b"no json",
    b"\xff\xfe",
    [],
    {},
    {"error": "text"},
    {"error": ["OSError", "", "", ""]},
    {"error": ["StudioError", "", "", ""]},
    {"error": ["PictureTooSmall", 1, 2, 3]},
    {"source": SOURCE, "arrays": []},
    {"source": SOURCE, "arrays": [["uint8", [2, 2, 3]]] * 3},
    {"source": SOURCE, "arrays": [["uint8", [2, 2, 4]]]},
    {"source": SOURCE, "arrays": [["uint8", [2]]]},
    {"source": SOURCE, "arrays": [["uint8", [0, 2, 3]]]},
    {"source": SOURCE, "arrays": [["uint8", [-2, 2, 3]]]},
    {"source": SOURCE, "arrays": [["uint8", [101, 2, 3]]]},
    {"source": SOURCE, "arrays": [["uint8", ["x", 2, 3]]]},
    {"source": SOURCE, "arrays": [["object", [2, 2, 3]]]},
    {"source": SOURCE, "arrays": [["float64", [2, 2, 3]]]},
    {"source": SOURCE, "arrays": [["uint8", [2, 2, 3]], ["uint8", [3, 2]]]},
    {"source": {**SOURCE, "place": "52 N"}, "arrays": [["uint8", [2, 2, 3]]]},
    {"source": "png", "arrays": [["uint8", [2, 2, 3]]]},
    {"source": SOURCE, "arrays": 7},
]


@pytest.mark.parametrize("header", NONSENSE)
def test_nonsense_is_refused(header: Any) -> None:
    with pytest.raises(BrokenAnswer):
        receive_answer(answer(header, bytes(100)), 100)


def test_a_header_without_end_is_refused_before_it_is_read() -> None:
    with pytest.raises(BrokenAnswer, match="too long"):
        receive_answer(io.BytesIO(struct.pack(">I", 2**31)), 100)


def test_pixels_that_are_cut_off_are_refused() -> None:
    with pytest.raises(BrokenAnswer, match="ended"):
        receive_answer(answer({"source": SOURCE, "arrays": [["uint8", [2, 2, 3]]]}, bytes(11)), 100)


def test_something_else_than_ready_is_refused() -> None:
    with pytest.raises(BrokenAnswer):
        await_ready(answer({"ready": False}))
