"""Fresh snow before a misty wood; crystals of ice in every second picture."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import blend, cloud, grain, soft_step
from bgstudio.backends.raytrace.kit.material import Bump, Material, Screen, tint
from bgstudio.backends.raytrace.kit.mesh import Mesh, grid, merge, rotation
from bgstudio.backends.raytrace.kit.noise import fractal_resized
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.pixels.types import Double, Float

HALF, FAR = 7.0, 7.5
"""World units of snow to either side and behind."""


def build(stage: Stage) -> None:
    """Snow, wood, low sun, sky; ice where the seed asks for it."""
    product = stage.product
    y = float(product.centre[1])
    xs = _spaced(-HALF, HALF, max(110, int(300 * stage.detail**0.5)), float(product.centre[0]))
    ys = _spaced(-5.0, y + FAR, max(120, int(330 * stage.detail**0.5)), y - 0.2)
    Z = _drifts(stage, xs, ys)

    def height(x: float, v: float) -> float:
        return float(Z[np.abs(xs - x).argmin(), np.abs(ys - v).argmin()])

    stage.relief = height
    X, Y = np.meshgrid(xs, ys, indexing="ij")
    stage.add(grid(np.stack([X, Y, Z], -1), np.stack([X, -Y], -1) * 0.5), _snow(stage))
    stage.light(Screen((0, y + 13.0, 4.4), 34.0, 15.0, _wood(stage)))
    stage.key(6.5, distance=9.0, target=(0, 0.2, 0.3), warm=(1, 0.90, 0.76))
    stage.gobo("none", distance=4.0, target=(0.0, 0.3, 0.4))
    stage.fill(0.36, (0.70, 0.94, 1.36))
    if stage.variant == 1 and len(stage.scene.props or ()) < 2:
        _ice(stage)
    stage.props("fir")
    stage.depth_of_field(0.055)
    stage.finish = Finish(percentile=60, level=0.88, vignette=0.05, bounces=5)


def _spaced(low: float, high: float, count: int, dense: float) -> Double:
    """Positions from ``low`` to ``high``, four times denser around ``dense``."""
    t = np.linspace(-1, 1, count)
    bent = 0.35 * t + 0.65 * t**3
    return np.where(bent < 0, dense + bent * (dense - low), dense + bent * (high - dense))


def _drifts(stage: Stage, xs: Double, ys: Double) -> Double:
    """Heights: level around the foot, a pressed rim close to it, drifts and clods farther out."""
    product = stage.product
    seed = stage.scene.seed % 16
    n = 256

    def field(beta: float, number: int, scale: float) -> Double:
        noise = cloud(n, beta, seed + number)
        i = np.floor((xs / scale) % 1 * n).astype(int) % n
        j = np.floor((ys / scale) % 1 * n).astype(int) % n
        return np.asarray(noise[np.ix_(i, j)], float)

    big = np.asarray(fractal_resized(64, 3.6, seed, (len(xs), len(ys))), float)
    X, Y = np.meshgrid(xs, ys, indexing="ij")
    d = np.hypot(
        (X - product.centre[0]) / (product.half_width + 0.16), (Y - product.centre[1]) / (product.half_depth + 0.14)
    )
    free = soft_step(d, 1.0, 2.0)
    Z = 0.085 * big * soft_step(d, 1.0, 3.2) + 0.006 * field(2.9, 3, 3.0) * free + 0.0011 * field(1.9, 5, 1.6) * free
    # pushed up around what was set down into it
    Z += 0.022 * np.exp(-(((d - 1.32) / 0.2) ** 2)) * (0.6 + 0.4 * field(2.8, 7, 2.0)).clip(0.1, 1.4)
    # a bank rises behind and hides where the snow ends
    Z += 0.55 * soft_step(Y, product.centre[1] + 1.6, product.centre[1] + FAR)
    # nothing in front of the product rises above its foot
    front = (product.centre[1] > Y) & (np.abs(X - product.centre[0]) < product.reach + 0.2)
    Z = np.where(front, np.minimum(Z, 0.012 + 0.0 * Z), Z)
    return np.asarray(Z - 0.004, float)


def _snow(stage: Stage) -> Material:
    n = stage.size(768)
    speck = grain(n, 0.25, 21)
    tone = 1 + 0.012 * cloud(n, 2.2, 22) + 0.010 * speck
    white = 0.86 + 0.14 * stage.colour("surface") / max(float(stage.colour("surface").max()), 1e-3)
    material = Material(tint(white * 0.90, tone), matt=True, bump=Bump(speck + 0.6 * cloud(n, 1.4, 23, 512), 0.003))
    return material if stage.scene.surface is None else stage.surface("sand")


def _wood(stage: Stage) -> Float:
    """Radiance (n, n, 3) of a fir wood in mist: rows of trees, the farther the paler."""
    n = 256
    rng = np.random.default_rng(stage.scene.seed % 64 + 5)
    gz = np.linspace(11.9, -3.1, n, dtype=np.float32)[:, None]
    gx = np.linspace(-17, 17, n, dtype=np.float32)[None]
    # winter air has little colour of its own, whatever the palette says
    sky = blend((0.48, 0.63, 0.80), stage.colour("backdrop"), np.full((), 0.3))
    top, mist = sky * np.float32(0.92), sky * np.float32(0.55) + np.float32(0.42) * np.float32(sky.mean())
    rise = np.clip(gz / 7.0, 0, 1)[..., None]
    image = mist * (1 - rise) + top * rise + np.zeros((n, n, 3), np.float32)
    # the low sun warms the mist on its side
    glow = np.exp(-(((gx - 9 * stage.side) / 9) ** 2) - ((gz - 0.8) / 2.6) ** 2)[..., None]
    image = image + glow * np.array([0.34, 0.22, 0.10], np.float32)
    dark = sky * np.array([0.20, 0.26, 0.30], np.float32)
    for depth, (count, tall, thin) in enumerate(((60, 2.7, 0.75), (42, 3.6, 0.95), (20, 5.2, 1.25))):
        veil = (0.28, 0.46, 0.74)[depth]
        mask = np.zeros((n, n), np.float32)
        for _ in range(count):
            x, h = rng.uniform(-17, 17), tall * rng.uniform(0.6, 1.15)
            half = thin * rng.uniform(0.45, 0.8)
            up = np.clip((gz + 0.4) / h, 0, 1)
            # tiers of boughs
            width = half * (1 - up) * (0.78 + 0.22 * np.abs(np.sin(up * h * 5 + x)))
            mask = np.maximum(mask, np.clip((width - np.abs(gx - x)) * 5, 0, 1) * (up < 1) * (gz > -0.4))
        fog = np.clip((gz + 1.6) / 3.2, 0.25, 1)
        amount = (mask * veil * fog)[..., None]
        image = image * (1 - amount) + dark * amount
    return (image * np.float32(0.78)).astype(np.float32)


def _ice(stage: Stage) -> None:
    """Two or three cubes of clouded ice at the key's far side."""
    product, rng = stage.product, stage.rng
    edge = float(np.clip(3.2 * stage.cm, 0.13, 0.24))
    parts = []
    for dx, dy, size in ((0.30, -0.05, 1.0), (0.58, -0.42, 0.72), (0.72, 0.22, 0.85)):
        x = float(product.centre[0]) + stage.side * (product.reach + dx + edge * 0.4)
        v = float(product.centre[1]) + dy
        turn = rotation("z", rng.uniform(0, 1.5)) @ rotation("x", rng.normal(0, 0.2))
        cube = _cube(edge * size, rng)
        cube = cube.moved((x, v, stage.ground(x, v) + 0.42 * edge * size), turn)
        parts.append(cube)
    stage.add(merge(parts), Material(glass=1.31))


def _cube(edge: float, rng: np.random.Generator) -> Mesh:
    """A cube with melted edges."""
    n = 9
    t = np.tan(np.linspace(-1, 1, n) * 0.82) / np.tan(0.82)
    faces = []
    for axis in range(3):
        for sign in (-1, 1):
            a, b = np.meshgrid(t, t, indexing="ij")
            c = np.full_like(a, sign)
            P = np.stack([c, a, b], -1) if sign > 0 else np.stack([c, b, a], -1)
            faces.append(np.roll(P, axis, -1))
    P = np.stack(faces)
    norm = (np.abs(P) ** 9).sum(-1, keepdims=True) ** (1 / 9)
    P = P / norm * (edge / 2) * (1 + 0.02 * rng.normal(size=(1, 1, 1, 3)))
    return merge([grid(face) for face in P])
