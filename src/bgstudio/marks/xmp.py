"""XMP: a small packet that says which kind of source a picture has, and a reader that trusts no file.

Written are IPTC's Digital Source Type and the name of the tool; never a person, a place, a device or a time. The reader
walks the file's own structure under hard caps, takes the packet as text, and picks two values out of it by pattern: no
XML parser runs, so no entity is ever expanded and no outside reference followed.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from bgstudio.domain.making import IPTC, TERMS
from bgstudio.domain.marks import XmpFound
from bgstudio.version import __version__

TOOL = "AI Background Studio"

MOST_BYTES = 262_144
"""Of a packet; a larger one is not read."""

_MOST_PARTS = 4096
_BEGIN = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = b'<?xpacket end="r"?>'
_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_PNG_KEYWORD = b"XML:com.adobe.xmp\0"
_JPEG_KEYWORD = b"http://ns.adobe.com/xap/1.0/\0"


def packet(term: str, *, tool: bool = True) -> bytes:
    """The packet for a picture.

    Args:
        term: of IPTC's vocabulary; empty where nothing is to be said of the source.
        tool: whether this studio is named as the maker; a cut-out is the photo's part, and made by whoever made that.
    """
    if term and term not in TERMS:
        raise ValueError(f"{term} is not in the vocabulary")
    source = f"\n    <Iptc4xmpExt:DigitalSourceType>{IPTC}{term}</Iptc4xmpExt:DigitalSourceType>" if term else ""
    name = f"\n    <xmp:CreatorTool>{TOOL} {__version__}</xmp:CreatorTool>" if tool else ""
    body = f"""
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="{_XMP}" xmlns:Iptc4xmpExt="{_EXT}">{name}{source}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
    return _BEGIN + body.encode() + _END


def read_xmp(data: bytes) -> XmpFound | None:
    """What the XMP of a file says of its source, or None where it says nothing of it."""
    for raw in _packets(data):
        found = parse(raw)
        if found is not None:
            return found
    return None


def term_of(data: bytes) -> str:
    """IPTC's term in the XMP of a file of ours; empty for none."""
    found = read_xmp(data)
    return "" if found is None else found.term


def parse(raw: bytes) -> XmpFound | None:
    """Source type and tool of one packet."""
    if len(raw) > MOST_BYTES:
        return None
    text = raw.decode("utf-8", "replace")
    term = _term(_value(text, _EXT, "DigitalSourceType"))
    tool = _value(text, _XMP, "CreatorTool")
    ours = tool.startswith(TOOL)
    return XmpFound(term=term, ours=ours) if term or ours else None


def _term(value: str) -> str:
    word = value.strip().rstrip("/").replace("https://", "http://", 1)
    word = word.removeprefix(IPTC).removeprefix("digsrctype:")
    return word if word in TERMS else ""


def _value(text: str, space: str, name: str) -> str:
    """The first value of a simple property: as an element, as an attribute, or as ``rdf:resource``."""
    for prefix in dict.fromkeys(
        re.findall(rf"xmlns:([\w.-]{{1,40}})\s{{0,9}}=\s{{0,9}}[\"']{re.escape(space)}[\"']", text)
    ):
        tag = re.escape(f"{prefix}:{name}")
        for pattern in (
            rf"<{tag}(?:\s[^<>]{{0,200}})?>([^<>]{{1,300}})</{tag}",
            rf"<{tag}\s[^<>]{{0,200}}?resource\s{{0,9}}=\s{{0,9}}[\"']([^\"'<>]{{1,300}})[\"']",
            rf"[\s\"']{tag}\s{{0,9}}=\s{{0,9}}[\"']([^\"'<>]{{1,300}})[\"']",
        ):
            found = re.search(pattern, text)
            if found:
                return found[1]
    return ""


# ---------------------------------------------------------------- where each format keeps it


def _packets(data: bytes) -> Iterator[bytes]:
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            yield from _png(data)
        elif data.startswith(b"\xff\xd8"):
            yield from _jpeg(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            yield from _webp(data)
        else:
            yield from _scanned(data)
    except (struct.error, ValueError, IndexError, zlib.error):
        return  # a broken file says nothing


def _png(data: bytes) -> Iterator[bytes]:
    position = 8
    for _ in range(_MOST_PARTS):
        if position + 8 > len(data):
            return
        length, name = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + min(length, MOST_BYTES)]
        if name == b"iTXt" and body.startswith(_PNG_KEYWORD):
            packed = body[len(_PNG_KEYWORD)]
            text = body[len(_PNG_KEYWORD) + 2 :].split(b"\0", 2)[-1]
            yield zlib.decompressobj().decompress(text, MOST_BYTES) if packed else text
        position += 12 + length


def _jpeg(data: bytes) -> Iterator[bytes]:
    position = 2
    for _ in range(_MOST_PARTS):
        if position + 4 > len(data) or data[position] != 0xFF or data[position + 1] == 0xDA:
            return
        (length,) = struct.unpack_from(">H", data, position + 2)
        body = data[position + 4 : position + 2 + length]
        if data[position + 1] == 0xE1 and body.startswith(_JPEG_KEYWORD):
            yield body[len(_JPEG_KEYWORD) :]
        position += 2 + max(2, length)


def _webp(data: bytes) -> Iterator[bytes]:
    position = 12
    for _ in range(_MOST_PARTS):
        if position + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, position)
        if name == b"XMP ":
            yield data[position + 8 : position + 8 + min(length, MOST_BYTES + 1)]
        position += 8 + length + (length & 1)


def _scanned(data: bytes) -> Iterator[bytes]:
    """Packets found by their own marks, as XMP (ISO 16684-1, 7.3.2) lets readers do in formats they do not know."""
    position = 0
    for _ in range(8):
        start = data.find(b"<x:xmpmeta", position)
        if start < 0:
            return
        end = data.find(b"</x:xmpmeta>", start, start + MOST_BYTES)
        if end < 0:
            return
        yield data[start:end]
        position = end
