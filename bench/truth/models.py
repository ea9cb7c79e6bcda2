"""Products of known shape: scanned and modelled ones from a folder, and ones made here.

Which of them the stand-in's constants may be tuned on is fixed here, before anything is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.truth import gltf, made
from bgstudio.backends.raytrace.kit.material import Shape
from bgstudio.backends.raytrace.kit.mesh import rotation


@dataclass(frozen=True)
class Model:
    """A product and how it is photographed.

    Attributes:
        name: of the folder, or of the maker in ``made``.
        yaw: degrees about the upright; at 0 the front faces the camera.
        pitch: degrees that the camera looks down.
        tuning: whether constants may be tuned on it.
    """

    name: str
    yaw: float
    pitch: float
    tuning: bool

    @property
    def drawn(self) -> bool:
        """Made here, not read from a file."""
        return self.name in MAKERS


MAKERS: dict[str, Callable[[], list[Shape]]] = {
    "bottle": made.bottle,
    "box": made.box,
    "mug": made.mug,
    "stool": made.stool,
    "ring": made.ring,
    "ball": made.ball,
    "vase": made.vase,
    "jug": made.jug,
    "dish": made.dish,
    "lamp": made.lamp,
    "loafer": made.loafer,
    "book": made.book,
    "chair": made.chair,
    "teapot": made.teapot,
    "bowl": made.bowl,
    "handbag": made.handbag,
    "flacon": made.flacon,
    "clog": made.clog,
}

MODELS = (
    Model("WaterBottle", 20, 8, True),
    Model("Duck", -50, 14, True),
    Model("GlamVelvetSofa", 28, 14, True),
    Model("MaterialsVariantsShoe", 20, 14, True),
    Model("bottle", 0, 14, True),
    Model("box", 32, 20, True),
    Model("mug", -30, 14, True),
    Model("stool", 25, 11, True),
    Model("ring", 25, 8, True),
    Model("ball", 0, 11, True),
    Model("vase", 0, 11, True),
    Model("jug", 20, 14, True),
    Model("dish", 0, 17, True),
    Model("lamp", 20, 8, True),
    Model("loafer", -30, 14, True),
    Model("GlassHurricaneCandleHolder", 0, 14, False),
    Model("Mixer", -35, 8, False),
    Model("AnisotropyBarnLamp", -30, 8, False),
    Model("ClearcoatWicker", 0, 20, False),
    Model("book", 12, 8, False),
    Model("chair", 35, 11, False),
    Model("teapot", 15, 14, False),
    Model("bowl", 0, 20, False),
    Model("handbag", -20, 8, False),
    Model("flacon", 10, 8, False),
    Model("clog", 50, 14, False),
)


def load(model: Model, folder: Path) -> list[Shape] | None:
    """The product standing on the ground, its front at y = 0, scaled so that all fill the frame alike.

    Returns None where its file is missing or needs what ``gltf`` does not read.
    """
    if model.drawn:
        shapes = MAKERS[model.name]()
    else:
        files = sorted((folder / model.name).glob("*.gl*"))
        if not files:
            return None
        try:
            shapes = gltf.read(files[0])
        except gltf.Unreadable:
            return None
    turn = rotation("z", np.radians(model.yaw))
    turned = [replace(s, mesh=s.mesh.moved((0, 0, 0), turn)) for s in shapes]
    points = np.concatenate([s.mesh.V for s in turned])
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    scale = float(min(1.35 / (high[0] - low[0]), 1.5 / (high[1] - low[1]), 1.15 / (high[2] - low[2])))
    corner = np.array([(low[0] + high[0]) / 2, low[1], low[2]])
    return [replace(s, mesh=s.mesh.moved(-corner * scale + [0, 0, 0.001], None, scale)) for s in turned]
