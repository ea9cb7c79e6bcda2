"""``bgstudio keys``: the master key that all that is kept hangs on, and how it is replaced."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from bgstudio.bootstrap import key_file, open_keys, settings
from bgstudio.cli.terminal import out, print_json
from bgstudio.errors import UsageError
from bgstudio.service import Standing
from bgstudio.vault import KeyFile

GRACE_SECONDS = 3.0
"""Between wrapping a key and writing it down, a service needs far less."""

app = typer.Typer(help="The master key: how it stands, and how it is replaced.", no_args_is_help=True)


def _file() -> KeyFile:
    config = settings()
    if config.key_service_url or config.master_key.get_secret_value():
        raise UsageError(
            "The master key does not lie in the data folder.",
            "Nothing was changed.",
            "Replace it where it lies: put the new one in front in BGSTUDIO_MASTER_KEY, or rotate the key at the key "
            "service; then run 'bgstudio keys rotate'.",
        )
    return KeyFile(key_file(config), must_exist=True)


async def _standing() -> Standing:
    async with open_keys() as keys:
        return await keys.standing()


async def _rotate() -> int:
    async with open_keys() as keys:
        return await keys.rotate()


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False) -> None:
    """How many keys are wrapped with the newest master key, and how many with an older one."""
    found = asyncio.run(_standing())
    if as_json:
        print_json(vars(found))
    else:
        out.print(f"{found.newest} keys with the newest master key, {found.older} with an older one", markup=False)


@app.command()
def new() -> None:
    """Make a new master key and put it in front. A running service uses it at once; back the file up."""
    file = _file()
    file.add()
    out.print(f"new master key {file.master.fingerprints[0]}; now run: bgstudio keys rotate", markup=False)


@app.command()
def rotate() -> None:
    """Wrap everything anew that an older master key has wrapped, while the service goes on."""
    out.print(f"{asyncio.run(_rotate())} keys wrapped anew", markup=False)


@app.command("drop-old")
def drop_old() -> None:
    """Forget the older master keys, once nothing needs them. Backups from before can then not be opened any more."""
    file = _file()
    left = asyncio.run(_standing()).older
    if not left:  # a key that was wrapped a moment before the new one came may not have been written yet
        time.sleep(GRACE_SECONDS)
        left = asyncio.run(_standing()).older
    if left:
        raise UsageError(
            f"{left} keys are still wrapped with an older master key.",
            "Nothing was changed: what hangs on them could never be opened again.",
            "Run 'bgstudio keys rotate' first.",
        )
    out.print(f"{file.drop_older()} older master keys forgotten", markup=False)
