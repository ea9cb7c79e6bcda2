"""What people see: progress on a terminal, silence in a pipe, one line per error."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bgstudio.domain import ports
from bgstudio.errors import StudioError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[ports.Progress]:
    """A progress bar on a terminal; nothing anywhere else."""
    if quiet or not err.is_terminal:
        yield ports.silent
        return
    bar = Progress(
        TextColumn("[bold]{task.fields[label]}"),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=1.0, label=label)

        def tell(step: str, part: float) -> None:
            bar.update(task, completed=part, description=step)

        yield tell


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def tell_error(error: StudioError, subject: str | None = None) -> None:
    """One line: which file, what happened, what it means, what to do."""
    where = f"{subject}: " if subject else ""
    err.print(f"[bold red]error[/] {where}{error}", markup=True) if err.is_terminal else sys.stderr.write(
        f"error: {where}{error}\n"
    )


class Interrupt:
    """Ctrl-C, and a service manager's stop: heard at once, and at the studio's next step where that was missed.

    Python drops an interrupt that comes while it clears an object away.
    """

    def __init__(self) -> None:
        self._came = False

    def listen(self) -> None:
        """Take both signals over; an interrupt that whoever started this program ignores stays ignored."""
        self._came = False
        signal.signal(signal.SIGTERM, self._hear)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._hear)

    def _hear(self, _signal: int, _frame: Any) -> None:
        self._came = True
        raise KeyboardInterrupt

    def __call__(self) -> bool:
        """Whether one came: the ``Cancel`` of whatever a command does."""
        return self._came


interrupted = Interrupt()
