"""``bgstudio privacy``: proof of what the privacy policy says."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from bgstudio.audit import Audit
from bgstudio.cli.terminal import err, out, print_json

app = typer.Typer(help="Prove what the privacy policy says, on this machine.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep this a group, even with a single command."""


@app.command()
def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
) -> None:
    """Send a canary photo through every entry of a service started for it, and search every file for its pieces."""
    verdict = Audit(told=(lambda _: None) if as_json else lambda step: err.print(f"  {step}", markup=False)).run()
    if as_json:
        print_json({"kept": verdict.kept, **asdict(verdict)})
    else:
        for check in verdict.checks:
            out.print(f"{'ok ' if check.kept else 'NO '} {check.promise:14}{check.what}: {check.found}", markup=False)
        out.print(f"watched with: {', '.join(verdict.watched_with)}", markup=False)
        out.print("Every check holds." if verdict.kept else "Some checks do not hold.", markup=False)
    if not verdict.kept:
        raise typer.Exit(1)
