"""``bgstudio presets``: the looks there are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from bgstudio.bootstrap import build_director
from bgstudio.cli.terminal import out, print_json


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List the presets."""
    presets = build_director().presets()
    if as_json:
        print_json([{"name": p.name, "title": p.title, "description": p.description, "set": p.set} for p in presets])
        return
    if not out.is_terminal:
        for preset in presets:
            typer.echo(f"{preset.name}\t{preset.title}\t{preset.description}")  # tabs stay tabs
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("name", "look", ""):
        table.add_column(heading)
    for preset in presets:
        table.add_row(f"[bold]{preset.name}", preset.title, preset.description)
    out.print(table)
