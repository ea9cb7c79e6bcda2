"""Contact occlusion: the thin dark line where a thing meets what it stands on."""

from __future__ import annotations

import numpy as np

from bgstudio.domain.shot import Shot
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float

STRENGTH = 0.5
REACH = 0.05
"""Part of the product's height above its ground line that counts as touching."""


def contact_shadow(shot: Shot, alpha: Float, foot: Float | None) -> Float:
    """Darkening at the foot, float32 (H, W), 0..STRENGTH for a natural shadow, up to a fifth more for a deeper one.

    The stand-in's own shadow is right from about its mesh's step outwards; nearer to the edge, where rays slip through
    between stand-in and ground, this thin line closes the gap. It follows the product's ground line, which for
    three-quarter views is not level. Where the shot asks for a weaker shadow it weakens more slowly than the rest of
    it, so that the product still touches the ground; without any shadow it is gone.

    Args:
        shot: for the product's place and the strength of its shadow.
        alpha: float32 (H, W), the product's alpha in the frame.
        foot: float32 (n, 2), pixel positions (x, y) of the ground line, left to right; None or empty for no ground.
    """
    if foot is None or len(foot) < 2 or shot.scene.camera.overhead or shot.shadow == 0:
        return np.zeros_like(alpha)
    height, width = alpha.shape
    tall = shot.rect.height
    order = np.argsort(foot[:, 0])
    line = np.interp(np.arange(width), foot[order, 0], foot[order, 1])
    line = np.clip(line, shot.rect.bottom - 0.45 * tall, shot.rect.bottom)
    touching = np.arange(height)[:, None] > (line - REACH * tall)[None]
    low = np.where(touching, alpha, 0).astype(np.float32)
    sigma = max(0.8, 0.006 * tall)
    tight, wide = blur(low, sigma), blur(low, 4 * sigma)
    dark = np.clip(np.maximum(STRENGTH * tight, 0.6 * STRENGTH * wide), 0, STRENGTH)
    return np.asarray(dark * np.float32(np.sqrt(shot.shadow)), np.float32)
