"""XMP: written into four formats, read from anybody's, and never more than two values taken from it."""

from __future__ import annotations

import io
import struct
import time
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import IPTC, TERMS
from bgstudio.marks.xmp import MOST_BYTES, packet, parse, read_xmp, term_of
from tests.marks.pictures import file_of

PIXELS = np.full((64, 80, 3), 90, np.uint8)
EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"


@pytest.mark.parametrize("file_format", FileFormat)
@pytest.mark.parametrize("term", ["composite", "compositeWithTrainedAlgorithmicMedia"])
def test_comes_back_from_every_format(file_format: FileFormat, term: str) -> None:
    data = file_of(PIXELS, file_format, packet(term))
    found = read_xmp(data)
    assert found is not None and found.term == term and found.ours
    assert term_of(data) == term
    assert read_xmp(file_of(PIXELS, file_format)) is None


@pytest.mark.parametrize("file_format", FileFormat)
def test_other_programs_find_it(file_format: FileFormat) -> None:
    image = Image.open(io.BytesIO(file_of(PIXELS, file_format, packet("composite"))))
    raw = image.info["xmp"] if "xmp" in image.info else image.info["XML:com.adobe.xmp"].encode()
    assert f"{IPTC}composite".encode() in raw
    tree = ElementTree.fromstring(raw)  # well-formed, with the names where they belong
    assert tree.findtext(f".//{{{EXT}}}DigitalSourceType") == f"{IPTC}composite"


def test_says_the_source_and_the_tool_and_nothing_else() -> None:
    text = packet("composite").decode()
    assert text.count("Iptc4xmpExt:") == 2 and text.count("<xmp:") == 1
    for word in ("Date", "creator", "rights", "GPS", "exif", "Make", "Model", "DocumentID"):
        assert word not in text
    assert "CreatorTool" not in packet("digitalCapture", tool=False).decode()
    assert "DigitalSourceType" not in packet("").decode()


def test_only_words_of_the_vocabulary_are_written() -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        packet("somethingElse")


def about(inner: str, attributes: str = "") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:Iptc4xmpExt="{EXT}" {attributes}>{inner}'
        "</rdf:Description></x:xmpmeta>"
    ).encode()


@pytest.mark.parametrize("term", sorted(TERMS))
def test_every_term_is_read(term: str) -> None:
    found = parse(about(f"<Iptc4xmpExt:DigitalSourceType>{IPTC}{term}</Iptc4xmpExt:DigitalSourceType>"))
    assert found is not None and found.term == term and not found.ours


@pytest.mark.parametrize(
    "raw",
    [
        about("", f"Iptc4xmpExt:DigitalSourceType='{IPTC}trainedAlgorithmicMedia'"),
        about(f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{IPTC}trainedAlgorithmicMedia"/>'),
        about("<Iptc4xmpExt:DigitalSourceType>\n https://cv.iptc.org/newscodes/digitalsourcetype/"
              "trainedAlgorithmicMedia/ </Iptc4xmpExt:DigitalSourceType>"),
        about("<Iptc4xmpExt:DigitalSourceType>digsrctype:trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        about("<Iptc4xmpExt:DigitalSourceType>trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>").replace(
            b"Iptc4xmpExt:", b"q:").replace(b"xmlns:Iptc4xmpExt", b"xmlns:q"),
    ],
    ids=["attribute", "resource", "https", "short", "another prefix"],
)  # fmt: skip
def test_however_it_is_written(raw: bytes) -> None:
    found = parse(raw)
    assert found is not None and found.term == "trainedAlgorithmicMedia"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff" * 100,
        about("<Iptc4xmpExt:DigitalSourceType>http://evil.example/made-up</Iptc4xmpExt:DigitalSourceType>"),
        about("<Iptc4xmpExt:DigitalSourceType></Iptc4xmpExt:DigitalSourceType>"),
        about(f"<Iptc4xmpExt:DigitalSourceType>{'a' * 5000}</Iptc4xmpExt:DigitalSourceType>"),
        about("<other:DigitalSourceType>composite</other:DigitalSourceType>"),
        b'<!DOCTYPE x [<!ENTITY e "composite">]>' + about(
            "<Iptc4xmpExt:DigitalSourceType>&e;</Iptc4xmpExt:DigitalSourceType>"),
        about("") + b" " * (MOST_BYTES + 1),
    ],
    ids=["empty", "no text", "foreign", "nothing", "long", "another space", "entity", "too large"],
)  # fmt: skip
def test_what_says_nothing(raw: bytes) -> None:
    assert parse(raw) is None


def png_with(body: bytes) -> bytes:
    plain = file_of(PIXELS)
    chunk = struct.pack(">I4s", len(body), b"iTXt") + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    return plain[:33] + chunk + plain[33:]


def test_a_packed_packet_is_unpacked_to_its_cap_only() -> None:
    head = b"XML:com.adobe.xmp\0\x01\0\0\0"
    assert term_of(png_with(head + zlib.compress(packet("composite")))) == "composite"
    bomb = zlib.compress(bytes(200_000_000), 9)
    began = time.monotonic()
    assert read_xmp(png_with(head + bomb)) is None
    assert time.monotonic() - began < 5
    assert read_xmp(png_with(head + b"no zlib")) is None


@given(
    st.binary(max_size=300),
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"", b"<x:xmpmeta"]),
)
def test_no_file_breaks_the_reader(rest: bytes, head: bytes) -> None:
    read_xmp(head + rest)


@pytest.mark.parametrize("file_format", FileFormat)
def test_cut_off_files_break_nothing(file_format: FileFormat) -> None:
    data = file_of(PIXELS, file_format, packet("composite"))
    for length in range(0, len(data), max(1, len(data) // 60)):
        read_xmp(data[:length])


def test_patterns_take_no_time_on_hostile_text() -> None:
    raw = (f'xmlns:a="{EXT}" ' * 500 + "<a:DigitalSourceType " * 5000).encode()[:MOST_BYTES]
    began = time.monotonic()
    parse(raw)
    assert time.monotonic() - began < 3
