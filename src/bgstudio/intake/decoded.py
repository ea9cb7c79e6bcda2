"""What the decoding process hands over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from bgstudio.domain.picture import SourceNotes


@dataclass(frozen=True, eq=False)
class Decoded:
    """Pixels as they go over the pipe.

    Attributes:
        rgb: (H, W, 3) or, for gray, (H, W); uint8 encoded sRGB, or float32 linear sRGB 0..1; straight.
        alpha: (H, W) uint8 or float32 0..1, or None where all is opaque.
        source: notes on the file.
    """

    rgb: npt.NDArray[Any]
    alpha: npt.NDArray[Any] | None
    source: SourceNotes
