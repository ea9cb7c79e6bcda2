"""The small parts: messages of bytes, errors over the pipe, what is kept of jobs."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from bgstudio import errors
from bgstudio.domain.picture import Picture
from bgstudio.engine import said
from bgstudio.engine.kept import KeptJobs
from bgstudio.errors import Busy, NoProductFound, RendererDied, StudioError
from bgstudio.pixels import wire


def test_bytes_over_the_wire() -> None:
    stream = io.BytesIO()
    wire.send_bytes(stream, {"do": "task"}, {"photo": b"abc" * 1000, "none": b""})
    wire.send_bytes(stream, {"do": "end"})
    stream.seek(0)
    assert wire.receive_bytes(stream) == ({"do": "task"}, {"photo": b"abc" * 1000, "none": b""})
    assert wire.receive_bytes(stream) == ({"do": "end"}, {})
    with pytest.raises(wire.BrokenPipeMessage):
        wire.receive_bytes(stream)


@pytest.mark.parametrize(
    "header",
    [b"[]", b"{}", b"nonsense", b'{"blobs": [["a", -1]]}', b'{"blobs": [["a", 99999999999]]}', b'{"blobs": 3}'],
)
def test_what_is_no_message(header: bytes) -> None:
    with pytest.raises(wire.BrokenPipeMessage):
        wire.receive_bytes(io.BytesIO(len(header).to_bytes(4, "big") + header))


def studio_errors() -> list[type[StudioError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, StudioError)]
    assert len(found) > 20
    return found


@pytest.mark.parametrize("kind", studio_errors())
def test_every_error_crosses_the_pipe(kind: type[StudioError]) -> None:
    told = said.unpack(said.pack(kind("What.", "Meaning.", "Remedy.")))
    assert type(told) is kind
    assert (told.what, told.meaning, told.remedy) == ("What.", "Meaning.", "Remedy.")


def test_retry_after_crosses_the_pipe() -> None:
    told = said.unpack(said.pack(Busy("Full.", retry_after=77)))
    assert isinstance(told, Busy)
    assert told.retry_after == 77


def test_what_was_not_foreseen_says_nothing_of_its_values() -> None:
    try:
        raise ValueError("the prompt was: a secret")
    except ValueError as error:
        packed, places = said.pack(error), said.frames(error)
    assert isinstance(said.unpack(packed), RendererDied)
    assert b"secret" not in packed
    assert places[0] == "ValueError"
    assert "secret" not in json.dumps(places)


def test_an_error_of_no_known_class_is_still_an_error() -> None:
    packed = json.dumps({"type": "Path", "said": ["What.", "", ""]}).encode()
    assert type(said.unpack(packed)) is StudioError


def test_no_meaning_is_lost_on_the_way() -> None:
    assert str(said.unpack(said.pack(NoProductFound("A.", "B.", "C.")))) == "A. B. C."


def picture(side: int = 10) -> Picture:
    return Picture(np.zeros((side, side, 3), np.float32))


def test_kept_while_the_job_lives() -> None:
    jobs = KeptJobs()
    jobs.begin("a").photo = picture()
    jobs.end()
    assert jobs.names() == ["a"]
    assert jobs.begin("a").photo is not None
    jobs.end()
    jobs.forget("a")
    assert jobs.names() == []


def test_forgotten_during_its_task() -> None:
    jobs = KeptJobs()
    kept = jobs.begin("a")
    jobs.forget("a")
    kept.photo = picture()
    jobs.end()
    assert jobs.names() == []


def test_bounded_in_number_and_bytes() -> None:
    jobs = KeptJobs(most_jobs=2, most_bytes=2 * 1200)
    for name in "abc":
        jobs.begin(name).photo = picture()
        jobs.end()
    assert jobs.names() == ["b", "c"]
    jobs.begin("b")
    jobs.end()
    jobs.begin("d").photo = picture()
    jobs.end()
    assert jobs.names() == ["b", "d"]
    jobs.begin("e").photo = picture(40)
    jobs.end()
    assert jobs.names() == []


def test_a_job_without_pixels_is_not_kept() -> None:
    jobs = KeptJobs()
    jobs.begin("a")
    jobs.end()
    assert jobs.names() == []
