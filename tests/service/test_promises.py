"""The registry is complete, and what it names exists."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from bgstudio.service.promises import HEADINGS, PROMISES, Promise, days, hours, promise, values
from bgstudio.settings import Settings

ROOT = Path(__file__).parents[2]


def test_all_26_are_there_once_and_in_order() -> None:
    assert [one.name for one in PROMISES] == [f"P{number}" for number in range(1, 27)]
    assert [one.heading for one in PROMISES] == sorted(one.heading for one in PROMISES)
    assert {one.heading for one in PROMISES} == {heading.number for heading in HEADINGS}
    assert promise("P15").number == 15


@pytest.mark.parametrize("one", PROMISES, ids=lambda one: one.name)
def test_every_promise_names_tests_that_exist(one: Promise) -> None:
    assert one.tests
    for node in one.tests:
        file, _, name = node.partition("::")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        found = {part.name for part in tree.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in found, node


@pytest.mark.parametrize("one", PROMISES, ids=lambda one: one.name)
def test_every_promise_is_told_with_any_settings(one: Promise, tmp_path: Path) -> None:
    choices: tuple[dict[str, Any], ...] = (
        {},
        {"client_id": "x", "contact_email": "a@b.example", "smtp_url": "smtp://relay", "analytics": True},
        {"outside_services": ("one", "two"), "blob_url": "s3://bucket/x", "backup_days": 30, "host_name": "Ana"},
    )
    for more in choices:
        said = one.sentence(values(Settings(data_dir=tmp_path, **more)))
        assert said.endswith(".")
        assert "{" not in said + one.title.format(**values(Settings(data_dir=tmp_path)))
        assert "  " not in said


@pytest.mark.parametrize(
    ("number", "said"), [(7, "7 days"), (1, "1 day"), (0.5, "12 hours"), (2.5, "2.5 days"), (1 / 24, "1 hour")]
)
def test_days_are_said_as_people_say_them(number: float, said: str) -> None:
    assert days(number) == said


def test_hours_from_three_days_on_are_days() -> None:
    assert [hours(number) for number in (1, 24, 72, 720)] == ["1 hour", "24 hours", "3 days", "30 days"]


@pytest.mark.parametrize(
    ("setting", "value", "name", "said"),
    [
        ("session_hours", 5, "P12", "5 hours"),
        ("result_days", 3, "P15", "3 days"),
        ("security_log_days", 11, "P13", "11 days"),
        ("event_days", 17, "P4", "17 days"),
        ("letter_days", 41, "P26", "41 days"),
        ("account_hours", 240, "P17", "10 days"),
        ("pictures_per_day", 9, "P11", "9 a day"),
        ("contact_email", "ana@studio.example", "P23", "ana@studio.example"),
        ("outside_services", ("far",), "P8", "far"),
        ("blob_url", "gs://x", "P10", "Google Cloud Storage"),
        ("analytics", True, "P4", "chosen neither way are counted"),
    ],
)
def test_what_is_said_follows_the_settings(setting: str, value: Any, name: str, said: str, tmp_path: Path) -> None:
    before = promise(name).sentence(values(Settings(data_dir=tmp_path)))
    after = promise(name).sentence(values(Settings(data_dir=tmp_path, **{setting: value})))
    assert said not in before
    assert said in after
