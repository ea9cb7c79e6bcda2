"""Our render of a stage against a bare Mitsuba render of it; helper of ``bench.speed``, in a process of its own."""

from __future__ import annotations

import sys
import time

import numpy as np

from bgstudio.backends.raytrace import runtime
from bgstudio.backends.raytrace.backend import EFFORTS
from bgstudio.backends.raytrace.recipe import Recipe
from bgstudio.domain.brief import Brief, Quality
from bgstudio.domain.cutout import Cutout
from bgstudio.domain.shot import frame_product


def bottle() -> Cutout:
    """A plain product: a rounded grey bottle shape."""
    h, w = 600, 240
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    half = np.where(y < 150, 45, 110) * np.minimum(1, 0.7 + y / 500)
    alpha = (np.abs(x - w / 2) < half).astype(np.float32)
    rgb = np.full((h, w, 3), 0.4, np.float32)
    return Cutout(rgb, alpha, np.ones_like(alpha), (0, 0, w, h), "drawn")


def main() -> None:
    """Print ``ratio R preset`` lines."""
    size, presets = int(sys.argv[1]), sys.argv[2:]
    runtime.prepare("llvm", 0)
    import mitsuba as mi

    from bgstudio.backends.raytrace import translate
    from bgstudio.backends.raytrace.build import build_stage
    from bgstudio.backends.raytrace.registry import VOCABULARY, Registry
    from bgstudio.backends.raytrace.trace import Effort, product_shape, trace
    from bgstudio.direction import Director

    cutout = bottle()
    director = Director(VOCABULARY)
    effort = Effort(**EFFORTS[Quality.FINAL])  # type: ignore[arg-type]  # a table of both ints and names
    for name in presets:
        scene = director.scenes(Brief(preset=name), cutout)[0]
        rect = frame_product(scene, cutout.aspect, size, size)
        recipe = Recipe(scene, *cutout.cropped(), rect, size, size)
        stage = build_stage(recipe, Registry())
        spp = max(1, round(effort.spp * stage.finish.spp))
        bare: list[float] = []
        ours: list[float] = []
        whole: list[float] = []
        for run in range(3):  # the first run compiles the kernels and is not counted
            description = translate.scene([*stage.shapes, product_shape(stage)], stage.lights)
            description["integrator"] = {"type": "path", "max_depth": stage.finish.bounces, "rr_depth": 4}
            description["sensor"] = translate.sensor(stage.camera)
            loaded = mi.load_dict(description)
            start = time.perf_counter()
            np.array(mi.render(loaded, spp=spp, seed=mi.UInt32(run)))
            bare.append(time.perf_counter() - start)
            start = time.perf_counter()
            traced = trace(stage, effort, run, lambda _step, _part: None)
            whole.append(time.perf_counter() - start)
            ours.append(traced.seconds["render"])
        a, b, c = min(bare[1:]), min(ours[1:]), min(whole[1:])
        print(f"ratio {b / a:.3f} {name}: bare {a:.2f} s, ours {b:.2f} s; with guides, denoiser, empty set {c:.2f} s")


if __name__ == "__main__":
    main()
