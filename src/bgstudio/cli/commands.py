"""The commands by name, each loaded when it is called: the first picture does not wait for the service's libraries."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
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
        self.commands = _Commands()


class _Commands(MutableMapping[str, Any]):
    """Imports a command's module when the command is looked up."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}
        self._names = dict.fromkeys(NAMES)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = _load(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._names[name] = None
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._loaded.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


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
