"""Makes the pictures of the README from the example photos: ``python scripts/make_readme_pictures.py``."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from bgstudio.bootstrap import build_studio
from bgstudio.domain.brief import Brief

SIDE = 480
PICTURES = (("bottle", "arch-podium", 1), ("bottle", "dark-acrylic", 0), ("bottle", "concrete-leaves", 1))


def main() -> None:
    """Photo and three results, small JPEGs in docs/images."""
    folder = Path("docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    with build_studio() as studio:
        for name in sorted({name for name, _, _ in PICTURES}):
            data = Path(f"examples/{name}.jpg").read_bytes()
            photo = Image.open(io.BytesIO(data))
            photo.resize((round(SIDE * photo.width / photo.height), SIDE)).save(
                folder / f"{name}-photo.jpg", quality=86
            )
        for name, preset, seed in PICTURES:
            picture = studio.open(Path(f"examples/{name}.jpg").read_bytes())
            brief = Brief(preset=preset, seed=seed, width=960, height=960, product_cm=18)
            render = next(iter(studio.shoot(picture, brief)))
            small = Image.fromarray(render.pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            small.save(folder / f"{name}-{preset}.jpg", quality=86)
            print(f"{name} {preset}: {render.report.changed_pixels} changed pixels")


if __name__ == "__main__":
    main()
