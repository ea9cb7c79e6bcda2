"""What kind of file it is, by its first bytes. Names and declared types are never asked."""

from __future__ import annotations

from enum import StrEnum

from bgstudio.errors import UnreadablePicture, UnsupportedFormat


class Kind(StrEnum):
    """Kinds that are read; the value is the name in ``SourceNotes.format``."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    HEIF = "heif"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    JPEG2000 = "jpeg2000"


READ = "JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP, GIF and JPEG 2000"

_PREFIXES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),
    (b"MM\0+", Kind.TIFF),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind.JPEG2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG2000),
)

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_DIB_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}

_EXPORT = "Open it in the program it comes from and export it as JPEG or PNG."
_RAW = "Develop it in your camera's or photo program and export it as JPEG or TIFF."

_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\x0a", "a JPEG XL picture", "Save it as JPEG, PNG or AVIF."),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture", "Save it as JPEG, PNG or AVIF."),
    (b"\0\0\x01\0", "a Windows icon", "Save it as PNG; a photo of the product gives a far better picture."),
    (b"\0\0\x02\0", "a Windows cursor", "Hand in a photo of the product."),
    (b"\x01\xda", "an SGI picture", "Save it as PNG."),
    (b"8BPS", "a Photoshop document", _EXPORT),
    (b"DDS ", "a game texture", "Save it as PNG."),
    (b"BLP1", "a game texture", "Save it as PNG."),
    (b"BLP2", "a game texture", "Save it as PNG."),
    (b"%PDF", "a PDF document", "Export the page, or the photo inside it, as JPEG or PNG."),
    (b"%!PS", "a PostScript document", _EXPORT),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document", _EXPORT),
    (b"FUJIFILMCCD-RAW", "a camera raw file", _RAW),
    (b"IIRO", "a camera raw file", _RAW),
    (b"IIRS", "a camera raw file", _RAW),
    (b"IIU\0", "a camera raw file", _RAW),
    (b"FOVb", "a camera raw file", _RAW),
    (b"gimp xcf", "a GIMP document", _EXPORT),
    (b"PK\x03\x04", "a ZIP archive", "Unpack it and hand in the photo itself."),
    (b"Rar!", "an archive", "Unpack it and hand in the photo itself."),
    (b"7z\xbc\xaf\x27\x1c", "an archive", "Unpack it and hand in the photo itself."),
    (b"\x1f\x8b", "an archive", "Unpack it and hand in the photo itself."),
    (b"BZh", "an archive", "Unpack it and hand in the photo itself."),
    (b"\xfd7zXZ", "an archive", "Unpack it and hand in the photo itself."),
    (b"push graphic-context", "a drawing script", "Hand in a photo of the product."),
    (b"\x1aE\xdf\xa3", "a film", "Save one frame of it as JPEG or PNG."),
    (b"v/1\x01", "an OpenEXR picture", "Save it as PNG or 16-bit TIFF."),
    (b"#?RADIANCE", "a Radiance picture", "Save it as PNG or 16-bit TIFF."),
)


def sniff(data: bytes) -> Kind:
    """The kind of a file held in memory.

    Raises:
        UnreadablePicture: the file is empty, or a known one whose first bytes were damaged on the way.
        UnsupportedFormat: anything else; the message names the format where it is known.
    """
    if not data:
        raise UnreadablePicture("The file is empty.", remedy="Choose the photo again.")
    for prefix, kind in _PREFIXES:
        if data.startswith(prefix):
            if kind is Kind.TIFF and data[8:10] == b"CR":
                raise _foreign("a camera raw file", _RAW)
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _DIB_SIZES:
        return Kind.BMP
    if data[4:8] == b"ftyp":
        return _media_brand(data)
    if data[1:4] == b"PNG" or data[:4] == b"\x89PNG":
        raise UnreadablePicture(
            "The PNG file was damaged on its way, in its very first bytes.",
            "Most often a program handled it as text.",
            "Copy it again, and choose binary transfer where there is a choice.",
        )
    raise _refusal(data)


def _media_brand(data: bytes) -> Kind:
    """Kind of an ISO base media file (ISO/IEC 14496-12) by its ``ftyp`` box: the major brand, then compatible ones."""
    size = int.from_bytes(data[:4], "big")
    box = data[8 : min(size, 512)] if size >= 16 else data[8:16]
    brands = {box[:4]} | {box[i : i + 4] for i in range(8, len(box) - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Kind.AVIF
    if b"crx " in brands:
        raise _foreign("a camera raw file", _RAW)
    if brands & _HEIF_BRANDS:
        return Kind.HEIF
    raise _foreign("a film or sound file", "Save one frame of it as JPEG or PNG.")


def _foreign(name: str, remedy: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"The file is {name}, which is not read here.", f"Read are {READ}.", remedy)


def _refusal(data: bytes) -> UnsupportedFormat:
    for prefix, name, remedy in _FOREIGN:
        if data.startswith(prefix):
            return _foreign(name, remedy)
    if data[4:6] in (b"\x11\xaf", b"\x12\xaf"):
        return _foreign("an Autodesk animation", "Save one frame of it as PNG.")
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head or head.startswith((b"<?xml", b"<!doctype svg")):
        return _foreign("a vector drawing", "Export it as PNG, about 2000 pixels wide.")
    if head.startswith((b"<!doctype html", b"<html")):
        return _foreign("a web page", "Save the picture itself from the page.")
    return UnsupportedFormat(
        "The file is not a picture that is read here.",
        f"Read are {READ}; the file's content counts, not its name.",
        "Save the photo as JPEG or PNG and hand it in again.",
    )
