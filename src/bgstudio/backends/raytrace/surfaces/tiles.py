"""Hand-made glazed tiles: every one differs in tone, tilt and dome; the grout is rough."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bgstudio.backends.raytrace.kit.fields import cloud, grain
from bgstudio.backends.raytrace.kit.material import Bump, Colour, Material, Texture
from bgstudio.backends.raytrace.stage import Stage
from bgstudio.pixels.types import Float


def build(
    stage: Stage,
    colour: Colour | None = None,
    columns: int = 6,
    rows: int = 6,
    staggered: bool = False,
    grout: Colour | None = None,
    seed: int = 3,
) -> Material:
    """Tiles of a colour (linear RGB; default: the palette's surface), ``columns`` by ``rows`` per texture.

    ``staggered`` shifts every second row by half a tile (``rows`` must then be even for the texture to tile).
    """
    tone, inside, heights = _pattern(stage.size(1024), columns, rows, staggered, seed)
    base = np.asarray(stage.colour("surface") if colour is None else colour, np.float32)
    joint = np.asarray(0.55 * base + 0.28 if grout is None else grout, np.float32)
    rough_joint = joint * (1 + 0.07 * grain(len(tone), 1.2, seed + 5))[..., None]
    share = inside[..., None]
    pixels = base * tone * share + rough_joint * (1 - share)
    roughness = (0.13 * inside + 0.75 * (1 - inside)).astype(np.float32)
    return Material(
        Texture(np.clip(pixels, 0, 1).astype(np.float32)),
        roughness=Texture(roughness),
        specular=0.5,
        bump=Bump(heights, 0.014),
    )


@lru_cache(maxsize=4)
def _pattern(n: int, columns: int, rows: int, staggered: bool, seed: int) -> tuple[Float, Float, Float]:
    """Tone around 1 (n, n, 3), where the tiles are 0..1, and heights; float32."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:n, 0:n].astype(np.float32)
    fy = y * rows / n
    j = np.floor(fy).astype(int)
    fx = (x * columns / n + 0.5 * (j % 2) * staggered) % columns
    i = np.floor(fx).astype(int)
    fx, fy = fx - i, fy - j
    cell_x, cell_y = n / columns, n / rows
    short = min(cell_x, cell_y)
    # edges of hand-cut tiles waver
    waver = 0.004 * cloud(n, 1.8, seed + 7)
    edge = np.minimum(np.minimum(fx, 1 - fx) * cell_x, np.minimum(fy, 1 - fy) * cell_y) / short + waver
    inside = np.clip((edge - 0.016) / 0.012, 0, 1)
    dome = np.sqrt(np.clip((edge - 0.016) / 0.10, 0, 1))
    tones = 1 + rng.normal(0, 0.05, (rows, columns))[..., None] + rng.normal(0, 0.012, (rows, columns, 3))
    tilt_x, tilt_y = rng.normal(0, 0.3, (2, rows, columns))
    # glaze runs thin towards the rim and pools in clouds
    tone = tones[j, i] * (1 + 0.035 * cloud(n, 2.3, seed + 1) - 0.05 * np.exp(-edge / 0.05))[..., None]
    lean = (fx - 0.5) * tilt_x[j, i] + (fy - 0.5) * tilt_y[j, i]
    heights = (0.5 * dome + 0.5 * lean + 0.10 * cloud(n, 3.0, seed + 4)) * inside
    return tone.astype(np.float32), inside.astype(np.float32), heights.astype(np.float32)
