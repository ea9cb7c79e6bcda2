"""A silhouette cut into triangles, its rim between the lattice points where the alpha says so.

Marching squares (Lorensen and Cline's marching cubes, 1987, in the plane) with the filled cells kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from bgstudio.pixels.types import Double, Float

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Patch:
    """A flat mesh in lattice positions.

    Attributes:
        at: float64 (n, 2), column and row.
        faces: (m, 3), counter-clockwise as the picture is seen.
        rim: (k, 2), the directed edges that belong to one face only.
        source: (n,) flat index of the lattice point inside that each point is, or that its crossing lies beside.
    """

    at: Double
    faces: Index
    rim: Index
    source: Index


@cache
def _polygons() -> list[tuple[list[tuple[int, int, int]], list[tuple[int, int]]]]:
    """Triangles and rim edges of a cell by its code (bit i: corner i is inside).

    Corners 0..3 run top left, top right, bottom right, bottom left; 4..7 are the crossings on the sides after them.
    """
    out = []
    for code in range(16):
        inside = [bool(code >> i & 1) for i in range(4)]
        ring: list[int] = []
        for i in range(4):
            if inside[i]:
                ring.append(i)
            if inside[i] != inside[(i + 1) % 4]:
                ring.append(4 + i)
        ring.reverse()
        triangles = [(ring[0], ring[i], ring[i + 1]) for i in range(1, len(ring) - 1)]
        pairs = zip(ring, ring[1:] + ring[:1], strict=True)
        out.append((triangles, [(a, b) for a, b in pairs if a >= 4 and b >= 4]))
    return out


def triangulate(field: Float) -> Patch:
    """Fill the region where ``field`` (rows, cols) is positive; its border must be negative all around."""
    h, w = field.shape
    inside = field > 0
    number = np.arange(h * w).reshape(h, w)
    top, left = number[:-1, :-1], number[:-1, :-1]
    # ids: lattice points, then crossings on the step to the right, then on the step downwards
    local = np.stack(
        [
            top,
            number[:-1, 1:],
            number[1:, 1:],
            number[1:, :-1],
            h * w + top,
            2 * h * w + number[:-1, 1:],
            h * w + number[1:, :-1],
            2 * h * w + left,
        ],
        -1,
    )
    code = (
        inside[:-1, :-1].astype(np.intp) + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    )  # fmt: skip
    faces: list[Index] = []
    rim: list[Index] = []
    for value, (triangles, edges) in enumerate(_polygons()):
        cells = local[code == value]
        if len(cells):
            faces += [cells[:, list(t)] for t in triangles]
            rim += [cells[:, list(e)] for e in edges]
    F, R = np.concatenate(faces), np.concatenate(rim)
    used = np.zeros(3 * h * w, bool)
    used[F.ravel()] = True
    index = np.cumsum(used) - 1
    at, source = _positions(field, np.flatnonzero(used))
    return Patch(at, index[F], index[R], source)


def _positions(field: Float, ids: Index) -> tuple[Double, Index]:
    h, w = field.shape
    kind, number = np.divmod(ids, h * w)
    row, col = np.divmod(number, w)
    right, down = kind == 1, kind == 2
    here = field[row, col].astype(np.float64)
    there = field[np.minimum(row + down, h - 1), np.minimum(col + right, w - 1)].astype(np.float64)
    part = np.where(kind > 0, here / np.where(kind > 0, here - there, 1.0), 0.0)
    # a crossing right on a lattice point would make triangles without area
    part = np.where(kind > 0, np.clip(part, 0.01, 0.99), 0.0)
    beyond = (kind > 0) & (here <= 0)
    source = (row + (beyond & down)) * w + col + (beyond & right)
    return np.stack([col + part * right, row + part * down], -1), source
