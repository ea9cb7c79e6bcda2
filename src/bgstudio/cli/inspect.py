"""``bgstudio inspect``: what the studio sees in a photo, before anything is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bgstudio.bootstrap import build_studio, settings
from bgstudio.cli import cut
from bgstudio.cli.files import read_photo, stem_of
from bgstudio.cli.terminal import out, print_json, progress
from bgstudio.domain.brief import Brief


def command(
    photo: Annotated[Path, typer.Argument(help="A photo of a product.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
) -> None:
    """Tell what is in a photo: format, cut-out, doubts, camera, light, and the look that would suit it."""
    config = settings()
    with build_studio(config) as studio:
        with progress(stem_of(photo), quiet=as_json) as tell:
            picture = studio.open(read_photo(photo, config.max_bytes))
            cutout = studio.cut(picture, progress=tell)
        scene = studio.direct(Brief(), cutout)[0]
    told = cut.report(photo, [], cutout, picture.source.notes)
    told |= {
        "format": picture.source.format,
        "size": [picture.width, picture.height],
        "profile": picture.source.profile,
        "suits": scene.name,
        "palette": scene.palette.model_dump(),
    }
    if as_json:
        print_json(told)
        return
    _present(told)


def _present(told: dict[str, Any]) -> None:
    left, top, right, bottom = told["box"]
    camera, light = told["camera"], told["light"]
    pitch = f"{camera['pitch']:.0f} degrees down" + ("" if camera["sure"] else " (assumed: it cannot be told)")
    lines = {
        "photo": f"{told['format']}, {told['size'][0]} x {told['size'][1]}, {told['profile'] or 'no colour profile'}",
        "product": f"{right - left} x {bottom - top} pixels, cut out by {told['model']}",
        "camera": f"{pitch}, product {camera['rest']}",
        "light": f"from the {light['side']}" if light["side"] else "cannot be told: the key light is free",
        "suits": told["suits"],
    }
    for name, text in lines.items():
        out.print(f"{name:10s}{text}", markup=False)
    for doubt in told["doubts"]:
        out.print(f"{'doubt':10s}{doubt['reason']}", markup=False)
    for note in told["notes"]:
        out.print(f"{'note':10s}{note}", markup=False)
