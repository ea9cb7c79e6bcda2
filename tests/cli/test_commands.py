"""Commands are loaded when they are called, and the first picture waits for nothing that it does not need."""

from __future__ import annotations

import pytest
from typer.main import get_command

from bgstudio.cli.app import app
from bgstudio.cli.commands import NAMES, OnDemand
from tests.fresh import loaded_by

SERVICE = {"sqlalchemy", "alembic", "fastapi", "starlette", "httpx2", "cryptography"}
HEAVY = {"scipy", "onnxruntime", "torch"}


def test_help_lists_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    app(["--help"], standalone_mode=False)
    told = capsys.readouterr().out
    assert [name for name in NAMES if f" {name} " not in told] == []


def test_every_command_has_help_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    for name in NAMES:
        app([name, "--help"], standalone_mode=False, prog_name="bgstudio")
        assert f"Usage: bgstudio {name} " in " ".join(capsys.readouterr().out.split())


def test_a_name_that_is_none_is_no_command_and_loads_nothing() -> None:
    group = get_command(app)
    assert isinstance(group, OnDemand)
    assert "terminal" not in group.commands  # a module of the same package
    assert group.commands.get("terminal") is None
    assert list(group.commands) == list(NAMES)


def test_the_first_picture_waits_for_nothing_of_the_service() -> None:
    assert loaded_by("import bgstudio.cli.app, bgstudio.cli.shoot") & (SERVICE | HEAVY) == set()
    assert loaded_by("import bgstudio.library") & (SERVICE | HEAVY) == set()


def test_reading_photos_waits_for_none_of_it_either() -> None:
    code = "import bgstudio.intake.child, bgstudio.marks.reading as reading\nreading.prepare()"
    assert loaded_by(code) & (SERVICE | HEAVY) == set()
