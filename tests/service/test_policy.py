"""Versions of the policy: written when the words change, never twice, and compared word by word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bgstudio.db import Database
from bgstudio.service.policy import Change, Policy, difference, read_report, write_report, written
from bgstudio.settings import Settings
from tests.service.house import MovedClock

pytestmark = pytest.mark.anyio


async def start(db: Database, folder: Path, clock: MovedClock, **settings: Any) -> Policy:
    made = Policy(db, Settings(data_dir=folder, **settings), clock)
    await made.start()
    return made


async def test_the_first_start_writes_a_version_and_others_do_not(tmp_path: Path) -> None:
    db, clock = Database.in_folder(tmp_path), MovedClock()
    await db.open()
    first = await start(db, tmp_path, clock)
    clock.move(days=2)
    again = await start(db, tmp_path, clock)
    assert again.now == first.now
    assert len(await again.versions()) == 1
    assert first.now.text == written(Settings(data_dir=tmp_path))
    await db.close()


async def test_other_settings_make_a_new_version(tmp_path: Path) -> None:
    db, clock = Database.in_folder(tmp_path), MovedClock()
    await db.open()
    first = await start(db, tmp_path, clock)
    clock.move(days=2)
    second = await start(db, tmp_path, clock, result_days=3)
    assert second.now.at - first.now.at == timedelta(days=2)
    assert "3 days" in second.now.text
    clock.move(days=2)
    back = await start(db, tmp_path, clock)
    assert back.now.text == first.now.text
    assert back.now.digest != first.now.digest
    assert back.now.at == clock.now
    assert [one.digest for one in await back.versions()] == [back.now.digest, second.now.digest, first.now.digest]
    clock.move(days=-30)
    late = await start(db, tmp_path, clock, result_days=2)
    assert late.now.text != back.now.text
    assert (await late.versions())[0] == late.now
    await db.close()


def test_a_difference_shows_the_words_that_changed(tmp_path: Path) -> None:
    old, new = (written(Settings(data_dir=tmp_path, security_log_days=days)) for days in (30, 14))
    lines = difference(old, new)
    assert len(lines) == 1
    assert [one for one in lines[0] if one.kind != "same"] == [Change("removed", "30"), Change("added", "14")]
    assert "".join(one.words for one in lines[0] if one.kind != "removed") in new
    assert "".join(one.words for one in lines[0] if one.kind != "added") in old
    assert difference(new, new) == []


def test_a_difference_of_whole_lines() -> None:
    assert difference("a\nb\n", "a\n") == [[Change("removed", "b")]]
    assert difference("a\n", "a\nb c\n") == [[Change("added", "b c")]]


def test_a_report_is_read_as_it_was_written_and_nonsense_is_none(tmp_path: Path) -> None:
    at = MovedClock().now
    file = write_report(tmp_path / "new", at, {"P1": True, "P2": False})
    read = read_report(file)
    assert read is not None
    assert (read.at, dict(read.held)) == (at, {"P1": True, "P2": False})
    for nonsense in ("", "[]", "{}", '{"at": "yesterday", "promises": {}}', '{"at": 1, "promises": 2}'):
        file.write_text(nonsense)
        assert read_report(file) is None
    assert read_report(tmp_path / "none.json") is None
