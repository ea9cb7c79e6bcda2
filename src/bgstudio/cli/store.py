"""``bgstudio store``: where results are kept."""

from __future__ import annotations

import json
import math
from urllib.parse import urlsplit

import typer

from bgstudio.bootstrap import settings
from bgstudio.cli.terminal import out
from bgstudio.errors import UsageError
from bgstudio.service.sweeper import ROOT
from bgstudio.store import lifecycle_rule
from bgstudio.store.places import REMOTE

app = typer.Typer(help="Where results are kept.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep this a group, even with a single command."""


@app.command()
def lifecycle() -> None:
    """Print the rule that lets the store delete results by itself, a day after the service should have: a second net."""
    config = settings()
    split = urlsplit(config.blob_url)
    kind = REMOTE.get(split.scheme)
    if kind is None:
        raise UsageError(
            "Results lie in a folder of this machine, which has no rules of its own.",
            "The service sweeps it every minute, and refuses what has expired even before.",
            "Set BGSTUDIO_BLOB_URL to a bucket to use its rules.",
        )
    inside = split.path.strip("/")
    prefix = f"{inside}/{ROOT}/" if inside else f"{ROOT}/"
    out.print(json.dumps(lifecycle_rule(kind, prefix, math.ceil(config.result_days) + 1), indent=2), markup=False)
