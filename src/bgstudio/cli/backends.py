"""``bgstudio backends``: what can make a background here, what it needs, costs and sends."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bgstudio.bootstrap import backends_of, settings
from bgstudio.cli.terminal import out, print_json


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """List what can make backgrounds, with these settings."""
    rows = backends_of(settings())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        out.print(f"{row['name']:16}{row['title']}: {_about(row)}", markup=False)
    if len(rows) == 1:
        out.print("Others: see docs/how-to/image-models.md for models on your own GPU.", markup=False)


def _about(row: dict[str, Any]) -> str:
    where = f"sends the product and your words to {row['service']}" if row["leaves_machine"] else "on this machine"
    what = "a trained model, any scene in words" if row["trained_model"] else "builds and lights a set"
    price = row["price"]
    cost = f", about {price['amount']:.2f} {price['currency']} a picture" if price else ""
    gpu = ", needs a GPU" if row["needs_gpu"] else ""
    return f"{where}; {what}{gpu}{cost}"
