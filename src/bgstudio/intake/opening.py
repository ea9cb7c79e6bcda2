"""From bytes to a loaded raster, through the one decoder that belongs to the file's kind."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import AvifImagePlugin, ExifTags, Image

from bgstudio.errors import IntakeError, PictureTooLarge
from bgstudio.intake.boxes import Boxes, read_boxes
from bgstudio.intake.header import jpeg_segments, peek, png_chunks, unreadable
from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.raster import Raster
from bgstudio.intake.sniff import Kind, sniff
from bgstudio.intake.tiff import read_directory

_PLUGINS = {
    Kind.JPEG: "JPEG",
    Kind.PNG: "PNG",
    Kind.WEBP: "WEBP",
    Kind.AVIF: "AVIF",
    Kind.HEIF: "HEIF",
    Kind.TIFF: "TIFF",
    Kind.BMP: "BMP",
    Kind.GIF: "GIF",
    Kind.JPEG2000: "JPEG2000",
}
_MODULES = ("Avif", "Bmp", "Gif", "Jpeg2K", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"eXIf"}
_DECODER_THREADS = 2
_GAIN_MAP_MARKS = (b"hdrgm:", b"HDRGainMap", b"urn:iso:std:iso:ts:21496")


@dataclass
class Opened:
    """A loaded file and what it says about its colours.

    Attributes:
        raster: the pixels, already the right way up.
        kind: name for ``SourceNotes.format``.
        width, height: as stored.
        frames: number of frames or pages.
        turned: whether an orientation mark was followed.
        profile: bytes of the embedded ICC profile, or None.
        broken_profile: a profile is there and cannot be got out of the file.
        cicp: (primaries, transfer) of ITU-T H.273, or None.
        gamma: decoding exponent of a PNG's ``gAMA``, or None.
        chromaticities: of a PNG's ``cHRM``, or None.
        adobe_rgb: a camera's mark for Adobe RGB instead of a profile.
        notes: sentences for the person.
    """

    raster: Raster
    kind: str
    width: int
    height: int
    frames: int = 1
    turned: bool = False
    profile: bytes | None = None
    broken_profile: bool = False
    cicp: tuple[int, int] | None = None
    gamma: float | None = None
    chromaticities: tuple[tuple[float, float], ...] | None = None
    adobe_rgb: bool = False
    notes: list[str] = field(default_factory=list)


def prepare_plugins(max_pixels: int) -> None:
    """Settings of the decoding libraries; once per process."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    AvifImagePlugin.DEFAULT_MAX_THREADS = _DECODER_THREADS
    pillow_heif.register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False, decode_threads=_DECODER_THREADS
    )
    for name in _MODULES:
        import_module(f"PIL.{name}ImagePlugin")
    Image.preinit()
    cv2.setNumThreads(_DECODER_THREADS)


def open_picture(data: bytes, limits: IntakeLimits) -> Opened:
    """Sniff, check against the limits, decode and turn the right way up.

    Raises:
        IntakeError: see ``errors``; every failure of a decoding library becomes one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)  # a frame larger than its canvas
        return _open_checked(data, limits)


def _open_checked(data: bytes, limits: IntakeLimits) -> Opened:
    limits.check_bytes(len(data))
    kind = sniff(data)
    header = peek(data, kind, limits.max_frames)
    if header is not None:
        limits.check_size(header.width, header.height, header.frames)
    try:
        image = _open(data, kind)
        frames = header.frames if header else 1
        if kind in (Kind.AVIF, Kind.HEIF) or image.format == "MPO":
            frames = max(frames, getattr(image, "n_frames", 1))
        limits.check_size(*image.size, frames)
        opened = _load(data, kind, image, frames)
    except (IntakeError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooLarge(
            f"The {kind.upper()} file holds more pixels than its header says.",
            "It was not decoded.",
            "Save it in another program as an ordinary JPEG or PNG.",
        ) from None
    except Exception:  # decoding libraries raise almost anything on broken files
        raise unreadable(kind) from None
    if header is not None:
        opened.width, opened.height = header.width, header.height
    limits.check_size(opened.raster.width, opened.raster.height)
    return opened


def _open(data: bytes, kind: Kind) -> Image.Image:
    if kind is Kind.PNG:
        data = _bare_png(data)
    return Image.open(io.BytesIO(data), formats=[_PLUGINS[kind]])


def _load(data: bytes, kind: Kind, image: Image.Image, frames: int) -> Opened:
    boxes = read_boxes(data) if kind in (Kind.AVIF, Kind.HEIF) else Boxes()
    size = image.size
    deep = _decode_deep(data, kind, boxes)
    if deep is None:
        image.load()
    info = image.info
    raster = Raster(deep) if deep is not None else Raster.of(image, ignore_empty_alpha=kind is Kind.BMP)
    exif = _exif(image)
    orientation = _orientation(kind, image, exif, boxes)
    opened = Opened(
        raster.turned(orientation),
        "mpo" if image.format == "MPO" else kind.value,
        *size,
        frames=frames,
        turned=orientation in range(2, 9) or boxes.turned or _turned_while_loading(data, kind),
        profile=info.get("icc_profile") or None,
        broken_profile="icc_profile" in info and not info["icc_profile"],
        cicp=boxes.cicp or (_png_cicp(data) if kind is Kind.PNG else None),
    )
    if kind is Kind.PNG and "srgb" not in info:
        opened.gamma = 1 / info["gamma"] if info.get("gamma") else None
        opened.chromaticities = _png_chromaticities(info)
        opened.broken_profile |= opened.profile is None and _has_chunk(data, b"iCCP")
    if opened.profile is None and kind is Kind.JPEG:
        opened.adobe_rgb = _interoperability(exif) == "R03"
    opened.notes = _remarks(data, kind, frames, boxes)
    return opened


def _remarks(data: bytes, kind: Kind, frames: int, boxes: Boxes) -> list[str]:
    notes = []
    gain_map = boxes.gain_map
    if kind is Kind.JPEG:
        gain_map = any(data.find(mark, 0, _scan_start(data)) >= 0 for mark in _GAIN_MAP_MARKS)
    if gain_map:
        notes.append("The photo has an HDR gain map beside it; the ordinary picture was used.")
    elif frames > 1:
        part = "pages" if kind is Kind.TIFF else "pictures" if kind in (Kind.HEIF, Kind.JPEG) else "frames"
        notes.append(f"The file holds {frames} {part}; the {'main' if kind is Kind.HEIF else 'first'} one was used.")
    return notes


def _scan_start(data: bytes) -> int:
    end = 2
    for _marker, _start, end in jpeg_segments(data):  # noqa: B007  # the last end is wanted
        pass
    return end


# Depth of more than eight bits. Pillow's RGB has eight, so three kinds take another way to the same pixels.


def _decode_deep(data: bytes, kind: Kind, boxes: Boxes) -> npt.NDArray[np.uint16] | None:
    """uint16 (H, W), (H, W, 3) or (H, W, 4) of a file with more than 8 bits a channel, or None."""
    if kind is Kind.HEIF and boxes.bits > 8:
        deep = pillow_heif.open_heif(data, convert_hdr_to_8bit=False, bgr_mode=False)
        return _deep_colours(np.asarray(deep))
    if kind is Kind.PNG:
        depth, colour = data[24], data[25]
        if depth != 16 or colour not in (2, 6) or _has_chunk(data, b"tRNS"):
            return None
        data = _bare_png(data)
    elif kind is Kind.TIFF:
        directory = read_directory(data, 1)
        if directory.bits != 16 or directory.photometric != 2 or directory.samples not in (3, 4):
            return None
        if directory.orientation > 1 or directory.extra == 1:
            return None  # turned, or multiplied by alpha: Pillow knows how, in eight bits
    else:
        return None
    array = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    colours = None if array is None else _deep_colours(array)
    return None if colours is None else np.ascontiguousarray(colours[..., [2, 1, 0, 3][: colours.shape[2]]])


def _deep_colours(array: npt.NDArray[Any]) -> npt.NDArray[np.uint16] | None:
    return array if array.dtype == np.uint16 and array.ndim == 3 and array.shape[2] in (3, 4) else None


# PNG chunks


def _bare_png(data: bytes) -> bytes:
    """Only the chunks that pixels and colours need: no text to unpack, no animation, no metadata."""
    parts = [data[:8]]
    parts += [data[start - 8 : end + 4] for name, start, end in png_chunks(data) if name in _KEPT_CHUNKS]
    return b"".join(parts)


def _has_chunk(data: bytes, wanted: bytes) -> bool:
    return any(name == wanted for name, _start, _end in png_chunks(data))


def _png_cicp(data: bytes) -> tuple[int, int] | None:
    for name, start, end in png_chunks(data):
        if name == b"cICP" and end - start == 4:
            return data[start], data[start + 1]
    return None


def _png_chromaticities(info: dict[Any, Any]) -> tuple[tuple[float, float], ...] | None:
    values = info.get("chromaticity")
    if not values or len(values) != 8:
        return None
    white, red, green, blue = ((values[i], values[i + 1]) for i in range(0, 8, 2))
    return red, green, blue, white


# EXIF is read for two facts, the way up and the colour space, and dropped.


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:  # broken EXIF does not spoil the pixels
        return Image.Exif()


def _orientation(kind: Kind, image: Image.Image, exif: Image.Exif, boxes: Boxes) -> int:
    """The EXIF orientation that is still to be followed, 1 for none.

    TIFF is turned while loading. In AVIF the boxes have the say, and Pillow hands them on as EXIF. In HEIF they have it
    too (ISO/IEC 23008-12), and the decoder has followed them; phones that wrote none meant EXIF to be followed, which
    shows where EXIF gives the size as stored, not as turned.
    """
    if kind is Kind.TIFF:
        return 1
    if kind is not Kind.HEIF:
        return _number(exif.get(ExifTags.Base.Orientation))
    orientation = _number(image.info.get("original_orientation"))
    if boxes.marked or orientation not in (5, 6, 7, 8):
        return 1
    try:
        told = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # as above
        return 1
    size = told.get(ExifTags.Base.ExifImageWidth), told.get(ExifTags.Base.ExifImageHeight)
    return orientation if size == image.size and size[0] != size[1] else 1


def _turned_while_loading(data: bytes, kind: Kind) -> bool:
    return kind is Kind.TIFF and read_directory(data, 1).orientation in range(2, 9)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 1


def _interoperability(exif: Image.Exif) -> str:
    try:
        return str(exif.get_ifd(ExifTags.IFD.Interop).get(1, ""))
    except Exception:
        return ""
