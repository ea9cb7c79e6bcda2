"""The commands by name, each loaded when it is called: the first picture does not wait for the service's libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

NAMES = (
    "shoot", "cut", "serve", "presets", "backends", "inspect", "verify", "models", "privacy", "letters", "keys",
    "store", "operator", "doctor",
)  # fmt: skip
"""Modules of this package, in the order in which help lists them. Each has a ``command``, or an ``app`` of several."""


class OnDemand(TyperGroup):
    """A group whose commands are ``NAMES``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "commands": None})
        self.commands = _Commands()  # type: ignore[assignment]  # nothing is added to it


class _Commands(Mapping[str, Any]):
    """Imports a command's module when the command is looked up."""

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(name)
        return _load(name)

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


@cache
def _load(name: str) -> Any:
    module = import_module(f"bgstudio.cli.{name}")
    if hasattr(module, "app"):
        made: Any = get_group(module.app)
    else:
        alone = typer.Typer(rich_markup_mode="rich", add_completion=False)
        alone.command(name)(module.command)
        made = get_command(alone)
    made.name = name
    return made
