"""Leaves, twigs and whole plants. All lengths are world units; every function takes its chance from the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgstudio.backends.raytrace.kit.material import Colour, Material, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, Vector, frame, make, merge, rotation, tube
from bgstudio.pixels.types import Double

UP = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Blade:
    """Shape of a leaf of length 1.

    Attributes:
        width: half of its greatest width.
        fold: how much its halves rise from the rib.
        curl: how far its tip hangs down.
        shape: below 1 it is widest near the stalk, above 1 near the tip.
        rounded: an oval instead of a lance.
        segments: along its length; few do for what is out of focus or only throws a shadow.
    """

    width: float = 0.22
    fold: float = 0.22
    curl: float = 0.3
    shape: float = 0.8
    rounded: bool = False
    segments: int = 10


def _normal(v: Double) -> Double:
    return np.asarray(v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9), float)


def leaves(
    positions: Double, directions: Double, ups: Double, sizes: Double, rng: np.random.Generator, blade: Blade
) -> Mesh:
    """Many leaves as one mesh: (k, 3) stalks, directions and upper sides, (k,) lengths.

    UV: u is a tone that differs from leaf to leaf, v runs across the blade with the rib at .5.
    """
    k = len(positions)
    t = np.linspace(0, 1, blade.segments)[:, None]
    s = np.linspace(-1, 1, 5)[None]
    outline = np.sqrt(np.clip(1 - (2 * t - 1) ** 2, 0, 1)) if blade.rounded else np.sin(np.pi * t**blade.shape)
    half = blade.width * outline * (1 if blade.rounded else 1 - 0.25 * t)
    curls = blade.curl * rng.uniform(0.3, 1.5, k)[:, None, None]
    along = _normal(np.asarray(directions, float))
    across = np.cross(along, np.asarray(ups, float))
    # a leaf that points along its own upper side still needs a side
    across = np.where(np.linalg.norm(across, axis=1, keepdims=True) < 1e-3, [1.0, 0.0, 0.0], across)
    across = _normal(across)
    above = np.cross(across, along)
    x, y, z = half * s, np.broadcast_to(t, (blade.segments, 5)), np.abs(s) * half * blade.fold - 0.5 * curls * t**2
    P = (
        x[None, ..., None] * across[:, None, None]
        + y[None, ..., None] * along[:, None, None]
        + z[..., None] * above[:, None, None]
    )
    P = P * np.asarray(sizes, float)[:, None, None, None] + np.asarray(positions, float)[:, None, None]
    tone = np.broadcast_to(rng.uniform(0.05, 0.95, k)[:, None, None], P.shape[:3])
    UV = np.stack([tone, np.broadcast_to((s + 1) / 2, P.shape[:3])], -1)
    i = np.arange(blade.segments * 5).reshape(blade.segments, 5)
    quads = np.stack([i[:-1, :-1], i[1:, :-1], i[1:, 1:], i[:-1, 1:]], -1).reshape(-1, 4)
    one = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    F = one[None] + (np.arange(k) * blade.segments * 5)[:, None, None]
    return make(P.reshape(-1, 3), F.reshape(-1, 3), UV.reshape(-1, 2))


def leaf_material(
    dark: Colour, light: Colour, roughness: float = 0.5, vein: float = 1.25, specular: float = 0.35
) -> Material:
    """Leaf colours from ``dark`` to ``light`` (linear RGB) across u, brighter by ``vein`` at the rib."""
    u = np.linspace(0, 1, 32, dtype=np.float32)[None, :, None]
    v = np.abs(np.linspace(-1, 1, 64, dtype=np.float32))[:, None, None]
    tone = np.asarray(dark, np.float32) * (1 - u) + np.asarray(light, np.float32) * u
    rib = (1 + (vein - 1) * np.exp(-((v / 0.09) ** 2))) * (1 - 0.14 * v * v)
    pixels = np.clip(tone * rib, 0, 1).astype(np.float32)
    return Material(Texture(pixels), roughness=roughness, specular=specular)


def twig(
    start: Vector,
    direction: Vector,
    length: float,
    rng: np.random.Generator,
    *,
    bend: float = 0.4,
    droop: float = 0.0,
    points: int = 14,
    up: Vector = UP,
) -> Double:
    """A bent path (points, 3); ``bend`` sways it sideways, ``droop`` lets its end hang, both as parts of its length."""
    basis = frame(direction, up)
    t = np.linspace(0, 1, points)[:, None]
    sway = 0.6 * rng.uniform(-bend, bend)
    path = t * basis[1] + sway * t**2 * basis[0] - droop * t**2 * np.asarray(up, float)
    return np.asarray(np.asarray(start, float) + length * path, float)


def sprig(
    start: Vector,
    direction: Vector,
    length: float,
    size: float,
    rng: np.random.Generator,
    *,
    blade: Blade | None = None,
    pairs: int = 9,
    lift: float = 0.35,
    bend: float = 0.5,
    droop: float = 0.0,
    taper: float = 0.55,
    up: Vector = UP,
) -> tuple[Mesh, Mesh]:
    """A twig with leaves in pairs: (leaves, stem). Round blades make eucalyptus, slim ones olive or willow.

    Args:
        start, direction, length: of the stem.
        size: of the lowest leaves; the last ones are smaller by ``taper``.
        rng: chance.
        blade: its leaves; the round ones of eucalyptus by default.
        pairs: of leaves.
        lift: how much the leaves rise towards ``up``.
        bend, droop: of the stem, as parts of its length.
        taper: 0..1.
        up: the upper side.
    """
    shape = blade or Blade(width=0.42, fold=0.12, curl=0.25, rounded=True)
    path = twig(start, direction, length, rng, bend=bend, droop=droop, points=pairs + 2, up=up)
    tangents = np.gradient(path, axis=0)
    upper = np.asarray(up, float)
    P, D, U, S = [], [], [], []
    for i in range(1, pairs + 2):
        basis = frame(tangents[i], up)
        here = size * (1.05 - taper * i / (pairs + 1))
        for side in (-1, 1):
            P.append(path[i])
            D.append(side * basis[0] * 0.9 + basis[1] * rng.uniform(0.15, 0.7) + upper * rng.uniform(0.05, lift))
            U.append(upper + basis[0] * rng.uniform(-0.4, 0.4))
            S.append(here * rng.uniform(0.8, 1.15))
    P.append(path[-1])
    D.append(tangents[-1])
    U.append(upper)
    S.append(size * (1 - taper))
    blades = leaves(np.array(P), np.array(D), np.array(U), np.array(S), rng, shape)
    stem = tube(path, np.linspace(size * 0.045, size * 0.02, len(path)), segments=6)
    return blades, stem


def plant(
    centre: Vector,
    height: float,
    rng: np.random.Generator,
    *,
    count: int = 26,
    width: float = 0.16,
    spread: float = 0.9,
    curl: float = 0.8,
) -> Mesh:
    """Arching leaves growing out of one place, as from a pot."""
    turn = rng.uniform(0, 2 * np.pi, count)
    rise = rng.uniform(0.5, 1.35, count)
    flat = np.cos(rise) * spread
    D = np.stack([np.cos(turn) * flat, np.sin(turn) * flat, np.sin(rise)], -1)
    # nearly upright leaves have no upper side of their own: they face outwards
    outwards = np.stack([np.cos(turn), np.sin(turn), np.full(count, 0.2)], -1)
    U = np.where((rise < 1.3)[:, None], np.array(UP), outwards)
    P = np.asarray(centre, float) + D * height * 0.1
    return leaves(P, D, U, height * rng.uniform(0.55, 1.0, count), rng, Blade(width=width, fold=0.3, curl=curl))


def foliage(
    centre: Vector, spread: Vector, count: int, size: float, rng: np.random.Generator, blade: Blade | None = None
) -> Mesh:
    """A loose cloud of leaves; for shadows and for what is far out of focus."""
    P = np.asarray(centre, float) + rng.normal(size=(count, 3)) * np.asarray(spread, float)
    shape = blade or Blade(segments=6)
    return leaves(
        P, rng.normal(size=(count, 3)), rng.normal(size=(count, 3)), size * rng.uniform(0.6, 1.3, count), rng, shape
    )


def palm(
    start: Vector,
    direction: Vector,
    up: Vector,
    length: float,
    rng: np.random.Generator,
    *,
    count: int = 22,
    droop: float = 0.2,
    width: float = 0.045,
) -> Mesh:
    """A feathered palm frond: leaflets in pairs along a hanging rib.

    Args:
        start, direction, length: of the rib.
        up: the frond's upper side; leaflets spread sideways from it.
        rng: chance.
        count: of pairs.
        droop: how far the rib and the leaflets hang, as a part of their length.
        width: half of a leaflet's width, as a part of its length.
    """
    along = _normal(np.asarray(direction, float))
    upper = np.asarray(up, float)
    side = _normal(np.cross(along, upper))
    t = (np.arange(count) + 1) / (count + 1)
    rib = np.asarray(start, float) + length * (t[:, None] * along - droop * t[:, None] ** 2 * upper)
    P, D, S = [], [], []
    for sign in (-1, 1):
        lean = 0.45 + 0.75 * t + rng.normal(0, 0.05, count)
        P.append(rib)
        D.append(sign * side * np.cos(lean)[:, None] + along * np.sin(lean)[:, None] - 0.12 * upper)
        S.append(length * 0.42 * np.sin(np.pi * (0.14 + 0.82 * t)) ** 0.8 * rng.uniform(0.9, 1.08, count))
    blade = Blade(width=width, fold=0.5, curl=2 * droop, shape=0.9, segments=7)
    blades = leaves(np.concatenate(P), np.concatenate(D), np.tile(upper, (2 * count, 1)), np.concatenate(S), rng, blade)
    stem = np.concatenate([np.asarray(start, float)[None], rib])
    return merge([blades, tube(stem, np.linspace(0.012, 0.003, len(stem)) * length, segments=5)])


def fir(
    start: Vector,
    direction: Vector,
    length: float,
    rng: np.random.Generator,
    *,
    needle: float = 0.13,
    count: int = 420,
    twigs: int = 5,
    up: Vector = UP,
) -> tuple[Mesh, Mesh]:
    """A fir branch with side twigs: (needles, stems).

    Args:
        start, direction, length: of the branch.
        rng: chance.
        needle: length of a needle.
        count: of needles on the main stem; each side twig has half.
        twigs: of the side.
        up: the upper side.
    """
    stem = twig(start, direction, length, rng, bend=0.3, up=up)
    needles, stems = [_needles(stem, count, needle, rng, up)], [_bark(stem, needle)]
    for j in range(twigs):
        i = int((0.15 + 0.65 * j / max(1, twigs - 1)) * (len(stem) - 1))
        basis = frame(stem[min(i + 1, len(stem) - 1)] - stem[max(0, i - 1)], up)
        side = 1 if j % 2 else -1
        reach = length * 0.5 * (1 - 0.5 * i / len(stem))
        path = twig(stem[i], basis[1] + side * basis[0] * 0.9, reach, rng, bend=0.2, up=up)
        needles.append(_needles(path, count // 2, needle, rng, up))
        stems.append(_bark(path, needle))
    return merge(needles), merge(stems)


def _bark(path: Double, needle: float) -> Mesh:
    return tube(path, np.linspace(needle * 0.07, needle * 0.03, len(path)), segments=6)


def _needles(path: Double, count: int, size: float, rng: np.random.Generator, up: Vector) -> Mesh:
    t = rng.uniform(0.04, 1, count)
    i = np.clip((t * (len(path) - 1)).astype(int), 0, len(path) - 2)
    part = (t * (len(path) - 1) - i)[:, None]
    P = path[i] * (1 - part) + path[i + 1] * part
    tangent = _normal(np.gradient(path, axis=0)[i])
    basis = frame(path[-1] - path[0], up)
    turn = rng.uniform(0, 2 * np.pi, count)
    radial = np.cos(turn)[:, None] * basis[0] + np.sin(turn)[:, None] * basis[2] * 0.8
    D = _normal(radial + tangent * rng.uniform(0.5, 1.1, (count, 1)))
    reach = size * rng.uniform(0.65, 1.1, (count, 1)) * (1 - 0.35 * t[:, None] ** 3)
    side = _normal(np.cross(D, rng.normal(size=(count, 3)))) * size * 0.045
    shoulder = P + D * reach * 0.7
    V = np.stack([P - side, P + side, shoulder + side, shoulder - side, P + D * reach], 1)
    F = np.array([[0, 1, 2], [0, 2, 3], [3, 2, 4]])[None] + (np.arange(count) * 5)[:, None, None]
    UV = np.repeat(np.stack([rng.uniform(0, 1, count), np.full(count, 0.3)], 1), 5, 0)
    return make(V.reshape(-1, 3), F.reshape(-1, 3), UV)


def petals(places: Double, sizes: Sequence[float] | Double, rng: np.random.Generator) -> Mesh:
    """Fallen petals on (k, 3) places: small cupped blades, each turned its own way."""
    k = len(places)
    turn = rng.uniform(0, 2 * np.pi, k)
    D = np.stack([np.cos(turn), np.sin(turn), np.full(k, 0.06)], -1)
    U = np.stack([rng.normal(0, 0.16, k), rng.normal(0, 0.16, k), np.ones(k)], -1)
    blade = Blade(width=0.36, fold=0.55, curl=-0.55, shape=1.35, segments=10)
    return leaves(np.asarray(places, float), D, U, np.asarray(sizes, float), rng, blade)


def tilted(mesh: Mesh, axis: str, angle: float, about: Vector) -> Mesh:
    """A mesh turned by radians about an axis through a point."""
    centre = np.asarray(about, float)
    turn = rotation(axis, angle)
    return mesh.moved(centre - turn @ centre, turn)
