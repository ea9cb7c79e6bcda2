"""``bgstudio``: the commands and what surrounds them all."""

from __future__ import annotations

import signal
import sys
from typing import Annotated, Any

import typer

from bgstudio.cli import (
    backends,
    cut,
    doctor,
    inspect,
    keys,
    letters,
    models,
    operator,
    presets,
    privacy,
    serve,
    shoot,
    store,
    verify,
)
from bgstudio.cli.terminal import err, tell_error
from bgstudio.errors import StudioError
from bgstudio.version import __version__

app = typer.Typer(
    name="bgstudio",
    help="Turn an ordinary photo of a product into professional studio pictures, on this machine.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("shoot")(shoot.command)
app.command("cut")(cut.command)
app.command("serve")(serve.command)
app.command("presets")(presets.command)
app.command("backends")(backends.command)
app.command("inspect")(inspect.command)
app.command("verify")(verify.command)
app.add_typer(models.app, name="models")
app.add_typer(privacy.app, name="privacy")
app.add_typer(letters.app, name="letters")
app.add_typer(keys.app, name="keys")
app.add_typer(store.app, name="store")
app.add_typer(operator.app, name="operator")
app.command("doctor")(doctor.command)


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
    # a service manager's stop is treated like Ctrl-C: renderers end, no half file stays
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(args=arguments, standalone_mode=True)
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


def _terminated(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
