"""``bgstudio``: the commands and what surrounds them all."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bgstudio.cli.commands import OnDemand
from bgstudio.cli.terminal import err, interrupted, tell_error
from bgstudio.errors import Cancelled, StudioError
from bgstudio.version import __version__

app = typer.Typer(
    name="bgstudio",
    cls=OnDemand,
    help="Turn an ordinary photo of a product into professional studio pictures, on this machine.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bgstudio {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    del version


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends the process with the right exit code."""
    interrupted.listen()  # renderers end, no half file stays
    try:
        app(args=arguments, standalone_mode=True)
    except Cancelled as error:
        err.print("stopped")
        sys.exit(error.exit_code)
    except StudioError as error:
        tell_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        err.print("stopped")
        sys.exit(130)
    except BrokenPipeError:
        # the reader of our output went away, as `head` does
        sys.stderr.close()
        sys.exit(0)
