"""The keeping half of the service on a folder of its own, with a clock that can be moved."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bgstudio.db import Database
from bgstudio.domain.job import Artefact, BlobStore
from bgstudio.domain.sealed import place
from bgstudio.service.keys import Keys
from bgstudio.service.quota import Quota
from bgstudio.service.results import Results
from bgstudio.service.security_log import SecurityLog
from bgstudio.service.sessions import Sessions
from bgstudio.service.sweeper import Sweeper
from bgstudio.service.visitor import Visitor
from bgstudio.store import blobs_of, folder_blobs
from bgstudio.vault import MasterKey
from tests.servers.postgres import Postgres
from tests.servers.seaweed import Seaweed

ADDRESS = "192.0.2.7"


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class House:
    folder: Path
    clock: MovedClock
    master: MasterKey
    keys: Keys
    db: Database
    blobs: BlobStore
    sessions: Sessions
    quota: Quota
    results: Results
    log: SecurityLog
    sweeper: Sweeper

    async def visitor(self, address: str = ADDRESS) -> Visitor:
        return (await self.sessions.begin(address))[1]

    def needs_files(self) -> None:
        """Skip a test that looks into the files of the embedded configuration where there are none."""
        if self.db.file is None:
            pytest.skip("looks into the files of SQLite and of the folder")

    def bytes_on_disk(self) -> bytes:
        """Everything under the data folder but the master key: database, its log, blobs, and all names."""
        self.needs_files()
        found = b""
        for path in sorted(self.folder.rglob("*")):
            found += str(path).encode() + b"\n"
            if path.is_file() and path.name != "master.key":
                found += path.read_bytes()
        return found


async def connect(folder: Path, clock: MovedClock, master: MasterKey, db: Database, blobs: BlobStore) -> House:
    keys = Keys(db, master)
    await keys.start()
    return House(
        folder=folder,
        clock=clock,
        master=master,
        keys=keys,
        db=db,
        blobs=blobs,
        sessions=Sessions(db, blobs, keys, hours=24, clock=clock),
        quota=Quota(db, per_session=20, per_address=60, clock=clock),
        results=Results(db, blobs, session_bytes=10_000, clock=clock),
        log=SecurityLog(db, clock, seconds=lambda: clock.now.timestamp()),
        sweeper=Sweeper(db, blobs, log_days=30, clock=clock),
    )


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    master = MasterKey.load_or_create(folder / "master.key")
    db = Database.in_folder(folder)
    await db.open()
    try:
        yield await connect(folder, MovedClock(), master, db, folder_blobs(folder / "blobs"))
    finally:
        await db.close()


@asynccontextmanager
async def kept_on(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[House]:
    """A house as the test's parameter says: ``embedded``, or ``server`` with PostgreSQL and S3."""
    if request.param == "embedded":
        async with house(folder) as made:
            yield made
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    seaweed: Seaweed = request.getfixturevalue("seaweed")
    master = MasterKey.load_or_create(folder / "master.key")
    async with postgres.database() as url:
        db = Database(url)
        await db.open()
        try:
            blobs = blobs_of(f"{seaweed.bucket('houses')}/{secrets.token_hex(4)}", seaweed.options(), folder)
            yield await connect(folder, MovedClock(), master, db, blobs)
        finally:
            await db.close()


CONFIGURATIONS = ("embedded", "server")


def artefact(visitor: Visitor, job: str, name: str, data: bytes, size: tuple[int, int] = (4, 3)) -> Artefact:
    media_type = {"png": "image/png", "webp": "image/webp", "json": "application/json"}[name.rpartition(".")[2]]
    return Artefact(name, media_type, *size, visitor.key.seal(data, place(visitor.owner, job, name)))
