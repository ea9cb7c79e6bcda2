"""``bgstudio doctor``: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import base64
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import psutil
import typer

from bgstudio.bootstrap import build_backend, build_decoder, build_marker, build_signing_key, build_weights, settings
from bgstudio.cli.terminal import out, print_json
from bgstudio.errors import StudioError
from bgstudio.marks import Mark
from bgstudio.version import __version__

PACKAGES = ("mitsuba", "pyoidn", "onnxruntime", "pillow", "pillow-heif", "numpy", "opencv-python-headless")


def command(as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False) -> None:
    """Check this machine: renderer, decoder, weights, memory."""
    checks = [_machine(), _memory(), *_packages(), _decoder(), _renderer(), _marks(), *_weights()]
    if as_json:
        print_json([{"check": name, "ok": good, "found": found} for name, good, found in checks])
    else:
        for name, good, found in checks:
            out.print(f"{'ok ' if good else '-- '} {name:24}{found}", markup=False)
    if not all(good for _, good, _ in checks):
        raise typer.Exit(1)


Check = tuple[str, bool, str]

_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAFklEQVR42mNoIAAYRhWMKhhVMFIVAABCAAAfN5c2AAAAAABJRU5ErkJggg=="
)
"""A grey PNG of 32 x 32 pixels."""


def _machine() -> Check:
    found = f"bgstudio {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return "installation", sys.version_info >= (3, 11), f"{found}, {os.cpu_count()} cores"


def _memory() -> Check:
    free = psutil.virtual_memory().available / 1e9
    enough = free > 2.5
    return "memory", enough, f"{free:.1f} GB free" + ("" if enough else "; pictures need about 2.5 GB: close something")


def _packages() -> list[Check]:
    out: list[Check] = []
    for name in PACKAGES:
        try:
            out.append((name, True, version(name)))
        except PackageNotFoundError:
            out.append((name, False, "missing; install the package again"))
    return out


def _decoder() -> Check:
    decoder = build_decoder(settings())
    try:
        decoder(_DOT)
        return "photo decoder", True, "works"
    except StudioError as error:
        return "photo decoder", False, str(error)
    finally:
        decoder.close()


def _renderer() -> Check:
    backend = build_backend(settings())
    try:
        facts, notes = backend.start()
        compiled = facts.get("variant") == "llvm"
        return (
            "renderer",
            compiled or settings().renderer == "scalar",
            f"{facts.get('variant')} variant. {' '.join(notes)}",
        )
    except StudioError as error:
        return "renderer", False, str(error)
    finally:
        backend.close()


def _marks() -> Check:
    """Which marks pictures carry, and who signs; a mark that is off is the host's decision, and no fault."""
    try:
        marker = build_marker(settings())
        if Mark.CREDENTIALS not in marker.wanted:
            return "marks", True, f"{_listed(marker.wanted)}; not signed, as BGSTUDIO_MARKS says"
        if marker.notes:
            return "marks", True, f"{_listed(marker.wanted)}. {marker.notes[0]}"
        if settings().credentials_certificate is None:
            return "marks", True, f"{_listed(marker.wanted)}; signed with a self-made certificate"
        key = build_signing_key(settings())
    except StudioError as error:
        return "marks", False, str(error)
    good = key.until > datetime.now(UTC)
    state = "valid until" if good else "no signature counts any more: expired on"
    return "marks", good, f"{_listed(marker.wanted)}; the host's own certificate, {state} {key.until:%Y-%m-%d}"


def _listed(wanted: frozenset[Mark]) -> str:
    return ", ".join(mark.value for mark in Mark if mark in wanted) or "none"


def _weights() -> list[Check]:
    store = build_weights(settings())
    out: list[Check] = []
    for standing in store.list():
        if standing.row.consent:
            continue
        later = "not here yet; fetched on first use" if not settings().offline else "not here, and fetching is off"
        here = f"here, {standing.path}" if standing.present else later
        out.append((f"weights {standing.row.name}", standing.present or not settings().offline, here))
    return out
