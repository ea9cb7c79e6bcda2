"""Make the pictures of the web page: sample products, and one finished example per preset.

    .venv/bin/python scripts/make_web_pictures.py [name of a preset ...]

Everything comes from the photos in ``examples/`` through the project's own studio. Takes some minutes on two cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from bgstudio.bootstrap import build_studio
from bgstudio.domain.brief import Brief
from bgstudio.domain.cutout import Cutout
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.studio import Studio

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "src" / "bgstudio" / "web" / "static" / "img"
SIDE = 464

SHOWN = {
    "arch-podium": ("bottle", 4),
    "colour-paper": ("tea", 2),
    "concrete-leaves": ("bottle", 1),
    "dark-acrylic": ("bottle", 3),
    "dark-slate": ("mug", 1),
    "flat-lay": ("tea", 1),
    "linen": ("mug", 2),
    "living-room": ("tea", 1),
    "marble-counter": ("bottle", 2),
    "oak-table": ("mug", 1),
    "plaster-wall": ("tea", 3),
    "seamless": ("mug", 1),
    "snow": ("tea", 1),
    "sunny-terrace": ("mug", 3),
    "terrazzo-blocks": ("tea", 5),
    "water-stones": ("bottle", 1),
    "white-packshot": ("mug", 1),
}
"""Preset: (example photo, seed)."""


def products(studio: Studio) -> dict[str, Cutout]:
    """Cut out each example photo; write its sample files on the way."""
    cut: dict[str, Cutout] = {}
    for name in sorted({photo for photo, _ in SHOWN.values()}):
        data = (ROOT / "examples" / f"{name}.jpg").read_bytes()
        cut[name] = studio.cut(studio.open(data))
        photo = Image.open(ROOT / "examples" / f"{name}.jpg").convert("RGB")
        photo.save(IMAGES / "samples" / f"{name}.jpg", quality=84, optimize=True, progressive=True)
        photo.crop((0, 225, 1200, 1425)).resize((120, 120), Image.Resampling.LANCZOS).save(
            IMAGES / "samples" / f"{name}-photo.webp", quality=80, method=6
        )
        stand(cut[name]).save(IMAGES / "samples" / f"{name}.webp", quality=80, method=6)
    return cut


def stand(cutout: Cutout) -> Image.Image:
    """The product alone, cropped to itself, as the page shows it standing on its floor."""
    alpha = (np.clip(cutout.alpha, 0, 1) * 255 + 0.5).astype(np.uint8)
    image = Image.fromarray(np.dstack([linear_to_bytes(cutout.rgb), alpha]), "RGBA")
    image = image.crop(cutout.box)
    return image.resize((round(image.width * 0.75), round(image.height * 0.75)), Image.Resampling.LANCZOS)


def main() -> None:
    """Make what is named, or everything."""
    wanted = sys.argv[1:] or list(SHOWN)
    with build_studio() as studio:
        cut = products(studio)
        for preset in wanted:
            product, seed = SHOWN[preset]
            brief = Brief(preset=preset, width=SIDE * 2, height=SIDE * 2, seed=seed)
            (scene,) = studio.direct(brief, cut[product])
            render = studio.expose(brief, scene, cut[product], seed)
            image = Image.fromarray(np.asarray(render.pixels)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            file = IMAGES / "looks" / f"{preset}.webp"
            image.save(file, quality=82, method=6)
            print(f"{file.relative_to(ROOT)}  {file.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main()
