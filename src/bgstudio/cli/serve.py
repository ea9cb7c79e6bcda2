"""``bgstudio serve``: the studio in the browser, and its API."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from bgstudio.bootstrap import settings
from bgstudio.cli.terminal import out


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 is reached from this machine only.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:  # fmt: skip
    """Start the studio in the browser, and its API."""
    # imported here: no other command needs the web
    from bgstudio.web.server import serve

    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}

    def listening(address: str) -> None:
        out.print(address, markup=False)
        out.file.flush()
        if open_page:
            webbrowser.open(address)

    serve(settings().model_copy(update=changes), listening)
