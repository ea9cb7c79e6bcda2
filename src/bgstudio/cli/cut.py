"""``bgstudio cut``: the product alone, with its mask and how sure it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bgstudio.bootstrap import build_studio, settings
from bgstudio.cli.files import read_photo, stem_of, write_file
from bgstudio.cli.terminal import err, interrupted, out, print_json, progress, tell_error
from bgstudio.domain.cutout import Cutout
from bgstudio.errors import Cancelled, StudioError
from bgstudio.export import confidence_png, mask_png


def command(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos of products; '-' reads one from standard input.")],
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path(),
    preview: Annotated[bool, typer.Option(help="Faster and coarser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
) -> None:  # fmt: skip
    """Cut products out: a transparent PNG (straight alpha), its mask, and a map of where the mask is sure."""
    config = settings()
    reports: list[dict[str, Any]] = []
    failed: StudioError | None = None
    with build_studio(config) as studio:
        studio.warm_up(backend=False, words=False, preview=preview)
        for photo in photos:
            try:
                with progress(stem_of(photo), quiet=as_json) as tell:
                    picture = studio.open(read_photo(photo, config.max_bytes))
                    cutout = studio.cut(picture, preview=preview, progress=tell, cancel=interrupted)
            except Cancelled:
                raise
            except StudioError as error:
                failed = error
                tell_error(error, str(photo))
                continue
            base = output / stem_of(photo)
            files = {
                base.with_name(f"{base.name}-cutout.png"): studio.cutout_file(cutout),
                base.with_name(f"{base.name}-mask.png"): mask_png(cutout),
                base.with_name(f"{base.name}-confidence.png"): confidence_png(cutout),
            }
            for path, data in files.items():
                write_file(path, data)
            reports.append(report(photo, list(files), cutout, picture.source.notes))
            if not as_json:
                _present(reports[-1])
    if as_json:
        print_json(reports)
    if failed is not None:
        raise typer.Exit(failed.exit_code)


def report(photo: Path, files: list[Path], cutout: Cutout, notes: tuple[str, ...]) -> dict[str, Any]:
    """What is known of a cut-out, for people and programs."""
    return {
        "photo": str(photo),
        "files": [str(file) for file in files],
        "model": cutout.model,
        "box": list(cutout.box),
        "doubts": [
            {"reason": doubt.reason, "box": list(doubt.box) if doubt.box else None, "severity": doubt.severity}
            for doubt in cutout.doubts
        ],
        "camera": {"pitch": cutout.view.pitch, "sure": cutout.view.sure, "rest": cutout.view.rest},
        "light": {"side": cutout.light.side, "strength": cutout.light.strength, "fit": cutout.light.fit},
        "notes": [*notes, *cutout.notes],
    }


def _present(told: dict[str, Any]) -> None:
    out.print(told["files"][0], markup=False)
    for doubt in told["doubts"]:
        where = f" (at {doubt['box']})" if doubt["box"] else ""
        err.print(f"  doubt: {doubt['reason']}{where}", markup=False)
    if err.is_terminal:
        for note in told["notes"]:
            err.print(f"  note: {note}", markup=False)
