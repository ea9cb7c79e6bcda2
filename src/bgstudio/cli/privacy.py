"""``bgstudio privacy``: proof of what the privacy policy says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bgstudio import bootstrap
from bgstudio.audit import Audit
from bgstudio.audit.report import Verdict
from bgstudio.cli.terminal import err, out, print_json
from bgstudio.errors import UsageError
from bgstudio.service.policy import write_report

app = typer.Typer(help="Prove what the privacy policy says, on this machine.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep this a group, even with a single command."""


@app.command()
def audit(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
    server: Annotated[
        bool, typer.Option("--server", help="With the database server and the blob store of the settings.")
    ] = False,
    also: Annotated[
        list[Path] | None, typer.Option(help="Folder of one of those servers on this machine, searched too.")
    ] = None,
) -> None:
    """Check the promises on a service started for it: photos through every entry, sign-in, rights, a month later."""
    if also and not server:
        raise UsageError("--also names a folder of a server, and none is audited.", remedy="Add --server.")
    verdict = Audit(
        told=(lambda _: None) if as_json else lambda step: err.print(f"  {step}", markup=False),
        servers=bootstrap.settings() if server else None,
        also=also or (),
    ).run()
    _tell_the_page(verdict)
    if as_json:
        print_json({"kept": verdict.kept, "promises": verdict.promises, **asdict(verdict)})
    else:
        for check in verdict.checks:
            out.print(f"{'ok ' if check.kept else 'NO '} {check.promise:14}{check.what}: {check.found}", markup=False)
        out.print(f"kept in: {verdict.kept_in}", markup=False)
        out.print(f"watched with: {', '.join(verdict.watched_with)}", markup=False)
        out.print(f"{len(verdict.promises)} of 26 promises were checked.", markup=False)
        out.print("Every check holds." if verdict.kept else "Some checks do not hold.", markup=False)
    if not verdict.kept:
        raise typer.Exit(1)


def _tell_the_page(verdict: Verdict) -> None:
    """Leave the result where the privacy page of this installation finds it."""
    folder = bootstrap.settings().data_dir
    try:
        write_report(folder, datetime.now(UTC), verdict.promises)
    except OSError as error:
        err.print(
            f"The privacy page will not know of this: {folder} cannot be written ({error.strerror}).", markup=False
        )
