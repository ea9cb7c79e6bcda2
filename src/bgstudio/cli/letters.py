"""``bgstudio letters``: read and answer what people have written, on the machine itself."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from bgstudio.bootstrap import open_letters
from bgstudio.cli.terminal import out, print_json
from bgstudio.errors import UnknownLetter, UsageError
from bgstudio.service.letters import Letter, Letters

app = typer.Typer(help="Read and answer letters to the host, on the machine itself.", no_args_is_help=True)

SHORT = 8
"""Letters of an id that are shown; as many as tell it apart may be given."""

_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the letter: its first letters will do.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only those that are open, answered or closed.")] = None,
    as_json: _Json = False,
) -> None:
    """All letters: open ones first, the oldest of them on top."""
    found = _with(lambda letters: letters.list(state))
    if as_json:
        print_json([letter.view() for letter in found])
        return
    for letter in found:
        at = letter.at.strftime("%Y-%m-%d %H:%M")
        out.print(f"{letter.id[:SHORT]}  {letter.state.value:9}{letter.kind.value:9}{at}", markup=False)
    if not found:
        out.print("No letters.")


@app.command()
def show(letter: _Id, as_json: _Json = False) -> None:
    """One letter with its answer."""
    found = _with(lambda letters: _chosen(letters, letter))
    if as_json:
        print_json(found.view())
        return
    out.print(f"{found.kind.value}, {found.state.value}, came {found.at:%Y-%m-%d %H:%M} UTC", markup=False)
    if found.email:
        out.print(f"asks for an answer to {found.email} too", markup=False)
    out.print(f"\n{_safe(found.words)}", markup=False)
    if found.answer:
        out.print(f"\nAnswered {found.answered_at:%Y-%m-%d %H:%M} UTC:\n\n{_safe(found.answer)}", markup=False)


@app.command()
def answer(
    letter: _Id,
    words: Annotated[str | None, typer.Argument(help="The answer; read from standard input without.")] = None,
) -> None:
    """Answer a letter: whoever wrote it finds the answer at the address that they kept."""
    said = sys.stdin.read() if words is None else words

    async def send(letters: Letters) -> Letter:
        return await letters.answer((await _chosen(letters, letter)).id, said)

    done = _with(send)
    out.print(f"Answered {done.id[:SHORT]}.", markup=False)
    if done.email:
        out.print(f"An answer was asked for by e-mail too: {done.email}. Send it yourself.", markup=False)


@app.command()
def close(letter: _Id) -> None:
    """Close a letter that needs no answer."""

    async def shut(letters: Letters) -> Letter:
        return await letters.close((await _chosen(letters, letter)).id)

    out.print(f"Closed {_with(shut).id[:SHORT]}.", markup=False)


def _with(do: Callable[[Letters], Awaitable[Any]]) -> Any:
    async def work() -> Any:
        async with open_letters() as letters:
            return await do(letters)

    return asyncio.run(work())


async def _chosen(letters: Letters, start: str) -> Letter:
    """The one letter whose id begins so."""
    found = [letter for letter in await letters.list() if letter.id.startswith(start)]
    if not found:
        raise UnknownLetter("No letter has this id.", remedy="See 'bgstudio letters list'.")
    if len(found) > 1:
        raise UsageError(f"{len(found)} letters have ids that begin so.", remedy="Give more of the id.")
    return found[0]


def _safe(text: str) -> str:
    """A stranger's words without anything that would command a terminal."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "�" for letter in text)
