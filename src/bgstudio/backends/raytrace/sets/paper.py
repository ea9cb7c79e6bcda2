"""Colour-blocked paper: sheets, discs and cut waves with crisp shadows."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.blocks import disc
from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.mesh import Mesh, cyclorama, grid, merge
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces import paper


def build(stage: Stage) -> None:
    """Backdrop, one of two compositions, waves before the product, a small hard key."""
    product = stage.product
    y = float(product.centre[1])
    back = y + product.half_depth + 1.25
    stage.add(cyclorama(back=back, radius=0.5, uv=0.5), paper.build(stage, stage.colour("backdrop")))
    stage.add(_sheet(y + product.half_depth + 0.62, back), stage.surface("paper"))
    (_sun_and_loop if stage.variant == 0 else _hills)(stage, back)
    _waves(stage)
    stage.key(2.9, distance=7.5, target=(0, 0.5, 0.5), warm=(1, 0.95, 0.87))
    stage.accent_light(-60, 22, 7.0, 4.0, 3.5, 0.32, (0.96, 0.98, 1.0), target=(0, 0, 0.6))
    stage.gobo("none", distance=3.5, target=(0.0, 0.5, 0.5))
    stage.fill(0.36)
    stage.props()
    stage.finish = Finish(percentile=60, level=0.80, vignette=0.05, bounces=5)


def _sheet(end: float, back: float) -> Mesh:
    """The card that covers the floor, with a straight far edge, a card's thickness above it."""
    edge = min(end, back - 0.55)
    top = [[[x, v, -0.0005] for v in (-9.0, edge)] for x in (-12.0, 12.0)]
    P = np.array(top)
    return grid(P, P[..., :2] * 0.5)


def _sun_and_loop(stage: Stage, back: float) -> None:
    """A large disc behind the product and a strip of card rolled into a loop at the side."""
    product, side = stage.product, stage.side
    x, y = float(product.centre[0]), float(product.centre[1])
    radius = float(np.clip(0.62 * product.height + 0.42, 0.80, 1.05))
    height = float(np.clip(0.72 * product.height, radius * 0.82, 1.15))
    shift = 0.26 + float(stage.rng.uniform(-0.06, 0.06))
    sun = disc((x + side * shift, back - 0.20, height), radius, 0.02)
    stage.add(sun, paper.build(stage, stage.colour("accent")))
    small = disc((x - side * (1.05 + shift), back - 0.12, height + 0.62 * radius), 0.30 * radius, 0.02)
    stage.add(small, paper.build(stage, stage.colour("accent2")))
    loop = _loop(x - side * (product.reach + 0.55), y + 0.62, -side, 0.50)
    stage.add(loop, paper.build(stage, stage.colour("accent2")))


def _loop(x: float, y: float, turn: float, width: float) -> Mesh:
    """A strip that lies, rises and curls over: a quarter of a spiral seen from its edge."""
    t = np.linspace(0, 1, 90)
    angle = -0.5 * np.pi + t * 1.72 * np.pi
    radius = 0.36 * (1 - 0.22 * t)
    px = x + turn * (radius * np.cos(angle))
    pz = 0.365 + radius * np.sin(angle)
    flat = np.stack([x - turn * np.linspace(0.8, 0.0, 12), np.full(12, 0.006)], -1)
    curve = np.concatenate([flat[:-1], np.stack([px, np.maximum(pz, 0.004)], -1)])
    v = np.linspace(-0.5, 0.5, 3)
    P = np.stack(
        [
            np.broadcast_to(curve[:, :1], (len(curve), 3)),
            np.broadcast_to(y + v * width, (len(curve), 3)),
            np.broadcast_to(curve[:, 1:], (len(curve), 3)),
        ],
        -1,
    )
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    return grid(P, np.stack(np.broadcast_arrays(along[:, None] * 0.5, v[None] * width * 0.5), -1))


def _hills(stage: Stage, back: float) -> None:
    """Cut hills one behind the other, each throwing its shadow on the next, under a small sun."""
    product, side = stage.product, stage.side
    x = float(product.centre[0])
    tall = float(np.clip(product.height, 0.7, 1.35))
    accent, second, backdrop = stage.colour("accent"), stage.colour("accent2"), stage.colour("backdrop")
    gap = (back - 0.1 - (float(product.centre[1]) + product.half_depth + 0.30)) / 3
    colours = (shade(backdrop, 0.93, 1.2), accent, second)
    for k, colour in enumerate(colours):
        phase = stage.rng.uniform(0, 6.3, 2)
        xs = np.linspace(-12, 12, 420)
        crest = (
            tall * (0.92 - 0.24 * k) + 0.20 * np.sin(1.15 * xs * side + phase[0]) + 0.07 * np.sin(2.7 * xs + phase[1])
        )
        # lower behind the product: its outline stays on one colour
        crest *= 1 - 0.35 * np.exp(-(((xs - x) / 0.75) ** 2)) * (k > 0)
        crest = np.maximum(crest, 0.05)
        stage.add(_upright(xs, crest, back - 0.12 - gap * k), paper.build(stage, colour))
    sun = disc((x + side * 0.62, back - 0.06, 1.28 * tall + 0.22), 0.34, 0.02)
    stage.add(sun, paper.build(stage, shade(accent, 1.12, 0.8)))


def _upright(xs: np.ndarray, crest: np.ndarray, y: float) -> Mesh:
    front = np.stack(
        [
            np.stack([xs, np.full_like(xs, y), np.zeros_like(xs)], -1),
            np.stack([xs, np.full_like(xs, y), crest - 0.004], -1),
            np.stack([xs, np.full_like(xs, y + 0.016), crest], -1),
        ],
        1,
    )
    return grid(front, np.stack([front[..., 0], -front[..., 2]], -1) * 0.5)


def _waves(stage: Stage) -> None:
    """Two layers of card before the product, their far edges cut in waves."""
    product = stage.product
    front = min(0.0, float(product.centre[1]) - product.half_depth)
    xs = np.linspace(-8, 8, 400)
    for k, role in enumerate(("accent2", "accent")):
        phase = stage.rng.uniform(0, 6.3, 2)
        edge = front - 0.34 - 0.40 * k + 0.085 * np.sin(1.6 * xs + phase[0]) + 0.04 * np.sin(3.7 * xs + phase[1])
        top, low = 0.013 * (k + 1), 0.013 * k
        flat = np.stack([np.stack([xs, np.full_like(xs, v), np.full_like(xs, top)], -1) for v in (-9.0,)], 1)
        rim = np.stack([xs, edge - 0.003, np.full_like(xs, top)], -1)
        foot = np.stack([xs, edge, np.full_like(xs, low)], -1)
        P = np.concatenate([flat, rim[:, None], foot[:, None]], 1)
        mesh = merge([grid(P, P[..., :2] * 0.5)])
        stage.add(mesh, paper.build(stage, stage.colour(role)))
