"""The watermark: what it outlives, what it costs, and whether it is ever seen where it is not.

    python -m bench.watermark [--presets all] [--sizes 1024,512] [--unmarked 60] [--tiny]

Renders each look once at each size, marks it, puts it through what pictures go through, and looks for the mark.
Unmarked are the same pictures before, and photos of the collection, each through the same. Prints a table and one JSON
line last: by attack the part found, the part read, and the part of wrong bits among those found; decibels outside the
product; product pixels that changed (0 is the promise); false alarms.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.common import EXAMPLES, MATERIAL, finish, photos_in
from bgstudio.bootstrap import build_studio
from bgstudio.domain.brief import Brief, Quality
from bgstudio.domain.making import Maker, Making
from bgstudio.domain.render import Composite
from bgstudio.marks import Marker
from bgstudio.marks.watermark import find
from bgstudio.marks.word import Word, bits_of
from bgstudio.pixels.types import Byte
from bgstudio.studio import Studio

Attack = Callable[[Byte], Byte]


def saved(file_format: str, quality: int) -> Attack:
    """Through a file that another program might write, with its colours at half resolution."""

    def attack(pixels: Byte) -> Byte:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, file_format, quality=quality)
        return np.asarray(Image.open(buffer).convert("RGB"))

    return attack


def to(factor: float) -> Attack:
    """Another width and height."""

    def attack(pixels: Byte) -> Byte:
        size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))

    return attack


def cropped(pixels: Byte) -> Byte:
    """A tenth less of each side, off the tiles' grid."""
    height, width = pixels.shape[:2]
    return np.ascontiguousarray(pixels[int(0.07 * height) : int(0.97 * height), int(0.04 * width) : int(0.94 * width)])


def after(*attacks: Attack) -> Attack:
    """One after the other."""

    def attack(pixels: Byte) -> Byte:
        for one in attacks:
            pixels = one(pixels)
        return pixels

    return attack


half = to(0.5)

ATTACKS: dict[str, Attack] = {
    "none": after(),
    "jpeg 75": saved("JPEG", 75),
    "webp 80": saved("WEBP", 80),
    "avif 70": saved("AVIF", 70),
    "half": half,
    "crop": cropped,
    "crop, jpeg 75": after(cropped, saved("JPEG", 75)),
    "half, jpeg 75": after(half, saved("JPEG", 75)),
    "half, webp 80": after(half, saved("WEBP", 80)),
    "x 0.78, jpeg 85": after(to(800 / 1024), saved("JPEG", 85)),
    "x 1.3, jpeg 85": after(to(1.3), saved("JPEG", 85)),
    "crop, x 0.6, jpeg 85": after(cropped, to(0.6), saved("JPEG", 85)),
}


@dataclass
class Tally:
    """What was counted."""

    pictures: int = 0
    changed: int = 0
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    read: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    misread: int = 0
    wrong_bits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    decibels: list[float] = field(default_factory=list)
    looked: int = 0
    alarms: int = 0
    seconds: list[float] = field(default_factory=list)

    def marked(self, name: str, pixels: Byte, plain: Byte, alpha: Byte, word: Word) -> str:
        """Count one marked picture; the scores by attack as a line."""
        self.pictures += 1
        self.changed += int((pixels != plain).any(-1)[alpha > 0].sum())
        noise = np.square(pixels.astype(np.float64) - plain)[alpha == 0].mean()
        self.decibels.append(10 * float(np.log10(255**2 / max(noise, 1e-9))))
        scores = []
        for attack, how in ATTACKS.items():
            sign = find(how(pixels))
            self.found[attack] += sign is not None
            self.read[attack] += sign is not None and sign.word == word
            self.misread += sign is not None and sign.word not in (word, None)
            if sign is not None:
                self.wrong_bits[attack].append(float(np.mean(np.array(sign.bits) != bits_of(word))))
            scores.append("-" if sign is None else f"{sign.score:.0f}" + ("" if sign.word == word else "?"))
        return f"{name:24} {self.decibels[-1]:5.1f} dB  {' '.join(f'{score:>4}' for score in scores)}"

    def unmarked(self, pixels: Byte) -> None:
        """Count what has no mark."""
        for how in (ATTACKS["none"], ATTACKS["jpeg 75"], ATTACKS["half"]):
            attacked = how(pixels)
            began = time.perf_counter()
            sign = find(attacked)
            self.seconds.append(time.perf_counter() - began)
            self.looked += 1
            self.alarms += sign is not None

    def figures(self) -> dict[str, Any]:
        """As they go into the JSON line."""
        whole = max(1, self.pictures)
        return {
            "pictures": self.pictures,
            "changed_product_pixels": self.changed,
            "found": {attack: round(self.found[attack] / whole, 4) for attack in ATTACKS},
            "read": {attack: round(self.read[attack] / whole, 4) for attack in ATTACKS},
            "misread": self.misread,
            "bit_errors": {attack: round(float(np.mean(bits)), 4) for attack, bits in self.wrong_bits.items()},
            "decibels": [round(min(self.decibels), 2), round(float(np.mean(self.decibels)), 2)],
            "unmarked": self.looked,
            "false_alarms": self.alarms,
            "seconds_to_look": round(float(np.median(self.seconds)), 3) if self.seconds else None,
        }


def main() -> None:
    """Parse, render, attack, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", default="all")
    parser.add_argument("--sizes", default="1024,512")
    parser.add_argument("--photos", type=Path, default=MATERIAL / "photos")
    parser.add_argument("--unmarked", type=int, default=60, help="photos of the collection that have no mark")
    parser.add_argument("--tiny", action="store_true", help="one look at 256 px, no photos: shows that it runs")
    options = parser.parse_args()
    if options.tiny:
        options.presets, options.sizes, options.unmarked = "seamless", "256", 0
    tally = Tally()
    heads = " ".join(f"{name.replace(' ', '')[-4:]:>4}" for name in ATTACKS)
    print(f"{'':24} {'':9}  {heads}   scores; ? found and not read")
    with build_studio() as studio:
        for name, plain in pictures(studio, options):
            word = Word(Maker.SIMULATION, plain[2].photo.says, plain[2].number)
            pixels = Marker().composite(plain[0], plain[2])[0].pixels
            print(tally.marked(name, pixels, plain[0].pixels, plain[1], word), flush=True)
            tally.unmarked(plain[0].pixels)
        for path in photos_in(options.photos, options.unmarked) if options.unmarked else []:
            tally.unmarked(np.asarray(Image.open(path).convert("RGB")))
    finish({"bench": "watermark", "sizes": options.sizes, **tally.figures()})


def pictures(studio: Studio, options: argparse.Namespace) -> Iterator[tuple[str, tuple[Composite, Byte, Making]]]:
    """(name, (picture without a mark, product's alpha, making)) of every look at every size; products take turns."""
    bare = replace(studio, marker=Marker(frozenset()))
    cutouts = [studio.cut(studio.open(path.read_bytes()), preview=options.tiny) for path in photos_in(EXAMPLES)]
    names = [preset.name for preset in studio.director.presets()]
    wanted = names if options.presets == "all" else options.presets.split(",")
    quality = Quality.PREVIEW if options.tiny else Quality.FINAL
    for size in map(int, options.sizes.split(",")):
        for number, name in enumerate(wanted):
            cutout = cutouts[number % len(cutouts)]
            brief = Brief(preset=name, width=size, height=size, seed=number, quality=quality)
            render = bare.expose(brief, bare.direct(brief, cutout)[0], cutout, number)
            plain = Composite(render.pixels, render.layers)
            yield f"{name} {size}", (plain, render.layers.product[..., 3], render.making)


if __name__ == "__main__":
    main()
