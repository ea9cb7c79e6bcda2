from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bgstudio.db import holdings
from bgstudio.domain.sealed import Sealed
from bgstudio.errors import Gone, StoreDown, UsageError
from bgstudio.service.deletion import Deletion, Receipt
from bgstudio.service.rights import CLAIMS
from bgstudio.service.sweeper import erase_account
from bgstudio.service.visitor import Visitor
from tests.service.holding import Holding
from tests.service.house import house

pytestmark = pytest.mark.anyio

ANA, BEN = "ana-5501", "ben-9903"


class Desk:
    def __init__(self) -> None:
        self.left: list[str] = []

    async def leave(self, visitor: Visitor) -> None:
        self.left.append(visitor.owner)


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Holding]:
    async with house(tmp_path / "data") as home:
        yield Holding.of(home)


def deletion(holding: Holding, desk: Desk | None = None) -> Deletion:
    home = holding.home
    return Deletion(
        home.db, home.keys, desk or Desk(), holding.rights, partial(erase_account, home.db, home.blobs),
        home.sessions.end, holding.settings, home.clock,
    )  # fmt: skip


async def test_nothing_of_an_account_is_left_and_everything_of_others_is(holding: Holding) -> None:
    ana, ben = await holding.enter(ANA), await holding.enter(BEN)
    await holding.fill(ana, ANA)
    await holding.fill(ben, BEN)
    assert ana.owner.encode() in holding.home.bytes_on_disk()
    desk = Desk()
    receipt = await deletion(holding, desk).delete(ana, "delete")
    kept = holding.home.bytes_on_disk()
    for said in (ANA, ana.owner, "Title ana", "subject-ana"):
        assert said.encode() not in kept, said
    async with holding.home.db.read() as connection:
        for claim in CLAIMS:
            if claim.export is not None:
                assert await holdings.count_of(connection, claim.table, ana.owner) == 0, claim.table
    assert desk.left == [ana.owner] * 2, "jobs that began meanwhile are stopped too"
    assert await holding.home.blobs.keys(f"s/{ana.owner}/") == []
    assert (await holding.results.file(ben, f"job{BEN}", "picture-0.png"))[1] == f"pixels {BEN}".encode()
    assert (await holding.letters.mine(ben))[0].words == f"Words {BEN}"
    assert receipt.went["pictures"] == 1


async def test_the_receipt_counts_what_went_and_names_nobody(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    await holding.enter(ANA)
    deleting = deletion(holding)
    receipt = await deleting.delete(ana, "  “Delete” ")
    assert receipt.went == {"pictures": 1, "looks": 1, "devices": 2, "services": 1, "letters": 1, "events": 1}
    assert (receipt.kind, receipt.at) == ("account", holding.home.clock().replace(microsecond=0))
    told = json.dumps(receipt.view())
    for said in (ANA, ana.owner, "192.0.2.7"):
        assert said not in told
    assert deleting.read(receipt.token) == receipt
    assert [str(stays.until) for stays in receipt.remains] == ["2026-03-31", "2026-03-03", "2026-03-31"]


async def test_a_receipt_that_was_changed_is_none(holding: Holding) -> None:
    deleting = deletion(holding)
    token = (await deleting.delete(await holding.home.visitor(), "delete")).token
    body, _, seal = token.partition(".")
    for wrong in ("", ".", body, token[:-1], f"{body}A.{seal}", f"{body}.{seal}x", "é.é", "x" * 5000):
        with pytest.raises(UsageError, match="no receipt"):
            deleting.read(wrong)


@pytest.mark.parametrize("typed", ["", "yes", "delet", "delete me"])
async def test_nothing_goes_without_the_word(holding: Holding, typed: str) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    before = await holding.rows()
    desk = Desk()
    with pytest.raises(UsageError, match="was not typed"):
        await deletion(holding, desk).delete(ana, typed)
    assert await holding.rows() == before
    assert desk.left == []


async def test_every_device_is_out_at_once_and_what_is_still_made_is_refused(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    token, _ = await holding.accounts.new_token(ana, "script")
    assert await holding.accounts.find(token, "192.0.2.9")
    await deletion(holding).delete(ana, "delete")
    assert await holding.accounts.find(token, "192.0.2.9") is None
    with pytest.raises(Gone):
        await holding.make(ana, "late", "Late", picture_0_png=b"late")
    assert await holding.home.blobs.keys(f"s/{ana.owner}/") == []


async def test_signing_in_again_begins_a_new_and_empty_account(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    await deletion(holding).delete(ana, "delete")
    again = await holding.enter(ANA)
    assert again.owner != ana.owner
    counts = await holding.rights.counts(again)
    assert {name for name, count in counts.items() if count} == {"accounts", "sign_ins"}


async def test_a_visit_goes_in_the_same_way(holding: Holding) -> None:
    visit, other = await holding.home.visitor(), await holding.home.visitor()
    for one in (visit, other):
        await holding.make(one, f"mug{one.owner[:4]}", "My mug", picture_0_png=b"pixels")
    receipt = await deletion(holding).delete(visit, "delete")
    assert (receipt.kind, receipt.went["pictures"]) == ("visit", 1)
    assert "devices" not in receipt.went
    assert visit.owner.encode() not in holding.home.bytes_on_disk()
    assert await holding.results.count(other) == 1


async def test_something_that_does_not_open_does_not_stop_a_deletion(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    other = replace(ana, key=(await holding.home.visitor()).key)
    receipt = await deletion(holding).delete(other, "delete")
    assert receipt.went["pictures"] == 1
    assert ana.owner.encode() not in holding.home.bytes_on_disk()


async def test_a_store_that_is_down_keeps_sealed_files_and_nothing_else_and_the_sweep_ends_it(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)
    home, blobs = holding.home, holding.home.blobs

    async def down(_prefix: str) -> int:
        raise StoreDown("The store does not answer.")

    monkeypatch.setattr(blobs, "delete", down)
    receipt = await deletion(holding).delete(ana, "delete")
    assert not receipt.whole
    assert "Sealed files" in [stays.what for stays in receipt.remains]
    assert deletion(holding).read(receipt.token) == receipt
    assert await holding.accounts.find("x" * 43, "192.0.2.7") is None
    key = (await blobs.keys(f"s/{ana.owner}/"))[0]
    assert isinstance(await blobs.get(key), Sealed)
    monkeypatch.undo()
    await home.sweeper.sweep()
    assert ana.owner.encode() not in home.bytes_on_disk()


async def test_a_store_that_is_down_before_anything_went_leaves_everything(holding: Holding) -> None:
    ana = await holding.enter(ANA)
    await holding.fill(ana, ANA)

    async def erase(_account: str) -> int:
        raise StoreDown("The store does not answer.")

    home = holding.home
    deleting = Deletion(
        home.db, home.keys, Desk(), holding.rights, erase, home.sessions.end, holding.settings, home.clock
    )
    before = await holding.rows()
    with pytest.raises(StoreDown):
        await deleting.delete(ana, "delete")
    assert await holding.rows() == before


def test_without_backups_none_are_told_of() -> None:
    receipt = Receipt("A", datetime(2026, 3, 1, tzinfo=UTC), "visit", {}, 30, 0)
    assert len(receipt.remains) == 2


async def test_a_new_table_would_be_erased_too(holding: Holding) -> None:
    """Deletion asks the schema which tables link to people, so that none is forgotten."""
    claimed = {claim.table for claim in CLAIMS if claim.export is not None}
    assert set(holdings.linked_tables()) == claimed
