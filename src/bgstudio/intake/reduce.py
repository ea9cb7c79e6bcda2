"""Area averaging of a picture that comes in bands of rows, so that the large original is never there in floats."""

from __future__ import annotations

import math

import cv2
import numpy as np

from bgstudio.pixels.types import Float


class AreaReducer:
    """Reduces float32 bands to (height, width, channels); the mean over each pixel's exact footprint.

    Gives what ``pixels.resample.resize`` gives for the whole picture, up to rounding.

    Args:
        source: (width, height) of the original.
        target: (width, height) of the result, neither larger than the original's.
        channels: number of channels.
    """

    def __init__(self, source: tuple[int, int], target: tuple[int, int], channels: int) -> None:
        self._width = target[0]
        self._step = source[1] / target[1]
        self._out = np.zeros((target[1], target[0], channels), np.float32)

    def add(self, top: int, band: Float) -> None:
        """Add rows ``top``.. of the original, (rows, source width, channels); each row exactly once."""
        rows = band.shape[0]
        narrow = cv2.resize(band, (self._width, rows), interpolation=cv2.INTER_AREA).reshape(rows, -1)
        first = int(top / self._step)
        last = min(len(self._out), math.ceil((top + rows) / self._step))
        edges = np.arange(first, last)[:, None] * self._step
        lines = np.arange(top, top + rows)[None]
        weights = np.minimum(edges + self._step, lines + 1) - np.maximum(edges, lines)
        weights = (np.maximum(weights, 0) / self._step).astype(np.float32)
        part = self._out[first:last]
        part += (weights @ narrow).reshape(part.shape)

    def result(self) -> Float:
        """The reduced picture; complete once every row was added."""
        return self._out
