"""What is known of a cut-out and of a picture, as JSON-ready values for the service."""

from __future__ import annotations

from typing import Any

from bgstudio.direction.palette import from_lab, read_colours
from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.picture import SourceNotes
from bgstudio.domain.render import Render
from bgstudio.errors import StudioError, UnknownPreset
from bgstudio.studio import Studio

LOOK_AGAIN = 0.5
"""Severity of a doubt above which a cut-out does not count as clean."""


def cutout_facts(studio: Studio, cutout: Cutout, source: SourceNotes | None, *, quick: bool) -> dict[str, Any]:
    """Facts of a cut-out; lengths are in pixels of the photo as it was decoded, angles in degrees."""
    height, width = cutout.alpha.shape
    return {
        "size": [width, height],
        "box": list(cutout.box),
        "model": cutout.model,
        "clean": all(doubt.severity <= LOOK_AGAIN for doubt in cutout.doubts),
        "doubts": [
            {"reason": doubt.reason, "box": list(doubt.box) if doubt.box else None, "severity": doubt.severity}
            for doubt in cutout.doubts
        ],
        "notes": [*(source.notes if source else ()), *cutout.notes],
        "light": {"side": cutout.light.side, "sure": cutout.light.side is not None},
        "camera": {"pitch": round(cutout.view.pitch, 1), "sure": cutout.view.sure, "rest": cutout.view.rest},
        "suits": _suits(studio, cutout),
        "palette": [from_lab(centre) for centre in read_colours(cutout).centres],
        "quick": quick,
    }


def picture_facts(
    studio: Studio, render: Render, source: SourceNotes | None, number: int, seconds: float
) -> dict[str, Any]:
    """Facts of a finished picture; ``seconds`` it took from the sealed photo to here."""
    scene = render.shot.scene
    notes = [*(source.notes if source else ()), *render.plate.notes, *scene.notes]
    return {
        "number": number,
        "preset": scene.name,
        "title": _title(studio, scene.name),
        "seed": render.shot.seed,
        "width": render.shot.width,
        "height": render.shot.height,
        "backend": render.plate.backend,
        "notes": list(dict.fromkeys(notes)),
        "report": render.report.model_dump(mode="json"),
        "seconds": round(seconds, 3),
    }


def _suits(studio: Studio, cutout: Cutout) -> str | None:
    """The look that is chosen where nothing is asked for."""
    try:
        return studio.direct(Brief(), cutout)[0].name
    except StudioError:
        return None


def _title(studio: Studio, name: str) -> str:
    try:
        return studio.director.preset(name).title
    except UnknownPreset:
        return name
