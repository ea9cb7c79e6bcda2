from __future__ import annotations

import numpy as np

from bgstudio.cutout.foreground import foreground
from bgstudio.pixels.colour import bytes_to_linear, to_linear
from bgstudio.pixels.filters import blur
from bgstudio.pixels.types import Float
from tests.cutout.kit import PAPER, RED, grid, mug, photo


def soft_mug() -> tuple[Float, Float]:
    """Photo (linear) and true alpha of a product with a wide soft edge."""
    alpha = blur(mug(), 3)
    alpha = np.clip((alpha - 0.02) / 0.96, 0, 1).astype(np.float32)
    return bytes_to_linear(photo(alpha, backdrop=(0.1, 0.7, 0.2))), alpha


def test_opaque_pixels_are_the_photos_own_bit_by_bit() -> None:
    rgb, alpha = soft_mug()
    out = foreground(rgb, alpha)
    solid = alpha == 1
    assert solid.sum() > 1000
    assert np.array_equal(out[solid], rgb[solid])


def test_the_backdrops_colour_is_taken_out_of_soft_edges() -> None:
    rgb, alpha = soft_mug()
    out = foreground(rgb, alpha)
    band = (alpha > 0.2) & (alpha < 0.9)
    before = np.abs(rgb[band] - to_linear(RED)).mean()
    after = np.abs(out[band] - to_linear(RED)).mean()
    assert after < 0.2 * before
    assert out.min() >= 0
    assert out.max() <= 1


def test_mixed_again_it_gives_the_photo() -> None:
    rgb, alpha = soft_mug()
    green = to_linear((0.1, 0.7, 0.2))
    again = alpha[..., None] * foreground(rgb, alpha) + (1 - alpha[..., None]) * green
    assert np.abs(again - rgb).mean() < 0.01


def test_a_large_photo_and_an_empty_matte() -> None:
    alpha = np.clip((grid(1400, 900)[1] - 300) / 30, 0, 1).astype(np.float32)
    rgb = bytes_to_linear(photo(alpha, backdrop=PAPER))
    out = foreground(rgb, alpha)
    band = (alpha > 0.3) & (alpha < 0.9)
    assert np.abs(out[band] - to_linear(RED)).mean() < 0.03
    none = np.zeros_like(alpha)
    assert np.array_equal(foreground(rgb, none), rgb)
