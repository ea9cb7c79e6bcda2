"""The keeping half of the service on a folder of its own, with a clock that can be moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from bgstudio.store import folder_blobs
from bgstudio.vault import MasterKey

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

    def bytes_on_disk(self) -> bytes:
        """Everything under the data folder but the master key: database, its log, blobs, and all names."""
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


def artefact(visitor: Visitor, job: str, name: str, data: bytes, size: tuple[int, int] = (4, 3)) -> Artefact:
    media_type = {"png": "image/png", "webp": "image/webp", "json": "application/json"}[name.rpartition(".")[2]]
    return Artefact(name, media_type, *size, visitor.key.seal(data, place(visitor.owner, job, name)))
