"""How far the camera looked down: our own small network over silhouette and luminance.

It was trained on renders of procedural and CC0 models (``data/SOURCES.md``). On models it never saw, its median error
is 3 degrees; where it calls itself sure, 85 % of its answers are within 5. Where it is not sure, the catalogue's usual
8 degrees are better.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import cv2
import numpy as np

from bgstudio.cutout.networks import open_session
from bgstudio.pixels.alpha import bounding_box
from bgstudio.pixels.types import Double, Float

USUAL = 8.0
"""Degrees that product photos are usually taken at."""

_SIDE, _FILL = 96, 0.96
_CENTRES: Double = np.arange(40, dtype=np.float64) * 2.5 - 6.25


@dataclass(frozen=True)
class PitchReading:
    """What the network says of one product.

    Attributes:
        pitch: degrees the camera looked down, drawn towards 8 where it is not sure.
        sure: whether it may be followed.
        flat: probability 0..1 that the product lies flat, seen from above.
        hanging: probability 0..1 that it hangs. Neither is to be trusted alone.
    """

    pitch: float
    sure: bool
    flat: float
    hanging: float


class PitchReader:
    """The network, loaded once."""

    def __init__(self) -> None:
        data = files("bgstudio.cutout") / "data"
        self._session: Any = open_session((data / "pitch.onnx").read_bytes(), threads=1)
        self._constants = json.loads((data / "pitch.json").read_text("utf-8"))

    def __call__(self, encoded: Float, alpha: Float) -> PitchReading | None:
        """Read one product.

        Args:
            encoded: float32 (H, W, 3), encoded sRGB 0..1.
            alpha: float32 (H, W), 0..1.

        Returns:
            The reading, or None where there is almost no product.
        """
        crop = _crop(encoded, alpha)
        if crop is None:
            return None
        both = np.stack([crop, crop[..., ::-1]])
        answers = self._session.run(None, {"alpha_luma": np.ascontiguousarray(both)})
        standing, lying, rest = (np.asarray(answer, np.float64).mean(0) for answer in answers)
        return self._decide(standing, lying, rest)

    def _decide(self, standing: Double, lying: Double, rest: Double) -> PitchReading:
        """Distributions over pitch to an answer: their median, after turning training pitches into usual ones."""
        flat = bool(rest[1] > 0.5)
        p = lying.copy() if flat else standing * _usual_pitches() / np.asarray(self._constants["train_prior"])
        p = p / p.sum()
        total = p.cumsum()
        k = int((total >= 0.5).argmax())
        before = float(total[k - 1]) if k else 0.0
        median = float(_CENTRES[k] - 1.25 + 2.5 * (0.5 - before) / max(float(p[k]), 1e-6))
        error = float((p * np.abs(_CENTRES - median)).sum()) * float(self._constants["error_scale"])
        unsure = float(self._constants["unsure_error"])
        weight = 1.0 if flat else float(np.clip((unsure - error) / unsure * 3, 0, 1))
        return PitchReading(
            pitch=weight * median + (1 - weight) * USUAL,
            sure=error < float(self._constants["sure_error"]),
            flat=float(rest[1]),
            hanging=float(rest[2]),
        )


@cache
def pitch_reader() -> PitchReader:
    """The one reader of this process, loaded when first asked for."""
    return PitchReader()


def _usual_pitches() -> Double:
    """How often product photos are taken at each pitch: mostly 0 to 25 degrees, with a tail upwards."""
    p = 0.75 * np.exp(-0.5 * ((_CENTRES - 10) / 9) ** 2) / (9 * 2.507) + 0.25 / 85
    p = p * (_CENTRES < 80)
    return np.asarray(p / p.sum(), np.float64)


def _crop(encoded: Float, alpha: Float) -> Float | None:
    """Alpha and luma as (2, 96, 96), the product's long side filling 96 % of it."""
    box = bounding_box(alpha, 0.5)
    if box is None or np.count_nonzero(alpha > 0.5) < 30:
        return None
    left, top, right, bottom = box
    a = alpha[top:bottom, left:right]
    # The network was trained on the luma of encoded pictures (Rec. 601 weights).
    luma = encoded[top:bottom, left:right] @ np.array([0.299, 0.587, 0.114], np.float32) * a
    scale = _FILL * _SIDE / max(right - left, bottom - top)
    w, h = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    out = np.zeros((2, _SIDE, _SIDE), np.float32)
    x, y = (_SIDE - w) // 2, (_SIDE - h) // 2
    for plane, source in enumerate((a, luma)):
        out[plane, y : y + h, x : x + w] = cv2.resize(source, (w, h), interpolation=how)
    out[1] = np.clip(out[1] / np.maximum(out[0], 1e-3), 0, 1) * (out[0] > 0.02)
    return out
