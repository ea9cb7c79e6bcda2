"""What is done to a trained model's answer, on drawn products and answers whose faults are known.

``python -m bench.painted`` measures on the set of odd seeds; constants were chosen on the even ones:

- drift: products shifted by up to 24 px at 1024 and zoomed by .94 to 1.06, relit, recoloured, partly redrawn, packed as
  JPEG; error in pixels at 1024 at the product's worst corner, after registration;
- found: answers with a part grown onto the product that were refused; those whose part was explained as a shift or
  zoom and undone with it leave nothing to be seen, and are counted apart;
- twins: answers with a second product that were refused;
- false alarms: clean answers that were refused; counted apart where a thing in the product's own colours stands there,
  which nobody can tell from a part of it where it touches;
- overhead: CPU seconds of everything but the model for a picture of 1024 pixels, median.

``--fit`` fits the table of ``backends.painted.weighing`` on the even seeds and prints it; ``--more`` names a folder of
further real products for it, which no figure is measured on.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize

from bench.answers import Case, case
from bench.common import finish
from bgstudio.backends.painted import PaintedBackend
from bgstudio.backends.painted.canvas import Laid, fit_canvas, lay
from bgstudio.backends.painted.drift import Drift, Tracker, find_drift
from bgstudio.backends.painted.growth import find_regions
from bgstudio.backends.painted.guide import paint_guide
from bgstudio.backends.painted.judge import LOOK, judge, straightened
from bgstudio.backends.painted.weighing import MEASURES, WIDEST
from bgstudio.domain.painting import Ask, Sizes
from bgstudio.errors import ProductLost
from bgstudio.pixels.types import Bool, Byte, Double
from bgstudio.testing import GROWN_KINDS, Mischief, StandInPainter
from bgstudio.testing.painters import draw, drawn_product

SIDE = 640
HARMLESS = 0.012
"""Part of the product's area, left outside its mended outline, below which a grown part is not seen any more."""

PULL = 100.0
"""How strongly weights are drawn to zero; chosen by cross-validation on the even seeds."""

FURTHER = 4000
"""Added to the seeds of further real products, so that their answers are others."""

RING = 9
"""Pixels at 1024 around the product that are painted anew in any case."""


@dataclass(frozen=True, eq=False)
class Answered:
    """A case with its ask and answer."""

    case: Case
    laid: Laid
    ask: Ask
    answer: Byte


def answered(of: Case) -> Answered:
    canvas = fit_canvas(of.shot, Sizes())
    laid = lay(of.shot.cutout, canvas.rect, canvas.width, canvas.height)
    product = laid.rgba
    ask = Ask(paint_guide(laid, of.shot.scene), product, 255 - product[..., 3], "drawn", seed=of.shot.seed)
    return Answered(of, laid, ask, draw(ask, of.mischief))


def drift_error(seed: int, side: int) -> float:
    """Pixels at 1024 by which the product's worst corner is off after registration."""
    of = case(seed, side, "clean")
    rng = np.random.default_rng([31, seed])
    unit = side / 1024
    moved = replace(
        of.mischief,
        dx=float(rng.uniform(-24, 24)) * unit,
        dy=float(rng.uniform(-24, 24)) * unit,
        zoom=float(rng.uniform(0.94, 1.06)),
    )
    it = answered(replace(of, mischief=moved))
    found = find_drift(it.answer, it.laid)
    rows, columns = np.nonzero(it.laid.alpha > 0.5)
    corners = np.array([[x, y] for x in (columns.min(), columns.max()) for y in (rows.min(), rows.max())], np.float64)
    middle = corners.mean(0)
    true = middle + moved.zoom * (corners - middle) + [moved.dx, moved.dy]
    said = corners @ found.matrix()[:, :2].T + found.matrix()[:, 2]
    return float(np.hypot(*(true - said).T).max()) / unit


def left_over(it: Answered, drift: Drift) -> Bool:
    """Where the model's product still shows beside ours after correction, at the ask's size: the truth, not a guess."""
    _, alpha = drawn_product(it.ask, it.case.mischief)
    size = alpha.shape[::-1]
    back = cv2.warpAffine(alpha, drift.matrix(), size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    wide = max(1, round(RING * max(size) / 1024))
    ours = cv2.dilate((it.laid.alpha > 0.5).astype(np.uint8), np.ones((2 * wide + 1, 2 * wide + 1), np.uint8)) > 0
    return np.asarray((back > 0.5) & ~ours, bool)


def verdict(seed: int, kind: str = "", real: Path | None = None) -> tuple[str, str, str]:
    """(what the case is, what was said of it, detail) of one seed."""
    it = answered(case(seed, SIDE, kind, real))
    tracker = Tracker(it.laid)
    drift = tracker.find(it.answer)
    said = judge(it.answer, it.laid, drift, tracker).fault or ""
    if it.case.twins:
        return "twin", said, "twin"
    if not it.case.grown:
        return ("alike" if it.case.alike else "clean"), said, "clean"
    seen = left_over(it, drift).sum() / (it.laid.alpha > 0.5).sum()
    return ("grown" if seen > HARMLESS or said else "undone"), said, it.case.grown


def overhead(seed: int) -> dict[str, float] | None:
    """CPU seconds of one picture of 1024 pixels without the model's; None where its clean answer was refused."""
    of = case(seed, 1024, "clean")
    painter = _Quick(Mischief())
    backend = PaintedBackend(painter)
    try:
        backend.generate(of.shot)  # draws the answer, which is kept
    except ProductLost:
        return None
    begun = time.process_time()
    plate = backend.generate(of.shot)
    return {"all": time.process_time() - begun} | plate.seconds


class _Quick(StandInPainter):
    """Draws once, and gives the same answer again."""

    kept: Any = None

    def paint(self, ask: Ask, *rest: Any) -> Any:
        self.kept = self.kept or super().paint(ask, *rest)
        return self.kept


def regions(seed: int, real: Path | None = None) -> list[tuple[Double, bool]]:
    """(measures, whether it was grown) of every region of a case; those that are partly both are left out."""
    it = answered(case(seed, SIDE, "", real))
    drift = find_drift(it.answer, it.laid)
    if not drift.sure or it.case.twins:
        return []
    picture, laid = straightened(it.answer, it.laid, drift, LOOK)
    truth = cv2.resize(left_over(it, drift).astype(np.uint8), laid.alpha.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    out = []
    for part in find_regions(picture, laid):
        both = float((part.mask & truth).sum())
        true = both > 0.4 * part.mask.sum() and both > 0.1 * truth.sum()
        if true or both < 0.1 * part.mask.sum():
            out.append((part.measures, bool(true)))
    return out


def fit(
    seeds: Sequence[int], real: Sequence[Path], more: Sequence[Path], run: Callable[..., Any]
) -> tuple[Double, float]:
    """The table of measures, (n, 3): mean, deviation, weight; and the bias.

    A logistic regression, drawn to zero, on all regions of the tuning set and of real products.

    Args:
        seeds: of the tuning set.
        real: cut-outs for a sixth of them.
        more: further cut-outs, for as many seeds more.
        run: ``map`` or the like.
    """
    found = [row for rows in run(regions, seeds) for row in rows]
    for photos, again in ((real, seeds[: max(1, len(seeds) // 6)]), (more, [seed + FURTHER for seed in seeds])):
        if photos:
            each = [photos[number % len(photos)] for number in range(len(again))]
            found += [row for rows in run(regions, again, each) for row in rows]
    return fitted(np.array([measures for measures, _ in found]), np.array([true for _, true in found]))


def fitted(x: Double, grown: Bool) -> tuple[Double, float]:
    """The table and the bias for measures (n, k) and whether each region was grown."""
    y = np.where(grown, 1.0, -1.0)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = np.column_stack([np.ones(len(x)), np.clip((x - mean) / spread, -WIDEST, WIDEST)])

    def loss(w: Double) -> tuple[float, Double]:
        margin = y * (z @ w)
        pull = np.r_[0, w[1:]]
        slope = -y / (1 + np.exp(np.clip(margin, -30, 30)))
        return float(np.logaddexp(0, -margin).sum() + 0.5 * PULL * pull @ pull), np.asarray(z.T @ slope + PULL * pull)

    w = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x
    return np.column_stack([mean, spread, w[1:]]), float(w[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiny", action="store_true", help="a few cases: does it run at all?")
    parser.add_argument("--cases", type=int, default=400, help="cases of the set, and half as many drifts")
    parser.add_argument("--cutouts", type=Path, help="RGBA pictures of real products, instead of drawn ones")
    parser.add_argument("--tuning", action="store_true", help="the even seeds instead of the odd ones")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--fit", action="store_true", help="fit the weights on the even seeds and stop")
    parser.add_argument("--more", type=Path, help="with --fit: RGBA pictures of further real products")
    options = parser.parse_args()
    cases = 6 if options.tiny else options.cases
    cv2.setNumThreads(1)
    with ProcessPoolExecutor(options.jobs) as pool:
        run: Callable[..., Any] = pool.map if options.jobs > 1 else map
        if options.fit:
            real, more = (sorted(folder.glob("*.png")) if folder else [] for folder in (options.cutouts, options.more))
            table, bias = fit(range(0, 2 * cases, 2), real[::2], more, run)
            for name, row in zip(MEASURES, np.round(table, 3).tolist(), strict=True):
                print(f'    "{name}": {tuple(row)},')
            finish({"bench": "painted", "bias": round(bias, 3), "table": np.round(table, 3).tolist()})
            return
        first = 0 if options.tuning else 1
        seeds = range(first, first + 2 * cases, 2)
        drifts = np.array(list(run(drift_error, seeds[: max(3, cases // 2)], [1024] * max(3, cases // 2))))
        # products, too, are split: those that constants were chosen on are not in the figures
        photos = sorted(options.cutouts.glob("*.png"))[first::2] if options.cutouts else [None]
        real = [photos[number % len(photos)] for number in range(len(seeds))]
        said = list(run(verdict, seeds, [""] * len(seeds), real))
    count = Counter(what for what, _, _ in said)
    refused = Counter(what for what, fault, _ in said if fault)
    for kind in GROWN_KINDS:
        of = [fault for what, fault, detail in said if detail == kind and what == "grown"]
        print(f"{kind}: {sum(map(bool, of))} of {len(of)} found")
    for seed, (what, fault, detail) in zip(seeds, said, strict=True):
        if what not in ("undone", "alike") and bool(fault) != (what != "clean"):
            print(f"wrong: seed {seed}, {detail}: {fault or 'taken'}")
    timed = [overhead(seed) for seed in seeds[: 2 if options.tiny else 9]]
    timing = [one for one in timed if one]
    if len(timing) < len(timed):
        print(f"wrong: {len(timed) - len(timing)} of {len(timed)} clean answers of 1024 pixels refused, and not timed")
    finish(
        {
            "bench": "painted",
            "cases": len(said),
            "drift_median": round(float(np.median(drifts)), 3),
            "drift_95": round(float(np.quantile(drifts, 0.95)), 3),
            "drift_worst": round(float(drifts.max()), 3),
            "found": round(refused["grown"] / max(1, count["grown"]), 4),
            "grown": count["grown"],
            "undone": count["undone"],
            "twins_found": round(refused["twin"] / max(1, count["twin"]), 4),
            "twins": count["twin"],
            "false_alarms": round(refused["clean"] / max(1, count["clean"]), 4),
            "clean": count["clean"],
            "alike_refused": round(refused["alike"] / max(1, count["alike"]), 4),
            "alike": count["alike"],
            "overhead": round(float(np.median([one["all"] for one in timing])), 3),
            "steps": {
                name: round(float(np.median([one[name] for one in timing])), 3) for name in ("ask", "judge", "finish")
            },
        }
    )


if __name__ == "__main__":
    main()
