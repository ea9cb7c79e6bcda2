"""``bgstudio operator``: the host's way to their own page."""

from __future__ import annotations

import asyncio

import typer

from bgstudio.bootstrap import open_operator, settings
from bgstudio.cli.terminal import err, out
from bgstudio.settings import Settings

app = typer.Typer(help="Open the operator's page: usage, failures, ratings, letters.", no_args_is_help=True)


@app.callback()
def _only() -> None:
    """The operator's page."""


@app.command()
def link() -> None:
    """Print an address that opens the operator's page: once, and within 15 minutes."""

    async def work() -> str:
        async with open_operator() as operator:
            return await operator.link()

    token = asyncio.run(work())
    out.print(f"{address(settings())}/operator/enter/{token}", markup=False, highlight=False, soft_wrap=True)
    err.print("It works once, within 15 minutes. If the page is not found, make a new one.", markup=False)


def address(config: Settings) -> str:
    """Scheme and host of this service, as its host opens it."""
    if config.public_url:
        return config.public_url.rstrip("/")
    host = "127.0.0.1" if config.host in ("0.0.0.0", "") else config.host  # noqa: S104
    host = "[::1]" if host == "::" else f"[{host}]" if ":" in host else host
    return f"{'https' if config.tls_certificate else 'http'}://{host}:{config.port}"
