"""Rows of a person in every table, each with marks that can be looked for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from bgstudio.db import schema
from bgstudio.domain.brief import Brief
from bgstudio.identity import Identity
from bgstudio.service.accounts import Accounts
from bgstudio.service.letters import Letters
from bgstudio.service.looks import Looks
from bgstudio.service.results import Results
from bgstudio.service.rights import Hands, Rights
from bgstudio.service.visitor import Visitor
from bgstudio.settings import Settings
from tests.service.house import ADDRESS, House, artefact

JOB_FACTS: dict[str, Any] = {
    "kind": "picture", "count": 1, "size": [64, 64], "seed": 7, "layers": False, "finished": None, "dropped": None,
    "state": "done", "came": [], "artefacts": {}, "cutout": None, "quick": False, "preview": False,
    "refunded": False, "error": None, "doing": "picture",
}  # fmt: skip


@dataclass
class Holding:
    """One house with accounts, looks and letters, and people in it."""

    home: House
    accounts: Accounts
    looks: Looks
    letters: Letters
    results: Results
    rights: Rights
    settings: Settings

    @classmethod
    def of(cls, home: House, **settings: Any) -> Holding:
        accounts = Accounts(home.db, home.keys, hours=720, clock=home.clock)
        looks = Looks(home.db, home.clock)
        letters = Letters(home.db, home.keys, per_day=100, days=180, clock=home.clock)
        config = Settings(**settings)
        rights = Rights(Hands(home.db, accounts, looks, letters, home.clock), config)
        results = Results(home.db, home.blobs, 10_000_000, clock=home.clock)
        return cls(home, accounts, looks, letters, results, rights, config)

    async def enter(self, mark: str) -> Visitor:
        """Somebody who signs in, all of whose things have the mark in them."""
        identity = Identity(
            issuer="https://id.test", subject=f"subject-{mark}", email=f"mail-{mark}@example.com",
            name=f"Name {mark}", picture="",
        )  # fmt: skip
        agent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
        return (await self.accounts.enter(identity, ADDRESS, agent)).visitor

    async def make(self, visitor: Visitor, job: str, title: str, **files: bytes) -> None:
        """A finished job; files by stem and ending, such as ``picture_0_png``."""
        named = {
            "_".join(name.split("_")[:-1]).replace("_", "-") + "." + name.split("_")[-1]: data
            for name, data in files.items()
        }
        facts = JOB_FACTS | {
            "created": self.home.clock().isoformat(),
            "pictures": [[0, {"number": 0, "title": title, "preset": "seamless", "seed": 7}]],
        }
        made = [artefact(visitor, job, name, data) for name, data in named.items()]
        await self.results.add(visitor, job, made, facts)

    async def fill(self, visitor: Visitor, mark: str) -> None:
        """At least one row in every table that links to people."""
        await self.make(visitor, f"job{mark}", f"Title {mark}", picture_0_png=f"pixels {mark}".encode())
        await self.looks.save(visitor, f"Look {mark}", Brief(prompt=f"prompt {mark}", width=64, height=64))
        await self.letters.send("question", f"Words {mark}", f"reply-{mark}@example.com", visitor=visitor)
        held = await self.home.quota.reserve(visitor, 2)
        await self.home.quota.spend(held)
        await self.results.remember(visitor, f"key {mark}", f"job{mark}")
        now = self.home.clock()
        async with self.home.db.write() as connection:
            await connection.execute(
                insert(schema.consents).values(owner=visitor.owner, service=f"service-{mark}", terms="0" * 64, at=now)
            )
            await connection.execute(insert(schema.spending).values(owner=visitor.owner, day=now.date(), amount=40_000))
            await connection.execute(
                insert(schema.events).values(
                    at=now,
                    kind="picture",
                    owner=visitor.owner,
                    browser="Firefox on Linux",
                    detail=f"look {mark}",
                    seconds=1.5,
                    ref=f"ref-{mark}",
                )
            )

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the database."""
        found = {}
        async with self.home.db.read() as connection:
            for table in schema.metadata.tables.values():
                found[table.name] = [dict(row) for row in (await connection.execute(select(table))).mappings()]
        return found


def as_json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, default=str)


def later(visitor: Visitor, **span: float) -> Visitor:
    return replace(visitor, expires=visitor.expires + timedelta(**span))
