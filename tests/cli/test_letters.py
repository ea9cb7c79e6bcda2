"""``bgstudio letters``, over a data folder that a service has made."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bgstudio.cli import app
from bgstudio.db import Database
from bgstudio.service import Keys, Letters
from bgstudio.service.letters import Letter
from bgstudio.settings import Settings
from bgstudio.vault import MasterKey

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app.main(["letters", *arguments])
        told = capsys.readouterr()
        return (ended.value.code if isinstance(ended.value.code, int) else 0), told.out, told.err

    return call


@pytest.fixture
def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """Three letters."""

    async def write() -> list[Letter]:
        db = Database.in_folder(tmp_path)
        keys = Keys(db, MasterKey.load_or_create(tmp_path / "master.key"))
        await db.open()
        await keys.start()
        made = Letters(db, keys, 10, 180)
        secrets = [
            await made.send("question", "First \x1b[31mred\x9b0m words", "ana@example.com", address="192.0.2.1"),
            await made.send("delete", "Second words", address="192.0.2.1"),
            await made.send("other", "Third words", address="192.0.2.1"),
        ]
        found = [await made.find(secret) for secret in secrets]
        await db.close()
        return found

    monkeypatch.setattr("bgstudio.bootstrap.settings", lambda: Settings(data_dir=tmp_path))
    return asyncio.run(write())


def test_letters_are_listed_shown_answered_and_closed(run: Run, letters: list[Letter]) -> None:
    first, second, third = letters
    code, out, _ = run("list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [one.id[:8] for one in letters]
    assert [line.split()[1:3] for line in out.splitlines()][1] == ["open", "delete"]
    code, out, _ = run("show", first.id[:8])
    assert code == 0 and "red" in out and "ana@example.com" in out
    assert "\x1b" not in out and "\x9b" not in out, "a letter must not command the terminal"
    code, out, _ = run("answer", first.id, "It is green.")
    assert code == 0 and "Answered" in out and "ana@example.com" in out
    code, out, _ = run("show", first.id, "--json")
    assert json.loads(out)["answer"] == "It is green." and json.loads(out)["state"] == "answered"
    assert run("close", third.id)[0] == 0
    assert [row["id"] for row in json.loads(run("list", "--json")[1])] == [second.id, third.id, first.id]
    assert run("list", "--state", "open")[1].split()[0] == second.id[:8]


def test_an_answer_may_come_from_a_file(run: Run, letters: list[Letter], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("From a file.\n"))
    assert run("answer", letters[1].id)[0] == 0
    assert json.loads(run("show", letters[1].id, "--json")[1])["answer"] == "From a file."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "zz"), "No letter has this id."),
        (("show", ""), "3 letters"),
        (("answer", "", "x"), "3 letters"),
        (("list", "--state", "lost"), "no such state"),
    ],
)
def test_what_cannot_be_done_is_told(run: Run, letters: list[Letter], arguments: tuple[str, ...], told: str) -> None:
    code, _, err = run(*arguments)
    assert code != 0 and told in err


def test_a_folder_without_a_service_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bgstudio.bootstrap.settings", lambda: Settings(data_dir=tmp_path / "none"))
    code, _, err = run("list")
    assert code == 2 and "no service has run" in err
    assert not (tmp_path / "none").exists()
