"""Everything of somebody as one ZIP, made while it is downloaded: one file in memory at a time."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from bgstudio.errors import LimitReached, StudioError
from bgstudio.service.export_page import Chapter, Shown, index_page
from bgstudio.service.names import Names, plain_name
from bgstudio.service.results import MOST_PER_PAGE, Results
from bgstudio.service.rights import Rights
from bgstudio.service.visitor import Clock, Visitor, utc_now

if TYPE_CHECKING:
    from bgstudio.service.looks import Looks

log = structlog.get_logger("bgstudio.export")

PACKED = frozenset({"json", "html", "txt", "css"})
"""Endings of files that grow smaller; pictures are packed already."""


Picture = Callable[[Visitor], Awaitable[bytes | None]]


@dataclass(frozen=True)
class LeftOut:
    """A file that could not be put in, and why."""

    name: str
    why: str


@dataclass
class _Sink(io.RawIOBase):
    """What the ZIP writes into: only what has not been sent yet. Cannot be sought, so the ZIP never looks back."""

    kept: bytearray = field(default_factory=bytearray)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep until it is taken."""
        self.kept += data
        return len(data)

    def take(self) -> bytes:
        """What was written since."""
        taken = bytes(self.kept)
        self.kept.clear()
        return taken


class Exports:
    """Makes archives.

    Args:
        rights: says what is held.
        results: finished pictures.
        looks: favourite looks.
        picture: reads the picture of an account: WebP, or None.
        clock: tells the time.
    """

    def __init__(
        self, rights: Rights, results: Results, looks: Looks, picture: Picture | None = None, clock: Clock = utc_now
    ) -> None:
        self._rights = rights
        self._results = results
        self._looks = looks
        self._picture = picture
        self._clock = clock
        self._under_way: set[str] = set()

    def admit(self, visitor: Visitor) -> None:
        """Raise ``LimitReached`` for somebody whose archive is being made already."""
        if visitor.owner in self._under_way:
            raise LimitReached(
                "Your data is being exported already.",
                "One export at a time is made for each person.",
                "Wait until the other download has ended.",
                retry_after=10,
            )

    async def archive(self, visitor: Visitor, words: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """The ZIP in pieces.

        What expires or is deleted while it is being made is left out, and the index names it.

        Args:
            visitor: whose.
            words: of the index page and the licence note.
        """
        self._under_way.add(visitor.owner)
        try:
            async for piece in self._archive(visitor, words):
                yield piece
        finally:
            self._under_way.discard(visitor.owner)

    async def _archive(self, visitor: Visitor, words: Mapping[str, Any]) -> AsyncIterator[bytes]:
        sink = _Sink()
        now = self._clock().astimezone(UTC)
        left_out: list[LeftOut] = []
        chapters: list[Chapter] = []
        data = await self._rights.data(visitor)
        with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
            packer = _Packer(archive, now)
            packer.put("LICENCE.txt", words["licence"].encode())
            packer.put("account.json", _json(data))
            yield sink.take()
            me = await self._put_picture(packer, visitor, left_out)
            looks = await self._put_looks(packer, visitor, left_out)
            yield sink.take()
            folders = Names()
            async for job, facts in self._jobs(visitor):
                chapter = Chapter(folders.free(folder_name(facts)), _title(facts), facts["created"][:10])
                chapters.append(chapter)
                for name in await self._files(visitor, job, chapter, left_out):
                    await self._put_file(packer, visitor, job, name, chapter, left_out)
                    yield sink.take()
            page = index_page(words, data, chapters, looks, left_out, now, me)
            packer.put("index.html", page.encode())
        yield sink.take()

    async def _jobs(self, visitor: Visitor) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        cursor: str | None = None
        while True:
            try:
                page, cursor = await self._results.page(visitor, cursor, MOST_PER_PAGE)
            except StudioError as error:  # deleted in the middle: what is here stays here
                log.warning("export cut short", error=error.code)
                return
            for job, facts in page:
                yield job, facts
            if cursor is None:
                return

    async def _files(self, visitor: Visitor, job: str, chapter: Chapter, left_out: list[LeftOut]) -> list[str]:
        try:
            return sorted((await self._results.get(visitor, job)).files, key=_order)
        except StudioError as error:
            left_out.append(LeftOut(chapter.folder, error.what))
            return []

    async def _put_file(
        self, packer: _Packer, visitor: Visitor, job: str, name: str, chapter: Chapter, left_out: list[LeftOut]
    ) -> None:
        shown = f"{chapter.folder}/{from_one(name)}"
        try:
            _media, data = await self._results.file(visitor, job, name)
        except StudioError as error:
            left_out.append(LeftOut(shown, error.what))
            return
        packer.put(shown, data)
        chapter.files.append(Shown(shown, len(data)))

    async def _put_picture(self, packer: _Packer, visitor: Visitor, left_out: list[LeftOut]) -> str:
        if self._picture is None or not visitor.account:
            return ""
        try:
            found = await self._picture(visitor)
        except StudioError as error:
            left_out.append(LeftOut("my-picture", error.what))
            return ""
        if found is None:
            return ""
        packer.put("my-picture.webp", found)
        return "my-picture.webp"

    async def _put_looks(self, packer: _Packer, visitor: Visitor, left_out: list[LeftOut]) -> list[Shown]:
        names, put = Names(), []
        try:
            looks = await self._looks.list(visitor)
        except StudioError as error:
            left_out.append(LeftOut("looks", error.what))
            return []
        for look in looks:
            name = f"looks/{names.free(plain_name(look.name) or 'look')}.json"
            recipe = look.recipe()
            told = {
                "name": look.name,
                "created": look.created.isoformat(),
                "brief": look.brief.model_dump(mode="json"),
                "recipe": None if recipe is None else recipe.model_dump(mode="json"),
            }
            data = _json(told)
            packer.put(name, data)
            put.append(Shown(name, len(data), look.name))
        return put


class _Packer:
    def __init__(self, archive: zipfile.ZipFile, now: datetime) -> None:
        self._archive = archive
        self._time = (max(1980, now.year), now.month, now.day, now.hour, now.minute, now.second)

    def put(self, name: str, data: bytes) -> None:
        """Add a file; other people cannot read it once it is unpacked."""
        entry = zipfile.ZipInfo(name, self._time)
        packed = name.rpartition(".")[2] in PACKED
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        self._archive.writestr(entry, data)


def folder_name(facts: Mapping[str, Any]) -> str:
    """``2026-11-25_my-mug``."""
    return "_".join(part for part in (facts["created"][:10], plain_name(_title(facts))) if part)


def from_one(name: str) -> str:
    """``picture-0.png`` as people count: ``picture-1.png``."""
    stem, dot, ending = name.rpartition(".")
    what, dash, number = stem.rpartition("-")
    return f"{what}-{int(number) + 1}{dot}{ending}" if dash and number.isdecimal() else name


def _title(facts: Mapping[str, Any]) -> str:
    """What a job is called: its title, or the look of its first picture, or what it is."""
    told = [told for _number, told in facts.get("pictures", ())]
    first = told[0] if told else {}
    found = facts.get("title") or first.get("title") or first.get("preset") or facts.get("kind", "job")
    return str(found)


def _order(name: str) -> tuple[int, str]:
    """Pictures first, then what belongs to them."""
    return (0 if name.startswith("picture-") else 1, name)


def _json(told: Any) -> bytes:
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
