"""What stands between the key light and the set and shapes its light: a window, leaves, blinds.

Gobos are real geometry: a mask on a material would block all light. None of it may stand in the camera's view, so what
would is left out, face by face.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bgstudio.backends.raytrace.kit.material import Material
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector, grid, make, merge
from bgstudio.backends.raytrace.kit.plants import Blade, foliage, palm, sprig
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Double

BORDER = 3.2
"""World units of wall around an opening: more than any frame sees of its shadow."""

CELL = 0.3
"""World units: the largest face of an opaque sheet, so that leaving one out opens no big hole."""

MARGIN = 0.08
"""Part of the frame kept free around it: blur and bevels reach a little further than vertices."""

Mask = npt.NDArray[np.bool_]
Sheet = tuple[Double, Double, Mask]
"""An opaque sheet: its cuts along both sides, and which of the cells between them are open."""

DARK = Material((0.02, 0.02, 0.02), matt=True)
LEAF = Material((0.03, 0.05, 0.02), matt=True)


def window(stage: Stage, distance: float, target: Vector) -> None:
    """A window of two or three by two or three panes in an opaque wall.

    The target lies in the middle of a pane, so that no bar's shadow runs up the product; the other panes light what is
    beside and behind it.
    """
    columns, rows = ((2, 3), (3, 3), (2, 2), (3, 2))[int(stage.rng.integers(4))]
    scale = _scale(stage, distance, target)
    wide, high, bar = 1.2 * scale, 1.45 * scale, 0.1 * scale
    # what stands behind the target, seen from the light, lies on the off-key side of it and above
    x = _openings(columns, columns * wide, bar) - (0.5 * wide * stage.side if columns == 2 else 0.0)
    y = _openings(rows, rows * high, bar) + (0.5 * high if rows == 2 else 0.0)
    _hang(stage, _sheet(x, y), distance, target, DARK)


def blinds(stage: Stage, distance: float, target: Vector) -> None:
    """Slats of a blind in a window: bands of light."""
    scale = _scale(stage, distance, target)
    width, pitch = 2.9 * scale, 0.27 * scale
    count = 14
    x = _openings(1, width, 0.0)
    y = _openings(count, count * pitch, 0.5 * pitch) + 0.3 * pitch
    _hang(stage, _sheet(x, y), distance, target, DARK)


def leaves(stage: Stage, distance: float, target: Vector) -> None:
    """Fronds, twigs or broad leaves hanging into the light from above and from both sides."""
    scale = _scale(stage, distance, target)
    rng = stage.rng
    kind = int(rng.integers(3))
    meshes = []
    # anchors in the gobo's plane (sideways, upwards): most hang before what is behind the target, which lies on the
    # off-key side and above; the target itself stays free
    for x, y, dx, dy, length in (
        (-1.9, 2.1, 0.75, -0.65, 1.6),
        (-0.35, 2.45, -0.15, -0.95, 1.35),
        (-2.3, 0.75, 0.95, 0.25, 1.35),
        (0.95, 1.9, -0.3, -0.8, 1.15),
        (1.7, 0.2, -0.75, -0.3, 0.95),
    ):
        start = np.array([x * stage.side, 0.0, y]) * scale + rng.normal(0, 0.1, 3) * scale
        heading = np.array([dx * stage.side, 0.0, dy]) + rng.normal(0, 0.14, 3)
        meshes.append(_bough(kind, start, heading, length * scale * rng.uniform(0.85, 1.15), rng))
    plane = _frame(stage, target)
    _hang(stage, _placed(merge([replace(mesh, UV=None) for mesh in meshes]), plane), distance, target, LEAF, flat=False)


def _bough(kind: int, start: Double, heading: Double, length: float, rng: np.random.Generator) -> Mesh:
    facing = (0.15, -1.0, 0.2)
    if kind == 0:
        return palm(start, heading, facing, length, rng, count=18, droop=0.12, width=0.05)
    if kind == 1:
        olive = Blade(width=0.16, fold=0.2, curl=0.3, segments=7)
        twigs: list[Mesh] = []
        for turn in (-0.5, 0.1, 0.6):
            bent = heading + turn * np.array([-heading[2], 0.0, heading[0]])
            part = length * rng.uniform(0.7, 1.05)
            twigs += sprig(start, bent, part, 0.26 * length, rng, blade=olive, pairs=8, bend=0.7, taper=0.4, up=facing)
        return merge(twigs)
    middle = start + 0.5 * length * heading / np.linalg.norm(heading)
    spread = 0.26 * length * np.array([1.0, 0.4, 0.8])
    return foliage(middle, spread, 11, 0.42 * length, rng, Blade(width=0.27, fold=0.2, curl=0.4, segments=8))


def _scale(stage: Stage, distance: float, target: Vector) -> float:
    """Size of the gobo for a shadow of unit size at the target."""
    reach = float(np.linalg.norm(stage.lamp_position(target) - np.asarray(target, float)))
    return max(0.2, 1 - distance / reach)


def _openings(count: int, length: float, bar: float) -> Double:
    """(count, 2): where a row of panes begins and ends, centred on 0, with bars between."""
    edges = np.linspace(-length / 2, length / 2, count + 1)
    return np.asarray(np.stack([edges[:-1] + bar / 2, edges[1:] - bar / 2], -1))


def _lines(openings: Double) -> tuple[Double, Mask]:
    """Cuts across a sheet and, for each interval between them, whether it is open."""
    cuts = [np.linspace(openings[0, 0] - BORDER, openings[0, 0], int(BORDER / CELL) + 1)]
    for i, (a, b) in enumerate(openings):
        cuts.append(np.linspace(a, b, max(2, int((b - a) / CELL) + 1))[1:])
        if i + 1 < len(openings):
            cuts.append(openings[i + 1, :1])
    cuts.append(np.linspace(openings[-1, 1], openings[-1, 1] + BORDER, int(BORDER / CELL) + 1)[1:])
    lines = np.concatenate(cuts)
    middle = (lines[:-1] + lines[1:]) / 2
    inside = (middle[:, None] > openings[:, 0]) & (middle[:, None] < openings[:, 1])
    return lines, np.asarray(inside.any(1), bool)


def _sheet(x: Double, y: Double) -> Sheet:
    """An opaque sheet with openings: its cuts along both sides and which cells are open."""
    (lines_x, open_x), (lines_y, open_y) = _lines(x), _lines(y)
    return lines_x, lines_y, open_x[:, None] & open_y[None]


def _frame(stage: Stage, target: Vector) -> Double:
    """(3, 3) rows: sideways, towards the light, upwards, as seen from the target."""
    towards = stage.lamp_position(target) - np.asarray(target, float)
    towards /= np.linalg.norm(towards)
    sideways = np.cross(towards, [0, 0, 1.0])
    sideways /= np.linalg.norm(sideways)
    return np.stack([sideways, towards, np.cross(sideways, towards)])


def _placed(mesh: Mesh, plane: Double) -> Mesh:
    return mesh.moved((0, 0, 0), plane.T)


def _hang(
    stage: Stage,
    what: Mesh | Sheet,
    distance: float,
    target: Vector,
    material: Material,
    *,
    flat: bool = True,
) -> None:
    """Put a sheet or a mesh between target and light, without what the camera would see."""
    plane = _frame(stage, target)
    if isinstance(what, Mesh):
        mesh = what
    else:
        X, Y = np.meshgrid(what[0], what[1], indexing="ij")
        sheet = grid(X[..., None] * plane[0] + Y[..., None] * plane[2])
        closed = ~what[2].ravel()
        mesh = make(sheet.V, sheet.F[np.concatenate([closed, closed])], flat=True)
    mesh = mesh.moved(np.asarray(target, float) + distance * plane[1])
    mesh = replace(out_of_sight(stage, mesh), flat=flat)
    if len(mesh.F):
        stage.add(mesh, material)


def out_of_sight(stage: Stage, mesh: Mesh) -> Mesh:
    """The mesh without the faces that the camera would see."""
    pixels, depth = stage.camera.project(mesh.V.astype(np.float64))
    size = np.array([stage.camera.width, stage.camera.height])
    part = pixels / size
    # what the lens blurs spreads by its aperture over the distance
    margin = MARGIN + stage.camera.aperture / np.maximum(depth, 0.3)[:, None]
    seen = (depth > 0) & ((part > -margin) & (part < 1 + margin)).all(1)
    return replace(mesh, F=mesh.F[~seen[mesh.F].any(1)])
