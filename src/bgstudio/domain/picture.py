"""A decoded photograph."""

from __future__ import annotations

from dataclasses import dataclass, field

from bgstudio.domain.making import NO_ORIGIN, Origin
from bgstudio.pixels.types import Float


@dataclass(frozen=True)
class SourceNotes:
    """What the file was, told without its name or its metadata.

    Attributes:
        format: ``jpeg``, ``png``, ``webp``, ``avif``, ``heif``, ``tiff``, ``bmp``, ``gif``, ``jpeg2000``, ``mpo``.
        width, height: as stored, before orientation.
        frames: number of frames or pages in the file.
        turned: True when an orientation mark was followed.
        profile: name of the embedded colour profile, or None.
        notes: sentences for the person (first frame used, colours outside sRGB, reduced, cut off, ...).
        origin: what its marks say of how it was made.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    turned: bool = False
    profile: str | None = None
    notes: tuple[str, ...] = ()
    origin: Origin = NO_ORIGIN


@dataclass(frozen=True, eq=False)
class Picture:
    """A photograph as the stages see it.

    Attributes:
        rgb: float32 (H, W, 3), linear light, sRGB primaries, 0..1, straight (not multiplied by alpha).
        alpha: float32 (H, W) 0..1, or None where the file has no transparency or none that matters.
        source: where it came from; never metadata such as place, time or device.
    """

    rgb: Float
    alpha: Float | None = None
    source: SourceNotes = field(default_factory=lambda: SourceNotes("memory", 0, 0))

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])
