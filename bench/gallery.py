"""Contact sheets: photos down, looks across.

    python -m bench.gallery --photos DIR --presets auto,seamless,arch-podium --size 512 --out out/gallery

Prints findings by code and one JSON line last: pictures, changed product pixels (0 is the promise), publishable
pictures, problems and warnings. The sheets are there to be looked at.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bench.common import MATERIAL, contact_sheet, finish, on_checkerboard, photos_in
from bgstudio.bootstrap import build_studio
from bgstudio.domain.brief import Brief, Quality
from bgstudio.domain.cutout import Cutout
from bgstudio.errors import StudioError
from bgstudio.pixels.colour import linear_to_bytes, quantise
from bgstudio.pixels.resample import resize_straight
from bgstudio.pixels.types import Byte
from bgstudio.studio import Studio


def main() -> None:
    """Parse, shoot everything, write sheets, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=MATERIAL / "photos")
    parser.add_argument("--presets", default="auto,seamless,arch-podium,dark-acrylic,concrete-leaves,white-packshot")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--quality", default="final", choices=[q.value for q in Quality])
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=8, help="photos per sheet")
    parser.add_argument("--out", type=Path, default=Path("out/gallery"))
    options = parser.parse_args()
    photos = photos_in(options.photos, options.limit)
    with build_studio() as studio:
        presets = options.presets.split(",")
        if presets == ["all"]:
            presets = [preset.name for preset in studio.director.presets()]
        tally = Tally()
        for start in range(0, len(photos), options.rows):
            rows = [shoot_row(studio, photo, presets, options, tally) for photo in photos[start : start + options.rows]]
            path = options.out / f"sheet-{start // options.rows:02d}.jpg"
            contact_sheet(path, rows, side=min(options.size, 320))
            print(f"wrote {path}", flush=True)
    for code, number in tally.findings.most_common():
        print(f"{number:5d}  {code}")
    finish({"bench": "gallery", "photos": len(photos), "presets": presets, **tally.figures()})


class Tally:
    """Figures over all pictures."""

    def __init__(self) -> None:
        self.pictures = self.changed = self.publishable = self.refused = self.failed = 0
        self.findings: Counter[str] = Counter()

    def figures(self) -> dict[str, Any]:
        """As they go into the JSON line."""
        return {
            "pictures": self.pictures,
            "changed_product_pixels": self.changed,
            "without_problem": self.publishable,
            "photos_refused": self.refused,
            "pictures_failed": self.failed,
            "findings": dict(self.findings),
        }


def shoot_row(
    studio: Studio, photo: Path, presets: list[str], options: argparse.Namespace, tally: Tally
) -> list[tuple[str, Byte]]:
    """The photo, its cut-out, and a picture per preset."""
    quality = Quality(options.quality)
    try:
        picture = studio.open(photo.read_bytes())
        cutout = studio.cut(picture, preview=quality is Quality.PREVIEW)
    except StudioError as error:
        tally.refused += 1
        print(f"{photo.name}: {error}", flush=True)
        return []
    row = [(photo.stem[-50:], thumbnail(picture.rgb)), (_reading(cutout), cutout_thumbnail(cutout))]
    for name in presets:
        brief = Brief(
            preset=None if name == "auto" else name,
            width=options.size, height=options.size, quality=quality, seed=options.seed,
        )  # fmt: skip
        scene = studio.direct(brief, cutout)[0]
        try:
            render = studio.expose(brief, scene, cutout, brief.seed)
        except StudioError as error:
            tally.failed += 1
            print(f"{photo.name}, {scene.name}: {error}", flush=True)
            continue
        tally.pictures += 1
        tally.changed += render.report.changed_pixels
        tally.publishable += render.report.publishable
        loud = [finding for finding in render.report.findings if finding.level != "note"]
        tally.findings.update(f"{finding.level}: {finding.code}" for finding in loud)
        marks = " ".join(f"{finding.level[0].upper()}:{finding.code}" for finding in loud)
        row.append((f"{scene.name} {marks}", render.pixels))
    print(f"{photo.name}: {' | '.join(text for text, _ in row[1:])}", flush=True)
    return row


def thumbnail(rgb: Any, side: int = 512) -> Byte:
    """A linear picture, reduced and encoded."""
    h, w = rgb.shape[:2]
    k = min(1.0, side / max(h, w))
    small, _ = resize_straight(rgb, np.ones((h, w), np.float32), max(1, round(w * k)), max(1, round(h * k)))
    return linear_to_bytes(small)


def cutout_thumbnail(cutout: Cutout, side: int = 512) -> Byte:
    """The product on a checkerboard, reduced."""
    rgb, alpha = cutout.cropped()
    h, w = alpha.shape
    k = min(1.0, side / max(h, w))
    small, matte = resize_straight(rgb, alpha, max(1, round(w * k)), max(1, round(h * k)))
    return on_checkerboard(linear_to_bytes(small), quantise(matte))


def _reading(cutout: Cutout) -> str:
    view, light = cutout.view, cutout.light
    sure = "" if view.sure else "?"
    return f"{view.pitch:.0f}{sure} {view.rest}{'' if view.rest_sure else '?'} light {light.side}"


if __name__ == "__main__":
    main()
