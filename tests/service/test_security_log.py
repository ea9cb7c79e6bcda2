from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bgstudio.service.security_log import SecurityKind
from tests.service.house import ADDRESS, House, house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as made:
        yield made


async def test_notes_what_happened_and_from_where(home: House) -> None:
    await home.log.note(SecurityKind.FORBIDDEN, ADDRESS, "origin")
    await home.log.note(SecurityKind.BAD_UPLOAD, "2001:db8::1")
    entries = await home.log.latest()
    assert [(entry.kind, entry.address, entry.detail) for entry in entries] == [
        ("bad_upload", "2001:db8::1", ""),
        ("forbidden", ADDRESS, "origin"),
    ]
    assert entries[0].at == home.clock.now


async def test_an_entry_is_one_short_line(home: House) -> None:
    await home.log.note(SecurityKind.FORBIDDEN, "evil\naddress" * 20, "line\r\n2026 forged\x1b[2J" * 100)
    entry = (await home.log.latest())[0]
    assert entry.detail.isprintable()
    assert entry.address.isprintable()
    assert len(entry.detail) == 200
    assert len(entry.address) == 64


async def test_a_flood_does_not_fill_the_disk(home: House) -> None:
    for _ in range(100):
        await home.log.note(SecurityKind.RATE_LIMITED, ADDRESS)
    await home.log.note(SecurityKind.FORBIDDEN, ADDRESS)
    assert len(await home.log.latest(1000)) == 21


async def test_has_its_own_retention(home: House) -> None:
    await home.log.note(SecurityKind.FORBIDDEN, ADDRESS)
    home.clock.move(days=29.9)
    await home.log.note(SecurityKind.FORBIDDEN, "192.0.2.99")
    await home.sweeper.sweep()
    assert len(await home.log.latest()) == 2
    home.clock.move(days=0.2)
    await home.sweeper.sweep()
    assert [entry.address for entry in await home.log.latest()] == ["192.0.2.99"]
    assert ADDRESS.encode() not in home.bytes_on_disk()
