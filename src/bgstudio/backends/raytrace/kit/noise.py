"""Random fields that tile."""

from __future__ import annotations

import cv2
import numpy as np

from bgstudio.pixels.types import Float


def fractal(h: int, w: int, beta: float = 2.0, seed: int = 0, *, stretch: tuple[float, float] = (1, 1)) -> Float:
    """Gaussian noise with a power spectrum of f^-beta: float32 (h, w), mean 0, deviation 1, tiling.

    Args:
        h, w: pixels.
        beta: 0 white noise, 1 grain, 2 clouds, 3 and more smooth hills.
        seed: of the phases.
        stretch: makes features ``stretch`` times shorter along (rows, columns).
    """
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(h).astype(np.float32)[:, None] * stretch[0] * h
    fx = np.fft.rfftfreq(w).astype(np.float32)[None] * stretch[1] * w
    f2 = fy * fy + fx * fx
    f2[0, 0] = 1
    amplitude = f2 ** np.float32(-beta / 4)
    amplitude[0, 0] = 0
    # a normal complex spectrum instead of random phases: no trigonometry, half the time
    spectrum = rng.standard_normal((*amplitude.shape, 2), np.float32).view(np.complex64)[..., 0] * amplitude
    field = np.fft.irfft2(spectrum, s=(h, w)).astype(np.float32)
    field -= field.mean()
    return field / max(float(field.std()), 1e-9)


def fractal_resized(size: int, beta: float, seed: int, to: tuple[int, int]) -> Float:
    """``fractal`` of size x size, enlarged smoothly to (h, w)."""
    field = fractal(size, size, beta, seed)
    return np.asarray(cv2.resize(field, (to[1], to[0]), interpolation=cv2.INTER_CUBIC), np.float32)
