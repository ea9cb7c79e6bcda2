"""Still water: the product on a flat stone, rings around it, pebbles and leaves at the sides."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, light, shade
from bgstudio.backends.raytrace.kit.material import Material, Screen, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh, merge, plane
from bgstudio.backends.raytrace.kit.noise import fractal
from bgstudio.backends.raytrace.kit.plants import Blade, leaf_material, leaves
from bgstudio.backends.raytrace.kit.slabs import ring_waves, river_slab
from bgstudio.backends.raytrace.kit.stones import pebble, stone_material
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.pixels.types import Double, Float

NEAR = 4.6
"""World units around the product where the water is rippled; beyond, it is a mirror."""


def build(stage: Stage) -> None:
    """Stone, water, pebbles, leaves, a bright wall of mist."""
    product = stage.product
    x, y = float(product.centre[0]), float(product.centre[1])
    height = float(np.clip(2.6 * stage.cm, 0.13, 0.20))
    level = (max(0.30, 1.12 * product.half_width + 0.06), product.half_depth + 0.10)
    wide = max(0.62, 1.18 * max(product.half_width, 0.7 * product.reach) + 0.30)
    deep = max(0.46, product.half_depth + 0.34)
    stage.floor, stage.clear = -height, wide
    stage.relief = lambda u, v: 0.0 if np.hypot((u - x) / wide, (v - y) / deep) < 0.75 else -height
    _stone(stage, (x, y), (wide, deep), height, level)
    spots = _pebbles(stage, (x, y), (wide, deep))
    _water(stage, (x, y, 0.9 * (wide + deep) / 2), spots)
    if stage.scene.props != ():
        _leaves(stage, x, y, wide)
    back = y + product.half_depth + 6.5
    stage.light(Screen((0, back, 4.0), 26.0, 14.0, _mist(stage)))
    target = (x, y, 0.3)
    stage.key(5.4, distance=6.5, target=target, warm=(1, 0.97, 0.9))
    stage.gobo("none", distance=3.5, target=target)
    stage.accent_light(-55, 30, 6.0, 2.6, 2.6, 0.45, (0.94, 1.0, 1.0), target=(0, 0, 0.5))
    air = shade(stage.colour("backdrop"), 1.0, 0.7)
    stage.fill(0.20, air / max(light(air), 1e-3))
    stage.props()
    stage.depth_of_field(0.04)
    stage.finish = Finish(percentile=62, level=0.80, vignette=0.07)


def _stone(
    stage: Stage, at: tuple[float, float], size: tuple[float, float], height: float, level: tuple[float, float]
) -> None:
    slab = river_slab(*at, *size, -height - 0.16, level, stage.rng)
    own = shade(stage.colour("accent"), 1.0, 0.35)
    grey = own * np.float32(0.30 / max(light(own), 1e-3))
    stone = stone_material(stage.size(768), grey, stage.scene.seed, rough=0.5)
    stage.add(slab, stone if stage.scene.surface is None else stage.surface("slate"))


def _pebbles(stage: Stage, at: tuple[float, float], size: tuple[float, float]) -> list[tuple[float, float, float]]:
    """Stones in the water, some wet, more of them off the key's side; returns (x, y, radius) for their rings."""
    rng, side = stage.rng, stage.side
    (x, y), (wide, deep) = at, size
    unit = float(np.clip(4.2 * stage.cm, 0.16, 0.30))
    own = shade(stage.colour("accent"), 1.0, 0.4)
    base = own * np.float32(0.26 / max(light(own), 1e-3))
    spots = []
    group = (
        (-(wide + 1.5 * unit), -0.30, 0.95, 0.8),
        (-(wide + 2.9 * unit), 0.20, 1.25, 1.25),
        (-(wide + 0.75 * unit), -0.75, 0.42, 0.55),
        (wide + 1.9 * unit, 0.40, 1.15, 1.0),
        (wide + 1.2 * unit, -0.55, 0.5, 0.7),
        (wide + 3.0 * unit, -0.15, 0.75, 1.35),
    )
    for i, (dx, dy, share, tone) in enumerate(group):
        radius = unit * share * float(rng.uniform(0.88, 1.12))
        px, py = x + side * dx + float(rng.normal(0, 0.04)), y + dy + float(rng.normal(0, 0.06))
        # a wide product pushes them out of the picture: they come back in before or behind its stone, cut by the frame
        edge = stage.camera.k * (7.5 + py) + 0.2 * radius
        if abs(px) > edge:
            px = float(np.sign(px)) * edge
            if edge < wide + radius:
                py = y + float(np.sign(dy)) * (deep + 1.25 * radius)
        flat = float(rng.uniform(0.5, 0.66))
        stone = pebble((px, py, stage.floor - 0.45 * radius * flat), radius, rng, flat=flat)
        skin = stone_material(stage.size(384), base * np.float32(tone), i, wet=i % 3 == 2, veins=i % 2 == 1)
        stage.add(stone, skin)
        spots.append((px, py, radius))
    return spots


def _water(stage: Stage, stone: tuple[float, float, float], spots: list[tuple[float, float, float]]) -> None:
    n = max(120, int(330 * stage.detail**0.5))
    s = np.linspace(-NEAR, NEAR, n)
    X, Y = np.meshgrid(s, s + stone[1], indexing="ij")
    heights = 0.016 * ring_waves(X, Y, stone[0], stone[1], 0.30, stone[2])
    for x, y, radius in spots[:5]:
        heights += 0.005 * ring_waves(X, Y, x, y, 0.17, radius)
    heights += 0.0021 * _swell(n, stage.scene.seed)
    # calm towards the horizon, where ripples would only flicker
    heights *= np.clip((NEAR - np.abs(Y - stone[1])) / 2.0, 0, 1) * np.clip((NEAR - np.abs(X)) / 1.0, 0, 1)
    near = plane((-NEAR, NEAR), (stone[1] - NEAR, stone[1] + NEAR), stage.floor, uv=0.25, heights=heights)
    tone = stage.colour("surface")
    deep = shade(tone, 0.42, 1.35)
    size = stage.size(256)
    bed = Texture(np.clip(deep * (1 + 0.12 * cloud(size, 2.6, 5)[..., None]), 0, 1).astype(np.float32))
    stage.add(near, Material(bed, roughness=0.03, specular=0.9))
    far = plane((-40, 40), (-12, stone[1] + 7.5), stage.floor - 0.02, uv=0.25)
    stage.add(far, Material(bed, roughness=0.11, specular=0.85))


def _swell(n: int, seed: int) -> Double:
    return np.asarray(fractal(n, n, 3.6, seed % 8 + 3), float)


def _leaves(stage: Stage, x: float, y: float, wide: float) -> None:
    """Broad leaves rising behind the outer stones, one adrift."""
    rng, side, floor = stage.rng, stage.side, stage.floor
    P, D, U, S = [], [], [], []
    for sign, count in ((-1, 6), (1, 4)):
        root = np.array([x + sign * side * (wide + 0.72), y + 0.55, floor + 0.02])
        for k in range(count):
            lean = sign * side * (-0.75 + 1.7 * k / max(1, count - 1)) + rng.normal(0, 0.12)
            P.append(root + rng.normal(0, 0.08, 3) * [1, 1, 0.2])
            D.append([lean, -0.35 + rng.normal(0, 0.25), 0.62 + rng.uniform(0, 0.35)])
            U.append([0.2 * lean, -0.7, 0.75])
            S.append(rng.uniform(0.4, 0.7))
    P += [np.array([x - side * 0.45, y - 0.95, floor + 0.012]), np.array([x + side * 0.95, y - 0.8, floor + 0.012])]
    D += [[-side * 0.8, 0.5, 0.02], [side * 0.6, -0.7, 0.02]]
    U += [[0, 0, 1], [0, 0, 1]]
    S += [0.26, 0.17]
    mesh: Mesh = leaves(np.array(P), np.array(D), np.array(U), np.array(S), rng, Blade(width=0.24, fold=0.25, curl=0.6))
    green = shade(stage.colour("accent2"), 1.0, 1.4)
    green = green * np.float32(0.26 / max(light(green), 1e-3))
    stage.add(merge([mesh]), leaf_material(green * 0.55, green * 1.25, roughness=0.34))


def _mist(stage: Stage) -> Float:
    """Radiance (n, n, 3): a wall of light mist, brightest behind the product."""
    n = 160
    gx = np.linspace(-1, 1, n, dtype=np.float32)[None]
    gz = np.linspace(1, -1, n, dtype=np.float32)[:, None]
    colour = stage.colour("backdrop")
    halo = np.exp(-(((gx + 0.12 * stage.side) / 0.42) ** 2) - ((gz + 0.32) / 0.5) ** 2)
    haze = 0.05 * fractal(n, n, 3.4, stage.scene.seed % 8 + 11)
    body = (0.56 + 0.10 * gz + haze)[..., None] * colour
    return np.clip(body + halo[..., None] * (0.42 * colour + 0.10), 0, 2).astype(np.float32)
