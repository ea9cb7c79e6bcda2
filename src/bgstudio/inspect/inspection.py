"""From measures to findings in plain words."""

from __future__ import annotations

from bgstudio.domain.cutout import Doubt
from bgstudio.domain.plate import Plate
from bgstudio.domain.render import Composite
from bgstudio.domain.report import Finding, Level, Report
from bgstudio.domain.shot import Shot
from bgstudio.inspect import measures
from bgstudio.inspect.redrawn import redrawn, redrawn_findings

HALO = 6.0
GAP = 3.0
CLIPPED = 0.02
WHITE = 0.35
"""Above this part of pure white the backdrop is meant to be white."""
SEPARATION = 14.0
ENLARGED = 1.35

_ORDER = {"problem": 0, "warning": 1, "note": 2}


def inspect_picture(shot: Shot, plate: Plate, composite: Composite, harmonise: float = 0.0) -> Report:
    """Measure a composite and say what a person should know before publishing it."""
    rgb, alpha = measures.product_in_frame(shot)
    total, changed = measures.changed_pixels(composite.pixels, rgb, alpha)
    clipped, luminance = measures.background_light(composite.pixels, alpha)
    gap = None
    if not shot.scene.camera.overhead:
        gap = measures.contact_gap(composite.layers.background, composite.pixels, alpha)
    report = Report(
        product_pixels=total,
        changed_pixels=changed,
        edge_halo=round(measures.edge_halo(composite.pixels, alpha), 3),
        contact_gap=None if gap is None else round(gap, 2),
        clipped_highlights=round(clipped, 5),
        mean_luminance=round(luminance, 4),
        horizon=None if plate.horizon is None else round(plate.horizon / shot.height, 4),
        redrawn=redrawn(plate),
    )
    findings = [*_product(report, harmonise), *_light(report), *_framing(shot), *_view(shot)]
    findings += redrawn_findings(report.redrawn, shot.height)
    if measures.separation(composite.pixels, alpha) < SEPARATION:
        findings.append(
            _finding("warning", "low_separation", "The product hardly stands out from this background. "
                     "Another colour or preset would show it better.")
        )  # fmt: skip
    findings += [_doubt(doubt) for doubt in shot.cutout.doubts]
    findings += [_finding("note", "remark", note) for note in (*shot.cutout.notes, *plate.notes, *shot.scene.notes)]
    findings.sort(key=lambda finding: _ORDER[finding.level])
    return report.model_copy(update={"findings": tuple(findings)})


def _finding(level: Level, code: str, message: str) -> Finding:
    return Finding(level=level, code=code, message=message)


def _product(report: Report, harmonise: float) -> list[Finding]:
    out = []
    if report.changed_pixels and harmonise > 0:
        out.append(
            _finding("note", "harmonised", "The product's colours were pulled towards the scene's light, as asked: "
                     f"{report.changed_pixels} of its {report.product_pixels} pixels differ from the photo.")
        )  # fmt: skip
    elif report.changed_pixels:
        out.append(
            _finding("problem", "product_changed", f"{report.changed_pixels} product pixels differ from the photo. "
                     "This must not happen: do not publish the picture, and please report it.")
        )  # fmt: skip
    if report.edge_halo > HALO:
        out.append(
            _finding("warning", "halo", "A fringe of the old backdrop may show around the product. "
                     "A photo before a plainer backdrop gives a cleaner edge.")
        )  # fmt: skip
    return out


def _light(report: Report) -> list[Finding]:
    out = []
    if report.contact_gap is not None and report.contact_gap > GAP:
        out.append(
            _finding("warning", "contact_gap", "There is a bright gap between the product's foot and its shadow: "
                     "it may look as if it floats.")
        )  # fmt: skip
    if CLIPPED < report.clipped_highlights < WHITE:
        out.append(
            _finding("warning", "clipped", f"{report.clipped_highlights:.0%} of the background is pure white without "
                     "detail. A softer light or a lower exposure keeps it.")
        )  # fmt: skip
    return out


def _framing(shot: Shot) -> list[Finding]:
    out = []
    left, top, right, bottom = shot.cutout.box
    scale = shot.rect.height / max(1, bottom - top)
    if scale > ENLARGED:
        out.append(
            _finding("warning", "enlarged", f"The product has {right - left} x {bottom - top} pixels in the photo and "
                     f"was enlarged {scale:.1f} times: it will look soft. Use a larger photo or a smaller picture.")
        )  # fmt: skip
    rect = shot.rect
    if rect.left < 0 or rect.top < 0 or rect.right > shot.width or rect.bottom > shot.height:
        out.append(_finding("warning", "cut_by_frame", "The product reaches beyond the picture's frame."))
    return out


def _view(shot: Shot) -> list[Finding]:
    view, camera = shot.cutout.view, shot.scene.camera
    if camera.overhead or not view.sure:
        return []
    if view.pitch - camera.pitch > 9:
        return [
            _finding("warning", "pitch", f"The photo looks down on the product by about {view.pitch:.0f} degrees, this "
                     f"set's camera by {camera.pitch:.0f}: it may seem to tip forward. "
                     "A photo taken lower, or the flat-lay preset, suits better.")
        ]  # fmt: skip
    return []


def _doubt(doubt: Doubt) -> Finding:
    level: Level = "problem" if doubt.severity > 0.8 else "warning" if doubt.severity > 0.4 else "note"
    return Finding(level=level, code="cutout", message=doubt.reason)
