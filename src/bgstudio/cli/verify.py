"""``bgstudio verify``: what the marks of pictures say of how they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bgstudio.bootstrap import build_decoder, settings
from bgstudio.cli.files import read_photo
from bgstudio.cli.terminal import out, print_json, tell_error
from bgstudio.errors import StudioError
from bgstudio.marks.telling import tell


def command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Pictures; '-' reads one from standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
) -> None:
    """Tell how pictures were made, as far as their marks say: Content Credentials, XMP and watermark."""
    config = settings()
    reports: list[dict[str, Any]] = []
    failed: StudioError | None = None
    with build_decoder(config) as decoder:
        for file in files:
            try:
                found = decoder.marks(read_photo(file, config.max_bytes))
            except StudioError as error:
                failed = error
                tell_error(error, str(file))
                reports.append({"file": str(file), "error": {"code": error.code, "what": error.what}})
                continue
            told = tell(found)
            reports.append({"file": str(file), **told.view(), "marks": found.model_dump(mode="json")})
            if not as_json:
                out.print(f"{file}: {told.headline}", markup=False)
                for sentence in told.sentences:
                    out.print(f"  {sentence}", markup=False)
    if as_json:
        print_json(reports)
    if failed is not None:
        raise typer.Exit(failed.exit_code)
