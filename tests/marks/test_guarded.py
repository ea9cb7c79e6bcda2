"""Strangers' files are parsed in the guarded child only, and whatever they hold, an answer or an error comes back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import Origin
from bgstudio.errors import IntakeError, UnsupportedFormat
from bgstudio.intake import DecoderProcess, IntakeLimits
from bgstudio.marks import READER
from bgstudio.marks.credentials import signed
from bgstudio.marks.xmp import packet
from bgstudio.vault import SigningKey
from tests.marks.pictures import MAKING, file_of, with_mark
from tests.material import material

PIXELS = with_mark(height=256, width=256)[0]
KEY = SigningKey.fresh()


@pytest.fixture(scope="module")
def decoder() -> Iterator[DecoderProcess]:
    with DecoderProcess(IntakeLimits(seconds=30), READER) as made:
        yield made


def ours(file_format: FileFormat) -> bytes:
    return signed(file_of(PIXELS, file_format, packet("composite")), file_format, MAKING, KEY)


def test_the_parent_loads_no_parser_of_marks() -> None:
    script = (
        "import sys; from bgstudio.intake import DecoderProcess; from bgstudio.marks import READER\n"
        "with DecoderProcess(reader=READER) as decoder: decoder.marks(sys.stdin.buffer.read())\n"
        "print(sorted(name for name in sys.modules if name in ('c2pa', 'bgstudio.marks.reading')))"
    )
    done = subprocess.run([sys.executable, "-c", script], input=ours(FileFormat.PNG), capture_output=True, timeout=120)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()[-500:]


@pytest.mark.parametrize("file_format", FileFormat)
def test_all_marks_come_back_over_the_pipe(decoder: DecoderProcess, file_format: FileFormat) -> None:
    found = decoder.marks(ours(file_format))
    assert found.format == file_format.value and (found.width, found.height) == (256, 256)
    assert found.watermark is not None and found.watermark.readable and found.watermark.making == MAKING.number
    assert found.xmp is not None and found.credentials is not None and found.credentials.state == "whole"


@pytest.mark.parametrize("file_format", FileFormat)
def test_files_cut_off_or_with_broken_bytes(decoder: DecoderProcess, file_format: FileFormat) -> None:
    data = ours(file_format)
    rng = np.random.default_rng(7)
    for _ in range(25):
        broken = bytearray(data)
        for place in rng.integers(8, len(data), 12):
            broken[place] = int(rng.integers(256))
        cut = bytes(broken[: int(rng.integers(16, len(data)))]) if rng.random() < 0.3 else bytes(broken)
        try:
            found = decoder.marks(cut)
        except IntakeError:
            continue
        assert found.credentials is None or found.credentials.state in ("whole", "altered", "unread")
    assert decoder.marks(data).watermark is not None  # and it still works


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=0, max_size=2000))
def test_manifests_of_noise(decoder: DecoderProcess, noise: bytes) -> None:
    plain = file_of(np.full((64, 64, 3), 90, np.uint8), FileFormat.JPEG)
    body = b"JP\0\1\0\0\0\1" + (len(noise) + 8).to_bytes(4, "big") + b"jumb" + noise
    segment = b"\xff\xeb" + (len(body) + 2).to_bytes(2, "big") + body
    found = decoder.marks(plain[:2] + segment + plain[2:])
    assert found.credentials is None or found.credentials.state != "whole"


def test_a_manifest_at_an_address_is_not_asked_for(decoder: DecoderProcess) -> None:
    told = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" '
        b'dcterms:provenance="https://manifests.example/c2pa/1.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    found = decoder.marks(file_of(np.full((64, 64, 3), 90, np.uint8), FileFormat.JPEG, told))
    assert found.credentials is not None and found.credentials.state == "unread"


def test_what_is_no_picture_is_refused(decoder: DecoderProcess) -> None:
    with pytest.raises(UnsupportedFormat):
        decoder.marks(b"%PDF-1.7 and more")
    with pytest.raises(IntakeError):
        decoder.marks(file_of(PIXELS)[:100])


def test_a_decoder_without_a_reader_reads_none() -> None:
    with DecoderProcess() as bare:
        assert bare(ours(FileFormat.PNG)).source.origin == Origin()
        with pytest.raises(RuntimeError, match="no reader"):
            bare.marks(ours(FileFormat.PNG))


@pytest.mark.material
def test_hostile_files_of_the_collection(decoder: DecoderProcess) -> None:
    for path in sorted(material("bad").rglob("*")):
        if path.is_file() and path.stat().st_size < 20_000_000:
            try:
                found = decoder.marks(path.read_bytes())
            except IntakeError:
                continue
            assert found.watermark is None, path.name


@pytest.mark.material
def test_photos_and_formats_of_the_collection_have_no_watermark(decoder: DecoderProcess) -> None:
    paths = [path for path in sorted(material("formats").rglob("*")) if path.is_file()]
    read = 0
    for path in paths[:40]:
        try:
            found = decoder.marks(path.read_bytes())
        except IntakeError:
            continue
        read += 1
        assert found.watermark is None, path.name
    assert read > 5
