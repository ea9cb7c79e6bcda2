"""How near the stand-in's shadow and reflection come to the truth.

    python -m bench.grounding [--models DIR] [--size 512] [--quick] [--tiny] [--keep DIR] [--sheet FILE.jpg]

Products of known shape are photographed with the path tracer, cut out (their alpha is known exactly) and set into
three sets. What the stand-in does there is compared with the real mesh in the same set, beside no shadow at all, a
flat card, a painted drop shadow whose brush is tuned per set, and plain inflation. Constants of the stand-in and of the
brush were chosen on the tuning models only; the others are held out, and the figures that count are theirs. The camera
of the set is the camera of the photo, then off by 3 and 6 degrees. Prints a table and one JSON line last.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.common import MATERIAL, contact_sheet, finish
from bgstudio.backends.raytrace import runtime

runtime.prepare("llvm", 0)

from bench.truth import baselines  # noqa: E402  # the renderer must be chosen before it is imported
from bench.truth.measure import measure, outside  # noqa: E402
from bench.truth.models import MODELS, Model, load  # noqa: E402
from bench.truth.painted import Brush, brushes  # noqa: E402
from bench.truth.render import render  # noqa: E402
from bench.truth.sets import SETS, Set, photo_light  # noqa: E402
from bgstudio.backends.raytrace.camera import Camera  # noqa: E402
from bgstudio.backends.raytrace.kit.material import Material, Shape, Texture  # noqa: E402
from bgstudio.backends.raytrace.kit.mesh import Mesh  # noqa: E402
from bgstudio.backends.raytrace.proxy import stand_in  # noqa: E402
from bgstudio.backends.raytrace.proxy.lattice import trimmed  # noqa: E402
from bgstudio.backends.raytrace.proxy.standin import spread_colours  # noqa: E402
from bgstudio.domain.scene import CameraSpec  # noqa: E402
from bgstudio.domain.shot import Rect  # noqa: E402
from bgstudio.pixels.colour import luminance, quantise, to_encoded, to_linear, tone_curve  # noqa: E402
from bgstudio.pixels.types import Byte, Float  # noqa: E402

BASE = 0.78
"""Where products stand in the frame."""

OFF = (-6, -3, 3, 6)
"""Degrees by which the set's camera looks down less or more than the photo's."""

SOLIDS: dict[str, Callable[[Camera, Float, Float, Rect], Mesh]] = {
    "card": baselines.card,
    "inflation": baselines.inflation,
    "ours": lambda camera, rgb, alpha, rect: stand_in(camera, rgb, alpha, rect).mesh,
}

CANDIDATES = ("none", "card", "painted", "inflation", "ours")

Figures = dict[str, float]


@dataclass(frozen=True, eq=False)
class Photo:
    """A product's picture: linear straight colours (H, W, 3) and alpha (H, W) of the whole frame."""

    model: Model
    shapes: list[Shape]
    rgb: Float
    alpha: Float

    @property
    def rect(self) -> Rect:
        """The box of everything that is not empty."""
        rows, cols = np.flatnonzero(self.alpha.max(1) > 0.004), np.flatnonzero(self.alpha.max(0) > 0.004)
        return Rect(int(cols[0]), int(rows[0]), int(cols[-1] - cols[0]) + 1, int(rows[-1] - rows[0]) + 1)

    def cropped(self) -> tuple[Float, Float]:
        """Colours and alpha of the box."""
        r = self.rect
        part = np.s_[r.top : r.bottom, r.left : r.right]
        return self.rgb[part], self.alpha[part]


class Bench:
    """Renders what is asked for, each thing once.

    Args:
        size: pixels of the square pictures.
        spp: samples of the truth; stand-ins get half.
        keep: folder where photos, plates and truths are kept between runs, or None.
    """

    def __init__(self, size: int, spp: int, keep: Path | None) -> None:
        self.size, self.spp, self._keep = size, spp, keep
        self._memory: dict[str, Float] = {}

    def camera(self, pitch: float) -> Camera:
        """The camera of photos and sets."""
        return Camera.looking(CameraSpec(pitch=pitch, base=BASE), self.size, self.size)

    def photo(self, model: Model, shapes: list[Shape]) -> Photo:
        """The product before nothing, in the photo's light."""

        def make() -> Float:
            colour, alpha = render(shapes, photo_light(), self.camera(model.pitch), self.spp)
            straight = np.where(alpha[..., None] > 0.02, colour / np.maximum(alpha, 0.02)[..., None], 0)
            return np.dstack([tone_curve(straight.astype(np.float32)), alpha])

        rgba = self._once(f"photo-{model.name}-{model.yaw:g}-{model.pitch:g}", make)
        return Photo(model, shapes, np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3]))

    def plate(self, stage: Set, pitch: float) -> Float:
        """The empty set."""
        return self._once(
            f"plate-{stage.name}-{pitch:g}", lambda: render(*stage.build(), self.camera(pitch), self.spp)[0]
        )

    def truth(self, photo: Photo, stage: Set) -> Float:
        """The set with the real mesh."""
        model = photo.model

        def make() -> Float:
            shapes, lights = stage.build()
            return render([*shapes, *photo.shapes], lights, self.camera(model.pitch), self.spp, seed=7)[0]

        return self._once(f"truth-{stage.name}-{model.name}-{model.yaw:g}-{model.pitch:g}", make)

    def solid(self, photo: Photo, stage: Set, kind: str, pitch: float) -> Float:
        """The set with a stand-in."""
        camera = self.camera(pitch)
        rgb, alpha = photo.cropped()
        cut = trimmed(rgb, alpha, photo.rect)
        texture = Texture(spread_colours(cut.rgb, cut.alpha))
        shape = Shape(SOLIDS[kind](camera, rgb, alpha, photo.rect), Material(texture, matt=True))
        shapes, lights = stage.build()
        return render([*shapes, shape], lights, camera, max(1, self.spp // 2), seed=3)[0]

    def _once(self, name: str, make: Callable[[], Float]) -> Float:
        if name not in self._memory:
            path = None if self._keep is None else self._keep / f"{name}-{self.size}-{self.spp}.npy"
            if path is not None and path.exists():
                self._memory[name] = np.load(path).astype(np.float32)
            else:
                self._memory[name] = make().astype(np.float16).astype(np.float32)
                if path is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    np.save(path, self._memory[name].astype(np.float16))
        return self._memory[name]


def exposure(plate: Float, stage: Set) -> float:
    """Factor that exposes a set."""
    return stage.level / max(1e-6, float(np.percentile(luminance(plate), stage.percentile)))


def display(picture: Float, factor: float) -> Float:
    """Display-encoded, 0..1."""
    return to_encoded(tone_curve(picture, factor))


def to_bytes(shown: Float, photo: Photo) -> Byte:
    """An encoded picture with the product's own pixels laid over it."""
    over = photo.alpha[..., None]
    return quantise(shown * (1 - over) + to_encoded(photo.rgb) * over)


def tune_brush(bench: Bench, photos: list[Photo], stage: Set) -> Brush:
    """The brush whose drop shadows have the least error on the tuning models."""
    cases: list[list[Float]] = []
    for photo in photos:
        plate = bench.plate(stage, photo.model.pitch)
        factor = exposure(plate, stage)
        side = min(128, bench.size)
        pictures = (
            to_encoded(photo.rgb),
            photo.alpha,
            display(plate, factor),
            display(bench.truth(photo, stage), factor),
        )
        small = [cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA) for x in pictures]
        cases.append([x.astype(np.float32) for x in small])

    def error(brush: Brush) -> float:
        found = []
        for rgb, alpha, plate, truth in cases:
            away = ((brush.paint(plate, rgb, alpha) - truth) ** 2).mean(-1)[outside(alpha)]
            found.append(float(np.sqrt(away.mean())))
        return float(np.mean(found))

    return min(brushes(stage.mirror), key=error)


def compare(
    bench: Bench, photo: Photo, stage: Set, kind: str, brush: Brush, shown: list[tuple[str, Byte]] | None = None
) -> Figures:
    """Figures of one candidate."""
    pitch = photo.model.pitch
    plate, truth = bench.plate(stage, pitch), bench.truth(photo, stage)
    factor = exposure(plate, stage)
    p, t = display(plate, factor), display(truth, factor)
    if kind == "none":
        ours, o = plate, p
    elif kind == "painted":
        painted = brush.paint(p, to_encoded(photo.rgb), photo.alpha)
        # the curve is taken back by ratio: what was not painted stays as it was
        o, ours = painted, (plate * to_linear(painted) / np.maximum(to_linear(p), 1e-6)).astype(np.float32)
    else:
        ours = bench.solid(photo, stage, kind, pitch)
        o = display(ours, factor)
    figures = measure((truth, ours, plate), (t, o, p), photo.alpha, stage.mirror)
    if shown is not None:
        shown.append((f"{kind} {figures['shadow']:.1f}", to_bytes(o, photo)))
    return figures


def tilted(bench: Bench, photo: Photo, stage: Set, kind: str, off: float) -> Figures:
    """Figures of a stand-in in a set whose camera looks down by another angle than the photo's.

    There is no truth for that camera. What the product takes from the light there, and what it adds, is carried over to
    the plate of the photo's own camera: the product stands in the same place of the frame in both.
    """
    pitch = max(1.0, photo.model.pitch + off)
    other = bench.plate(stage, pitch)
    lit = bench.solid(photo, stage, kind, pitch)
    plate, truth = bench.plate(stage, photo.model.pitch), bench.truth(photo, stage)
    carried = plate * np.minimum(lit / np.maximum(other, 1e-5), 1) + np.maximum(lit - other, 0)
    factor = exposure(plate, stage)
    shown = (display(truth, factor), display(carried, factor), display(plate, factor))
    return measure((truth, carried, plate), shown, photo.alpha, stage.mirror)


def mean(values: Iterable[float]) -> float:
    """Of those that are numbers."""
    kept = [v for v in values if np.isfinite(v)]
    return float(np.mean(kept)) if kept else float("nan")


Results = dict[tuple[str, str, str], Figures]
"""By candidate, set and model."""


def summary(results: Results, models: list[Model], sets: list[Set]) -> dict[str, Any]:
    """Means per candidate, ratios to the baselines and the worst model, over one group of models."""
    names = [m.name for m in models]
    table: dict[str, Figures] = {}
    for kind in CANDIDATES:
        rows = [results[kind, s.name, n] for s in sets for n in names]
        table[kind] = {
            key: round(mean(r.get(key, np.nan) for r in rows), 3) for key in ("shadow", "ber", "reflection", "gap")
        }
        for s in sets:
            table[kind][f"shadow_{s.name}"] = round(mean(results[kind, s.name, n]["shadow"] for n in names), 2)

    def per_model(kind: str, name: str) -> float:
        return mean(results[kind, s.name, name]["shadow"] for s in sets)

    against = {n: round(per_model("ours", n) / per_model("inflation", n), 3) for n in names}
    return {
        "table": table,
        "to_painted": round(table["ours"]["shadow"] / table["painted"]["shadow"], 3),
        "to_inflation": round(table["ours"]["shadow"] / table["inflation"]["shadow"], 3),
        "worst_to_inflation": max(against.items(), key=lambda kv: kv[1]),
        "to_inflation_by_model": against,
        "gap_by_model": {n: round(mean(results["ours", s.name, n]["gap"] for s in sets), 2) for n in names},
    }


def print_group(title: str, group: dict[str, Any]) -> None:
    """One group's table."""
    print(f"\n{title}")
    print(f"{'':12s}{'shadow':>8s}{'ber':>8s}{'refl':>8s}{'gap':>8s}   shadow by set")
    for kind, row in group["table"].items():
        by_set = "  ".join(f"{k[7:]} {v:.1f}" for k, v in row.items() if k.startswith("shadow_"))
        print(f"{kind:12s}{row['shadow']:8.2f}{row['ber']:8.3f}{row['reflection']:8.2f}{row['gap']:8.2f}   {by_set}")
    print(
        f"ours to painted {group['to_painted']}, to inflation {group['to_inflation']}; {group['to_inflation_by_model']}"
    )


def main() -> None:
    """Parse, render, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, default=MATERIAL / "gt_models")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--spp", type=int, default=64, help="of the truth; a power of two")
    parser.add_argument("--quick", action="store_true", help="256 px, half the samples, no tilted cameras")
    parser.add_argument("--tiny", action="store_true", help="one model, one set, 96 px: shows that it runs")
    parser.add_argument("--only", default="", help="names of models, comma-separated")
    parser.add_argument("--group", choices=["all", "tuning", "held-out"], default="all")
    parser.add_argument("--keep", type=Path, default=None, help="folder for renders that do not depend on the stand-in")
    parser.add_argument("--sheet", type=Path, default=None, help="a picture of all candidates")
    options = parser.parse_args()
    models, sets = list(MODELS), list(SETS)
    if options.quick:
        options.size, options.spp = min(256, options.size), 32
    if options.tiny:
        options.size, options.spp, sets = 96, 8, [SETS[0]]
        options.only, options.quick = "box", True
    if options.only:
        models = [m for m in models if m.name in options.only.split(",")]
    if options.group != "all":
        models = [m for m in models if m.tuning == (options.group == "tuning")]
    run(Bench(options.size, options.spp, options.keep), models, sets, options)


def teachers(bench: Bench, folder: Path) -> list[Photo]:
    """The photos that the brush is tuned on, whichever models are asked for."""
    if bench.size < 128:
        return [bench.photo(m, load(m, folder) or []) for m in MODELS if m.name == "box"]
    loaded = [(m, load(m, folder)) for m in MODELS if m.tuning]
    return [bench.photo(m, shapes) for m, shapes in loaded if shapes is not None]


def run(bench: Bench, models: list[Model], sets: list[Set], options: argparse.Namespace) -> None:
    """All comparisons."""
    photos, missing = [], []
    for model in models:
        shapes = load(model, options.models)
        if shapes is None:
            missing.append(model.name)
        else:
            photos.append(bench.photo(model, shapes))
    painters = {s.name: tune_brush(bench, teachers(bench, options.models), s) for s in sets}
    results: Results = {}
    sheet: list[list[tuple[str, Byte]]] = []
    for photo in photos:
        name = photo.model.name
        for s in sets:
            row: list[tuple[str, Byte]] | None = None if options.sheet is None else []
            for kind in CANDIDATES:
                results[kind, s.name, name] = compare(bench, photo, s, kind, painters[s.name], row)
            if row is not None:
                plate = bench.plate(s, photo.model.pitch)
                real = display(bench.truth(photo, s), exposure(plate, s))
                sheet.append([(f"{name} {s.name}", to_bytes(real, photo)), *row])
        line = "  ".join(f"{k} {mean(results[k, s.name, name]['shadow'] for s in sets):.1f}" for k in CANDIDATES)
        print(f"{name:28s}{'tuning  ' if photo.model.tuning else 'held out'}  {line}", flush=True)
    out: dict[str, Any] = {"bench": "grounding", "size": bench.size, "spp": bench.spp, "sets": [s.name for s in sets]}
    for key, chosen in (("held_out", False), ("tuning", True)):
        group = [p.model for p in photos if p.model.tuning == chosen]
        if group:
            out[key] = {"models": [m.name for m in group], **summary(results, group, sets)}
            print_group(f"{key} ({len(group)} models)", out[key])
    if missing:
        out["not_read"] = missing
    if not options.quick:
        out["tilted"] = tilt(bench, photos, sets[0])
    if options.sheet is not None:
        contact_sheet(options.sheet, sheet, side=min(320, bench.size))
    finish(out)


def tilt(bench: Bench, photos: list[Photo], stage: Set) -> dict[str, Any]:
    """Shadow error in the first set with the camera off, by group, candidate and degrees."""
    out: dict[str, Any] = {}
    for key, chosen in (("held_out", False), ("tuning", True)):
        group = [p for p in photos if p.model.tuning == chosen]
        if not group:
            continue
        rows: dict[str, dict[str, Figures]] = {}
        for kind in ("inflation", "ours"):
            rows[kind] = {}
            for off in (0, *OFF):
                found = [tilted(bench, p, stage, kind, off) for p in group]
                rows[kind][f"{off:+d}"] = {k: round(mean(f[k] for f in found), 2) for k in ("shadow", "ber", "gap")}
            shadows = "  ".join(f"{k} {v['shadow']:.1f}" for k, v in rows[kind].items())
            print(f"camera off by degrees, {key}, {stage.name}, {kind}: {shadows}", flush=True)
        out[key] = rows
    return out


if __name__ == "__main__":
    main()
