"""Uploads read by hand, in memory, under hard caps; each part is sealed as soon as it is complete.

Nothing here ever spools: no part becomes a temporary file, whatever its size.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)
from starlette.requests import ClientDisconnect, Request

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Busy, PictureTooLarge, StudioError, UnsupportedFormat, UploadTooSlow, UsageError
from bgstudio.service.job import Came
from bgstudio.web.problems import BadUpload

FILES = ("photo", "reference", "strokes")
MAX_PARTS = 24
MAX_HEADERS = 6
MAX_HEADER_LINE = 1024
MAX_FIELD = 16 * 1024
MAX_STROKES = 8_000_000
_OVERHEAD = 64 * 1024
"""Bytes of a body beside its parts: boundaries and headers."""


@dataclass(frozen=True)
class UploadLimits:
    """Caps of one upload.

    Attributes:
        file_bytes: of the photo and of the reference picture.
        seconds: from the first byte to the last.
        stall_seconds: between two chunks.
        at_once: uploads read at the same time.
        each_at_once: of them, from one network.
    """

    file_bytes: int = 50_000_000
    seconds: float = 60.0
    stall_seconds: float = 10.0
    at_once: int = 16
    each_at_once: int = 4

    @property
    def body_bytes(self) -> int:
        """Of a whole body."""
        return 2 * self.file_bytes + MAX_STROKES + MAX_PARTS * 1024 + 4 * MAX_FIELD + _OVERHEAD


class Slots:
    """How many uploads are being read, in all and by network."""

    def __init__(self, limits: UploadLimits, changed: Callable[[int], None] = lambda _count: None) -> None:
        self._limits = limits
        self._changed = changed
        self._by_scope: dict[str, int] = {}
        self._count = 0

    def take(self, scope: str) -> None:
        """Take a place; raises ``Busy`` where none is free."""
        mine = self._by_scope.get(scope, 0)
        if self._count >= self._limits.at_once or mine >= self._limits.each_at_once:
            raise Busy(
                "Too many uploads are being read at this moment.",
                "This one was not taken in.",
                "Try again in a few seconds.",
                retry_after=5,
            )
        self._by_scope[scope] = mine + 1
        self._count += 1
        self._changed(self._count)

    def leave(self, scope: str) -> None:
        """Give the place back."""
        mine = self._by_scope.get(scope, 0) - 1
        if mine > 0:
            self._by_scope[scope] = mine
        else:
            self._by_scope.pop(scope, None)
        self._count -= 1
        self._changed(self._count)


@dataclass
class Upload:
    """What an upload held: files sealed for the places of ``job``, and small text fields.

    ``mark`` tells two uploads apart: a keyed hash of everything in them, useless without this process's key.
    """

    job: str
    files: dict[str, Sealed] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    mark: str = ""

    @property
    def came(self) -> tuple[Came, ...]:
        """The files, for the receipt."""
        return tuple(Came(what, self.sizes[what]) for what in FILES if what in self.sizes)  # type: ignore[arg-type]


Seal = Callable[[bytes, str], Sealed]


class Reader:
    """Reads uploads.

    Args:
        limits: caps.
        seal: seals a file for its place.
        key: of the keyed hash ``Upload.mark``.
    """

    def __init__(self, limits: UploadLimits, seal: Seal, key: bytes) -> None:
        self.limits = limits
        self._seal = seal
        self._key = key

    async def read(self, request: Request, job: str) -> Upload:
        """Read the request's body: ``multipart/form-data``, or one raw picture.

        Raises:
            PictureTooLarge: over a cap on bytes.
            UploadTooSlow: over a cap on time.
            UnsupportedFormat: another kind of body.
            UsageError: a body that is broken, or that has too many or unknown parts.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        self._check_length(request, kind)
        if kind == "multipart/form-data":
            sink = _Sink(self, job)
            await self._multipart(request, options.get("boundary", ""), sink)
            return sink.done()
        if kind.startswith("image/") or kind == "application/octet-stream":
            sink = _Sink(self, job)
            sink.open("photo")
            async for chunk in self._chunks(request):
                sink.add(chunk)
            sink.close()
            return sink.done()
        raise UnsupportedFormat(
            "This kind of request body is not read here.",
            "Nothing was taken in.",
            "Send multipart/form-data with a part 'photo', or the picture's bytes with the content type image/*.",
        )

    def cap_of(self, name: str) -> int:
        """Most bytes of a part."""
        if name in ("photo", "reference"):
            return self.limits.file_bytes
        return MAX_STROKES if name == "strokes" else MAX_FIELD

    def seal_file(self, name: str, job: str, data: bytes) -> Sealed:
        """Seal one file for its place."""
        return self._seal(data, f"{job}/{name}")

    def hasher(self) -> hmac.HMAC:
        """A fresh keyed hash."""
        return hmac.new(self._key, digestmod=hashlib.sha256)

    def _check_length(self, request: Request, kind: str) -> None:
        text = request.headers.get("content-length")
        most = self.limits.body_bytes if kind == "multipart/form-data" else self.limits.file_bytes
        if text is not None and text.isdigit() and int(text) > most:
            raise too_large(self.limits.file_bytes)

    async def _chunks(self, request: Request) -> AsyncIterator[bytes]:
        clock = asyncio.get_running_loop().time
        limits, end, total = self.limits, clock() + self.limits.seconds, 0
        stream = aiter(request.stream())
        while True:
            wait = min(limits.stall_seconds, end - clock())
            try:
                async with asyncio.timeout(max(0.0, wait)):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise UploadTooSlow(
                    "The upload took too long.",
                    "It was cut off, and nothing of it was kept.",
                    "Try again on a faster line, or send a smaller photo.",
                ) from error
            except ClientDisconnect as error:
                raise UsageError("The upload broke off.", "Nothing of it was kept.", "Send it again.") from error
            total += len(chunk)
            if total > limits.body_bytes:
                raise too_large(limits.file_bytes)
            if chunk:
                yield chunk

    async def _multipart(self, request: Request, boundary: str, sink: _Sink) -> None:
        if not 1 <= len(boundary) <= 200:
            raise broken()
        try:
            parser = PushMultipartParser(
                boundary,
                max_header_size=MAX_HEADER_LINE,
                max_header_count=MAX_HEADERS,
                max_segment_count=MAX_PARTS,
                max_segment_size=self.limits.file_bytes,
                strict=False,  # strict refuses the line break after the last boundary where it comes by itself
            )
            with parser:
                async for chunk in self._chunks(request):
                    for event in parser.parse(chunk):
                        if event is None:
                            sink.close()
                        elif isinstance(event, bytes | bytearray):
                            sink.add(event)
                        else:
                            sink.open(event.name or "")
        except ParserLimitReached as error:
            raise too_large(self.limits.file_bytes) from error
        except (MultipartError, UnicodeError) as error:
            raise broken() from error


class _Sink:
    """Gathers the parts of one upload."""

    def __init__(self, reader: Reader, job: str) -> None:
        self._reader = reader
        self._upload = Upload(job)
        self._name = ""
        self._buffer = bytearray()
        self._marks: dict[str, str] = {}

    def open(self, name: str) -> None:
        """A part begins."""
        if not name or len(name) > 40 or not name.isidentifier():
            raise UsageError("A part of the form has no proper name.", "Nothing was taken in.", "Name it.")
        if name in self._upload.fields or name in self._marks:
            raise UsageError(f"The form has the part '{name}' twice.", "Nothing was taken in.", "Send it once.")
        self._name = name
        self._buffer = bytearray()

    def add(self, data: bytes | bytearray) -> None:
        """More of the part."""
        if len(self._buffer) + len(data) > self._reader.cap_of(self._name):
            raise too_large(self._reader.cap_of(self._name), self._name)
        self._buffer += data

    def close(self) -> None:
        """The part is complete: seal a file, keep a field; the plain bytes of a file are let go."""
        name, data = self._name, self._buffer
        self._buffer = bytearray()
        hasher = self._reader.hasher()
        hasher.update(data)
        self._marks[name] = hasher.hexdigest()
        if name in FILES:
            if data:  # browsers send an empty part for a file that was not chosen
                self._upload.files[name] = self._reader.seal_file(name, self._upload.job, bytes(data))
                self._upload.sizes[name] = len(data)
        else:
            try:
                self._upload.fields[name] = data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise BadUpload(f"The part '{name}' is not UTF-8.", "Nothing was taken in.", "Send text.") from error

    def done(self) -> Upload:
        """The whole upload; raises ``UsageError`` where the photo is missing."""
        if "photo" not in self._upload.files:
            raise UsageError(
                "There is no photo in this request.",
                "Nothing was taken in.",
                "Send the photo as the part 'photo', or as the body with the content type image/*.",
            )
        hasher = self._reader.hasher()
        for name in sorted(self._marks):
            hasher.update(f"{name}:{self._marks[name]}\n".encode())
        self._upload.mark = hasher.hexdigest()
        return self._upload


def too_large(cap: int, name: str = "photo") -> StudioError:
    """Over a cap on bytes."""
    what = "The photo" if name == "photo" else f"The part '{name}'"
    size = f"{cap / 1e6:.0f} MB" if cap >= 1_000_000 else f"{cap // 1024} kB"
    return PictureTooLarge(
        f"{what} is larger than {size}.", "It was not read any further, and nothing was kept.", "Send a smaller file."
    )


def broken() -> BadUpload:
    """A body that is no multipart form."""
    return BadUpload("The form could not be read.", "It is broken or was cut off; nothing was kept.", "Send it again.")
