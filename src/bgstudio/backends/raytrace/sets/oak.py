"""An oak table; behind it a room by a window, or a garden in the evening, in warm discs of blur."""

from __future__ import annotations

import numpy as np

from bgstudio.backends.raytrace.kit.fields import shade
from bgstudio.backends.raytrace.kit.material import mixed
from bgstudio.backends.raytrace.kit.mesh import plane, rounded_box
from bgstudio.backends.raytrace.kit.scenery import Painting
from bgstudio.backends.raytrace.kit.wares import VASES
from bgstudio.backends.raytrace.props.placing import centimetre
from bgstudio.backends.raytrace.sets.sunlight import sunlight
from bgstudio.backends.raytrace.stage import Finish, Stage
from bgstudio.backends.raytrace.surfaces.wood import PLANKS
from bgstudio.pixels.colour import hex_to_linear

PLANK_CM = 9.0


def build(stage: Stage) -> None:
    """Table, painted background, low sun or a soft window from the side."""
    product = stage.product
    back = float(product.centre[1]) + product.half_depth + 1.05
    wood = stage.surface("oak")
    # planks keep their true width, within what still reads as a table
    uv = float(np.clip(1 / (PLANKS * PLANK_CM * centimetre(stage)), 0.24, 0.6))
    stage.add(plane((-10, 10), (-5.5, back - 0.05), 0.0, uv=uv), wood)
    stage.add(rounded_box((0, back - 0.06, -0.16), 20.0, 0.12, 0.16, bevel=0.03, uv=uv), wood)
    picture = _garden(stage) if stage.variant else _room(stage)
    stage.light(picture.hung(stage.camera, back + 6.5))
    stage.depth_of_field(0.06)
    target = np.array([float(product.centre[0]), float(product.centre[1]), 0.4 * product.height])
    shaded = sunlight(stage, "window", 4.4, target=target, warm=(1.0, 0.90, 0.76), hang=3.2)
    stage.accent_light(-55, 24, 7.0, 4.0, 3.2, 0.4, (0.94, 0.97, 1.0), target=(0, 0, 0.5))
    stage.accent_light(150, 56, 7.6, 2.4, 2.0, 0.7, (1.0, 0.92, 0.8), target=(0, 0, 0.3))
    stage.fill(0.40, (1.0, 0.98, 0.95))
    stage.props(*(("eucalyptus",) if stage.variant else ("books",)))
    stage.finish = Finish(percentile=76 if shaded else 60, level=0.79, vignette=0.10)


def _room(stage: Stage) -> Painting:
    """A wall in the backdrop's colour, a window, a shelf, a plant, a few warm lamps."""
    rng = stage.rng
    wall = shade(stage.colour("backdrop"), 0.82, 1.1)
    picture = Painting(wall, wall * 0.8, rng)
    picture.clouds(3.2, 0.10, stage.scene.seed)
    cream = hex_to_linear("#efe6d8")
    left = 0.06 + rng.uniform(0, 0.08)
    sky, green = np.array([1.7, 1.65, 1.5]), hex_to_linear("#b7c98f") * 1.1
    picture.window((left, left + 0.27), (0.10, 0.52), (2, 3), sky, green, cream)
    y, x = np.mgrid[0:1:512j, 0:1:512j]
    glow = np.exp(-(((x - left - 0.13) / 0.36) ** 2) - ((y - 0.30) / 0.34) ** 2)
    picture.add(glow.astype(np.float32), np.array([0.24, 0.21, 0.16]))
    picture.rect((0.62, 0.76), (0.22, 0.40), hex_to_linear("#6b4a33"))
    picture.rect((0.632, 0.748), (0.236, 0.384), cream * 0.9)
    picture.rect((0.665, 0.715), (0.27, 0.35), stage.colour("accent"))
    picture.blur(0.007)
    _sideboard(stage, picture)
    picture.blur(0.009)
    _lamps(stage, picture, 16, (0.52, 0.98), (0.16, 0.50), 0.5)
    picture.blur(0.002)
    if stage.side > 0:
        picture.mirrored()
    return picture


def _sideboard(stage: Stage, picture: Painting) -> None:
    """A low sideboard with vases and a plant on the off-key side."""
    rng = stage.rng
    wood, cream = hex_to_linear("#8d623f"), hex_to_linear("#efe6d8")
    picture.rect((0.44, 1.0), (0.545, 0.70), wood)
    picture.rect((0.0, 1.0), (0.66, 1.0), hex_to_linear("#7a5a40"))
    colours = (cream, stage.colour("accent"), stage.colour("accent2"), hex_to_linear("#b98a62"))
    for at in (0.52, 0.60, 0.80):
        shape, colour = VASES[int(rng.integers(len(VASES)))], colours[int(rng.integers(len(colours)))]
        picture.vessel(at + rng.normal(0, 0.015), 0.547, rng.uniform(0.06, 0.11), shape, colour)
    greens = np.stack([hex_to_linear(c) for c in ("#3f5a33", "#5f7d45", "#86a05f")])
    picture.foliage((0.91, 0.37), (0.045, 0.065), 60, 0.05, greens)
    picture.vessel(0.91, 0.547, 0.11, VASES[2], cream * 0.85)


def _garden(stage: Stage) -> Painting:
    """Trees against a low sun: bright gaps, dark trunks, and leaves that glint as discs."""
    rng = stage.rng
    picture = Painting(hex_to_linear("#8f9a5f"), hex_to_linear("#4f5a3a"), rng)
    picture.clouds(2.6, 0.45, stage.scene.seed)
    y, x = np.mgrid[0:1:512j, 0:1:512j]
    sun = np.exp(-(((x - 0.22) / 0.24) ** 2) - ((y - 0.34) / 0.20) ** 2)
    picture.add(sun.astype(np.float32), np.array([0.95, 0.80, 0.46]))
    for at in rng.uniform(0.02, 0.98, 7):
        width = rng.uniform(0.012, 0.04)
        picture.rect((at, at + width), (0.0, 0.62), hex_to_linear("#3d3a2a"), 0.55)
    greens = np.stack([hex_to_linear(c) for c in ("#5d7037", "#8a9a4c", "#a9b065", "#46572f")])
    picture.foliage((0.65, 0.22), (0.22, 0.12), 150, 0.035, greens)
    picture.foliage((0.5, 0.58), (0.4, 0.05), 150, 0.03, greens * 0.8)
    picture.blur(0.013)
    _lamps(stage, picture, 60, (0.04, 0.98), (0.12, 0.52), 0.34)
    picture.blur(0.002)
    if stage.side > 0:
        picture.mirrored()
    return picture


def _lamps(
    stage: Stage, picture: Painting, count: int, x: tuple[float, float], y: tuple[float, float], light: float
) -> None:
    """Warm discs of varied size and brightness; they cluster, as glints and strings of lamps do."""
    rng = stage.rng
    heads = rng.uniform((x[0], y[0]), (x[1], y[1]), (max(4, count // 4), 2))
    places = heads[rng.integers(len(heads), size=count)] + rng.normal(0, 0.055, (count, 2))
    radii = rng.choice([0.010, 0.0135, 0.017], count) * rng.uniform(0.9, 1.1, count)
    warm = np.array([1.0, 0.80, 0.48]) + rng.normal(0, 0.07, (count, 3)) * np.array([0.3, 1, 1.4])
    strength = light * rng.uniform(0.25, 1.15, count)[:, None]
    picture.bokeh(places, radii, mixed(np.clip(warm, 0, 1), stage.warmed((1.0, 0.85, 0.6)), 0.2) * strength)
