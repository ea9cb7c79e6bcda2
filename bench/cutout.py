"""How good the cut-out is, beside rembg and the bare network with the same weights.

    python -m bench.cutout [--pairs DIR] [--limit N] [--preview] [--detail] [--no-peer]

The folder holds pairs ``NAME__image.*`` and ``NAME__alpha.png``: true alphas (mattes), true silhouettes (all but black
and white), and glass before a table, which every method here fails on and which is reported apart. rembg runs in its
own process: in this environment where it is installed, else in one that uv makes. CPU seconds are given for photos of
1500 px. Prints one JSON line last.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any

import cv2
import numpy as np
from PIL import Image

from bench.common import MATERIAL, finish
from bench.matte_metrics import MatteScore, score
from bgstudio.bootstrap import build_weights, settings
from bgstudio.cutout import CutoutMaker, ISNet, U2Net
from bgstudio.domain.picture import Picture
from bgstudio.errors import NoProductFound
from bgstudio.pixels.colour import bytes_to_linear
from bgstudio.pixels.types import Byte, Float

PEER = "rembg[cpu]==2.0.86"
TIMED_SIDE, TIMED_PHOTOS = 1500, 3
KINDS = {"matte": "mattes", "binary": "silhouettes", "glass": "glass"}


@dataclass(frozen=True)
class Pair:
    """One photo with its true alpha."""

    name: str
    image: Path
    alpha: Path

    def truth(self) -> Float:
        """float32 (H, W), 0..1."""
        stored = cv2.imread(str(self.alpha), cv2.IMREAD_UNCHANGED)
        assert stored is not None, self.alpha
        plane = stored if stored.ndim == 2 else stored[..., 3] if stored.shape[2] == 4 else stored[..., 0]
        return np.asarray(plane, np.float32) / np.float32(65535 if plane.dtype == np.uint16 else 255)

    def kind(self, truth: Float) -> str:
        """``matte`` for true alphas, ``binary`` for silhouettes, ``glass`` for the pairs that are named so."""
        if self.name.startswith("clear_"):
            return "glass"
        return "matte" if float(((truth > 0.04) & (truth < 0.96)).mean()) > 1e-3 else "binary"


@dataclass
class Method:
    """One way to cut, with its score per pair."""

    label: str
    scores: dict[str, MatteScore] = field(default_factory=dict)
    cpu: float | None = None


def main() -> None:
    """Parse, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, default=MATERIAL / "gt_pairs")
    parser.add_argument("--limit", type=int, default=None, help="so many pairs, evenly spread")
    parser.add_argument("--preview", action="store_true", help="measure previews instead of finished cut-outs")
    parser.add_argument("--second-opinion", action="store_true", help="ask isnet too; its weights must be there")
    parser.add_argument("--detail", action="store_true", help="a line per pair")
    parser.add_argument("--no-peer", action="store_true", help="leave rembg out")
    options = parser.parse_args()
    pairs = find_pairs(options.pairs, options.limit)
    store = build_weights(settings())
    weights = store.path("u2net")
    network = U2Net(store.path("u2netp") if options.preview else weights)
    ours, bare, peer = Method("this studio"), Method("bare network"), Method(PEER)
    truths = {pair.name: pair.truth() for pair in pairs}
    kinds = {pair.name: pair.kind(truths[pair.name]) for pair in pairs}
    opinion = ISNet(store.path("isnet")) if options.second_opinion else None
    maker = CutoutMaker(network, U2Net(store.path("u2netp")), opinion)
    for pair in pairs:
        rgb = read(pair.image)
        ours.scores[pair.name] = score(cut(maker, rgb, options.preview), truths[pair.name])
        bare.scores[pair.name] = score(network(rgb), truths[pair.name])
    with tempfile.TemporaryDirectory() as folder:
        timed = timed_photos(pairs, Path(folder))
        ours.cpu = cpu_seconds(lambda rgb: cut(maker, rgb, options.preview), timed)
        bare.cpu = cpu_seconds(network, timed)
        why_not = "left out" if options.no_peer else run_peer(peer, pairs, timed, truths, weights.parent, Path(folder))
    if why_not:
        print(f"rembg was not measured: {why_not}")
    methods = [ours, bare] if why_not else [ours, bare, peer]
    report(methods, kinds, options.detail)
    finish(summary(ours, bare, None if why_not else peer, kinds, "preview" if options.preview else "full"))


def find_pairs(folder: Path, limit: int | None) -> list[Pair]:
    """The pairs of a folder by name."""
    pairs = []
    for image in sorted(folder.glob("*_image.*")):
        alpha = image.with_name(image.stem.removesuffix("image") + "alpha.png")
        if alpha.is_file():
            pairs.append(Pair(image.stem.removesuffix("image").rstrip("_"), image, alpha))
    if not pairs:
        sys.exit(f"There are no pairs in {folder}. Name a folder with --pairs, or set BGSTUDIO_MATERIAL.")
    if limit is None or limit >= len(pairs):
        return pairs
    return [pairs[i * len(pairs) // limit] for i in range(limit)]


def read(path: Path) -> Byte:
    """uint8 (H, W, 3)."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def cut(maker: CutoutMaker, rgb: Byte, preview: bool) -> Float:
    """Our alpha; all 0 where nothing was found."""
    try:
        return maker(Picture(bytes_to_linear(rgb)), preview=preview).alpha
    except NoProductFound:
        return np.zeros(rgb.shape[:2], np.float32)


def timed_photos(pairs: list[Pair], folder: Path) -> list[Path]:
    """Some of the photos at ``TIMED_SIDE`` pixels, as files; the first one twice, to warm up."""
    chosen = [pairs[i * len(pairs) // TIMED_PHOTOS] for i in range(min(TIMED_PHOTOS, len(pairs)))]
    paths = []
    for number, pair in enumerate([chosen[0], *chosen]):
        with Image.open(pair.image) as opened:
            picture = opened.convert("RGB")
        scale = TIMED_SIDE / max(picture.size)
        size = round(picture.width * scale), round(picture.height * scale)
        paths.append(folder / f"timed-{number}.png")
        picture.resize(size, Image.Resampling.BICUBIC).save(paths[-1], compress_level=1)
    return paths


def cpu_seconds(work: Any, photos: list[Path]) -> float:
    """Median CPU seconds (all threads) of one photo, the first one not counted."""
    seconds = []
    for path in photos:
        rgb = read(path)
        began = time.process_time()
        work(rgb)
        seconds.append(time.process_time() - began)
    return median(seconds[1:])


def run_peer(
    peer: Method, pairs: list[Pair], timed: list[Path], truths: dict[str, Float], weights: Path, folder: Path
) -> str:
    """Let rembg cut all pairs; why it could not, or an empty string."""
    start = peer_command()
    if start is None:
        return f"it is not installed, and there is no uv to run {PEER} with"
    pictures = [(str(pair.image), str(folder / f"{pair.name}.npy")) for pair in pairs]
    pictures += [(str(path), str(path.with_suffix(".npy"))) for path in timed]
    jobs = folder / "jobs.json"
    jobs.write_text(json.dumps({"weights": str(weights), "pictures": pictures}), "utf-8")
    script = str(Path(__file__).with_name("peer_rembg.py"))
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([*start, script, str(jobs)], capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else f"it ended with status {done.returncode}"
    for pair in pairs:
        peer.scores[pair.name] = score(np.load(folder / f"{pair.name}.npy"), truths[pair.name])
    peer.cpu = median(json.loads(done.stdout.strip().splitlines()[-1])[len(pairs) + 1 :])
    return ""


def peer_command() -> list[str] | None:
    """An interpreter with rembg."""
    if importlib.util.find_spec("rembg") is not None:
        return [sys.executable]
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        return None
    return [uv, "run", "--quiet", "--no-project", "--python", sys.executable, "--with", PEER, "python"]


def report(methods: list[Method], kinds: dict[str, str], detail: bool) -> None:
    """The table."""
    print(f"{'':14s}{'':20s}{'n':>4s}{'MAE':>8s}{'IoU':>7s}{'worst':>7s}{'edge':>7s}{'grad':>7s}{'CPU s':>7s}")
    for kind, label in KINDS.items():
        for method in methods:
            row = aggregate(method, kinds, kind)
            if row:
                cpu = "-" if method.cpu is None else f"{method.cpu:.1f}"
                print(
                    f"{label:14s}{method.label:20s}{row['n']:4d}{row['mae']:8.4f}{row['iou']:7.3f}"
                    f"{row['worst']:7.3f}{row['edge']:7.3f}{row['gradient']:7.1f}{cpu:>7s}"
                )
    if detail:
        print()
        for name, kind in kinds.items():
            cells = [f"{m.scores[name].iou:.3f} {m.scores[name].edge:.3f}" for m in methods]
            print(f"{name:24s}{kind:8s}", "   ".join(cells))


def aggregate(method: Method, kinds: dict[str, str], kind: str) -> dict[str, Any]:
    """Means of one kind; empty where there is no such pair."""
    rows = [method.scores[name] for name, of in kinds.items() if of == kind]
    if not rows:
        return {}
    return {
        "n": len(rows),
        "mae": round(fmean(row.mae for row in rows), 4),
        "iou": round(fmean(row.iou for row in rows), 4),
        "worst": round(min(row.iou for row in rows), 4),
        "edge": round(fmean(row.edge for row in rows), 4),
        "gradient": round(fmean(row.gradient for row in rows), 1),
    }


def summary(ours: Method, bare: Method, peer: Method | None, kinds: dict[str, str], mode: str) -> dict[str, Any]:
    """The JSON line."""
    out: dict[str, Any] = {"bench": "cutout", "mode": mode, "pairs": len(kinds), "load": round(os.getloadavg()[0], 1)}
    for key, method in (("studio", ours), ("network", bare), ("rembg", peer)):
        if method is None:
            out[key] = None
            continue
        out[key] = {kind: aggregate(method, kinds, kind) or None for kind in KINDS} | {"cpu_s": method.cpu}
    if peer is None:
        return out | {"better_edges": None, "largest_iou_loss": None, "largest_iou_loss_in": None}
    loss = {name: peer.scores[name].iou - ours.scores[name].iou for name in kinds}
    worst = max(loss, key=lambda name: loss[name])
    return out | {
        "better_edges": sum(ours.scores[name].edge < peer.scores[name].edge for name in kinds),
        "largest_iou_loss": round(loss[worst], 4),
        "largest_iou_loss_in": worst,
    }


if __name__ == "__main__":
    main()
