"""What is kept of finished work: sealed files and sealed facts, for as long as was said."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bgstudio.db import Database, idempotency
from bgstudio.db import results as rows
from bgstudio.domain.job import Artefact, BlobStore
from bgstudio.domain.sealed import Sealed, place
from bgstudio.errors import Gone, UnknownJob, UsageError
from bgstudio.service.refusals import unknown
from bgstudio.service.sweeper import blob_prefix, erase_job
from bgstudio.service.visitor import Clock, Visitor, utc_now
from bgstudio.vault import OVERHEAD

MOST_PER_PAGE = 100


@dataclass(frozen=True)
class File:
    """One kept file. ``size``: bytes of it, opened; ``width`` and ``height``: pixels, 0 for what is no picture."""

    name: str
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Result:
    """What is kept of a job.

    Attributes:
        job: id of the job.
        created, expires: when it was first kept, and when it goes.
        size: bytes of its files.
        facts: as last handed to ``add``.
        files: by name.
    """

    job: str
    created: datetime
    expires: datetime
    size: int
    facts: dict[str, Any]
    files: dict[str, File]


class Results:
    """Keeps results for the visitor they were made for. Somebody else's job is an unknown one.

    Args:
        db: open.
        blobs: where files go, under ``s/{owner}/{job}/{name}``.
        session_bytes: kept for one visit; the oldest jobs go first.
        days: after so many, results go even where the session lives on.
        clock: tells the time.
        account_bytes: kept for one account; as much as for a visit where it is not said.

    Attributes:
        dropped: told (owner, job) of each job whose results had to go for newer ones.
    """

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        session_bytes: int,
        days: float = 7.0,
        clock: Clock = utc_now,
        *,
        account_bytes: int | None = None,
    ) -> None:
        self.dropped: Callable[[str, str], None] | None = None
        self._db = db
        self._blobs = blobs
        self._session_bytes = session_bytes
        self._account_bytes = session_bytes if account_bytes is None else account_bytes
        self._life = timedelta(days=days)
        self._clock = clock

    async def add(self, visitor: Visitor, job: str, artefacts: Sequence[Artefact], facts: Mapping[str, Any]) -> None:
        """Keep what a job made. Called again for the same job, it adds files and replaces the facts.

        Where the results grow over what is kept for a visit or an account, those of the oldest jobs go; this job's
        never do.

        Args:
            visitor: whose it is.
            job: its id, of ``[a-z0-9_-]``.
            artefacts: files, each sealed with the visitor's key for ``place(owner, job, name)``.
            facts: JSON-ready; sealed here. Whatever is to be known after a restart.

        Raises:
            Gone: the session has ended, or the job was deleted, in the meantime. Nothing is kept.
            WrongKey: an earlier ``add`` was sealed with another key.
        """
        files = [_file(artefact) for artefact in artefacts]
        await self._make_room(visitor, job, sum(file.size for file in files))
        written: list[str] = []
        try:
            for artefact in artefacts:
                key = f"{blob_prefix(visitor.owner, job)}/{artefact.name}"
                written.append(key)
                await self._blobs.put(key, artefact.data)
            await self._note(visitor, job, files, facts)
        except Gone:
            for key in written:
                await self._blobs.delete(key)
            raise

    async def get(self, visitor: Visitor, job: str) -> Result:
        """What is kept of a job; raises ``UnknownJob``, ``Gone``, ``WrongKey``."""
        async with self._db.read() as connection:
            row = await rows.get(connection, job)
        return open_row(self._mine(row, visitor), visitor)

    def most_bytes(self, visitor: Visitor) -> int:
        """Bytes that are kept for a visitor."""
        return self._account_bytes if visitor.account else self._session_bytes

    async def room(self, visitor: Visitor) -> int:
        """Bytes that can still be kept for a visitor without anything older having to go; may be below 0."""
        async with self._db.read() as connection:
            return self.most_bytes(visitor) - await rows.bytes_of(connection, visitor.owner)

    async def amend(
        self,
        visitor: Visitor,
        job: str,
        change: Callable[[dict[str, Any]], None],
        *,
        added: Sequence[Artefact] = (),
        dropped: Iterable[str] = (),
    ) -> Result:
        """Change what is kept of a job: its facts, files that come in, files that go.

        Args:
            visitor: whose it is.
            job: its id.
            change: given the facts, changes them in place.
            added: files, sealed as for ``add``. Nothing older goes for them: see that there is ``room``.
            dropped: names of files that are deleted.

        Raises:
            UnknownJob, Gone, WrongKey: as ``get``; then nothing is changed.
        """
        prefix = blob_prefix(visitor.owner, job)
        await self.get(visitor, job)
        for artefact in added:
            await self._blobs.put(f"{prefix}/{artefact.name}", artefact.data)
        going = set(dropped)
        try:
            async with self._db.write() as connection:
                row = self._mine(await rows.get(connection, job), visitor)
                result = open_row(row, visitor)
                change(result.facts)
                files = {name: file for name, file in result.files.items() if name not in going}
                files |= {file.name: file for file in map(_file, added)}
                sealed = seal_row(visitor, job, result.facts, files.values())
                await rows.change(connection, job, sum(file.size for file in files.values()), sealed)
        except (UnknownJob, Gone):
            for artefact in added:
                await self._blobs.delete(f"{prefix}/{artefact.name}")
            raise
        for name in going & result.files.keys():
            await self._blobs.delete(f"{prefix}/{name}")
        return await self.get(visitor, job)

    def ends(self, visitor: Visitor, created: datetime) -> datetime:
        """When the results of a job that was taken in at ``created`` go."""
        return visitor.until(created + self._life)

    async def facts(self, visitor: Visitor, job: str) -> dict[str, Any]:
        """The facts of a job; raises ``UnknownJob``, ``Gone``, ``WrongKey``."""
        return (await self.get(visitor, job)).facts

    async def page(
        self, visitor: Visitor, cursor: str | None = None, limit: int = 20
    ) -> tuple[list[tuple[str, dict[str, Any]]], str | None]:
        """(id, facts) of jobs, newest first, and the cursor of the next page or None.

        Raises:
            UsageError: a cursor that did not come from here, or a limit outside 1..100.
        """
        if not 1 <= limit <= MOST_PER_PAGE:
            raise UsageError(f"A page holds 1 to {MOST_PER_PAGE} jobs.", remedy="Ask for a limit within that.")
        after = _read_cursor(cursor) if cursor else None
        now = self._clock()
        if visitor.expires <= now:
            raise _ended()
        async with self._db.read() as connection:
            found = await rows.page(connection, visitor.owner, now, after, limit + 1)
        following = _write_cursor(found[limit - 1]) if len(found) > limit else None
        return [(row.job, open_row(row, visitor).facts) for row in found[:limit]], following

    async def count(self, visitor: Visitor) -> int:
        """How many jobs are kept."""
        async with self._db.read() as connection:
            return await rows.count(connection, visitor.owner, self._clock())

    async def file(self, visitor: Visitor, job: str, name: str) -> tuple[str, bytes]:
        """Media type and bytes of a file, opened in memory.

        Raises:
            UnknownJob: no such job of this visitor, or no such file in it.
            Gone: expired, even where the sweep is late.
            WrongKey: the stored bytes were moved or changed.
        """
        result = await self.get(visitor, job)
        file = result.files.get(name)
        if file is None:
            raise UnknownJob("This job has no file of that name.", remedy="Take the names from the job itself.")
        sealed = await self._blobs.get(f"{blob_prefix(visitor.owner, job)}/{name}")
        if sealed is None:
            raise Gone("This file is not kept any more.", remedy="Make the picture again.")
        return file.media_type, visitor.key.open(sealed, place(visitor.owner, job, name))

    async def delete(self, visitor: Visitor, job: str) -> None:
        """Delete what is kept of a job, at once; raises ``UnknownJob``."""
        async with self._db.read() as connection:
            row = await rows.get(connection, job)
        if row is None or row.owner != visitor.owner:
            raise unknown()
        await erase_job(self._db, self._blobs, visitor.owner, job)
        await self._db.compact()

    async def remember(self, visitor: Visitor, key: str, job: str) -> str:
        """The job that an idempotency key stands for: ``job``, unless an earlier request of this visitor had the key.

        Keys are forgotten after a day, and with the job or the session.
        """
        hashed = hashlib.sha256(key.encode()).hexdigest()
        async with self._db.write() as connection:
            return await idempotency.claim(connection, visitor.owner, hashed, job, self._clock())

    async def forget(self, visitor: Visitor, job: str) -> None:
        """Forget a job's idempotency key, so that a request that was refused can be sent again with it."""
        async with self._db.write() as connection:
            await idempotency.remove(connection, visitor.owner, job)

    async def _make_room(self, visitor: Visitor, job: str, size: int) -> None:
        """Claim a row and bytes for the job before its files are stored, so that a crash leaves no file unknown."""
        now = self._clock()
        async with self._db.write() as connection:
            if not await rows.owner_lives(connection, visitor.owner, now):
                raise _ended()
            row = await rows.get(connection, job)
            fresh = rows.ResultRow(job, visitor.owner, now, now + self._life, size, b"")
            if row is None and not await rows.add(connection, fresh):
                row = await rows.get(connection, job)
            if row is not None:
                self._still_mine(row, visitor)
                await rows.change(connection, job, row.size + size, row.sealed_facts)
            kept = await rows.oldest(connection, visitor.owner)
        over = sum(other.size for other in kept) - self.most_bytes(visitor)
        for other in kept:
            if over > 0 and other.job != job:
                await erase_job(self._db, self._blobs, visitor.owner, other.job)
                over -= other.size
                if self.dropped is not None:
                    self.dropped(visitor.owner, other.job)

    async def _note(self, visitor: Visitor, job: str, added: Iterable[File], facts: Mapping[str, Any]) -> None:
        """Seal facts and the list of files, now that the files are stored."""
        async with self._db.write() as connection:
            row = await rows.get(connection, job)
            if row is None:
                raise Gone("The job was deleted while it was at work.", remedy="Start it again if you want it.")
            files = open_row(row, visitor).files if row.ready else {}
            files |= {file.name: file for file in added}
            sealed = seal_row(visitor, job, facts, files.values())
            await rows.change(connection, job, sum(file.size for file in files.values()), sealed)

    def _mine(self, row: rows.ResultRow | None, visitor: Visitor) -> rows.ResultRow:
        if row is None or not row.ready:
            raise unknown()
        return self._still_mine(row, visitor)

    def _still_mine(self, row: rows.ResultRow, visitor: Visitor) -> rows.ResultRow:
        if row.owner != visitor.owner:
            raise unknown()
        if visitor.until(row.expires) <= self._clock():
            raise Gone("This job's results have expired.", "They were deleted.", "Make the picture again.")
        return row


def _file(artefact: Artefact) -> File:
    size = len(artefact.data.data) - OVERHEAD
    return File(artefact.name, artefact.media_type, artefact.width, artefact.height, size)


def open_row(row: rows.ResultRow, visitor: Visitor) -> Result:
    """What a row says, opened with the visitor's key; raises ``WrongKey``."""
    kept = json.loads(visitor.key.open(Sealed(row.sealed_facts), _facts_place(row.owner, row.job)))
    files = {found["name"]: File(**found) for found in kept["files"]}
    return Result(row.job, row.created, visitor.until(row.expires), row.size, kept["facts"], files)


def seal_row(visitor: Visitor, job: str, facts: Mapping[str, Any], files: Iterable[File]) -> bytes:
    """Facts and the list of files, sealed for a row of the visitor's."""
    text = json.dumps({"facts": dict(facts), "files": [vars(file) for file in files]}).encode()
    return visitor.key.seal(text, _facts_place(visitor.owner, job)).data


def _facts_place(owner: str, job: str) -> str:
    return place(owner, job, "facts")


def _write_cursor(row: rows.ResultRow) -> str:
    return base64.urlsafe_b64encode(f"{row.created.isoformat()} {row.job}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        moment, job = text.split(" ")
        return datetime.fromisoformat(moment).astimezone(UTC), job
    except (ValueError, OverflowError, binascii.Error):
        raise UsageError("This cursor did not come from here.", remedy="Begin again without a cursor.") from None


def _ended() -> Gone:
    return Gone("This visit has ended.", "What it made was deleted.", "Open the page again to begin a new one.")
