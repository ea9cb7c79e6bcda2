"""What a photo may cost. Handed in by whoever reads the settings; nothing here knows where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from bgstudio.errors import PictureTooLarge, PictureTooSmall


@dataclass(frozen=True)
class IntakeLimits:
    """Limits on one photo; all but ``working_side`` are checked before a pixel is decoded.

    Attributes:
        max_bytes: largest file.
        max_pixels: most pixels as stored.
        max_side: longest side as stored.
        max_frames: most frames or pages of a file; only the first is used.
        min_side: shortest side, before and after reduction.
        working_side: longest side of the ``Picture``; larger photos are reduced to it.
        seconds: time for one photo, from handing it in to having the picture; more only where the machine is so busy
            that the decoder did not get as much.
        memory: address space of the decoding process, in bytes, where the platform can limit it.
    """

    max_bytes: int = 50_000_000
    max_pixels: int = 80_000_000
    max_side: int = 16_000
    max_frames: int = 1_000
    min_side: int = 32
    working_side: int = 4096
    seconds: float = 5.0
    memory: int = 1_500_000_000

    def check_bytes(self, count: int) -> None:
        """Raise ``PictureTooLarge`` for a file of more than ``max_bytes``."""
        if count > self.max_bytes:
            raise PictureTooLarge(
                f"The file has {_amount(count)}; at most {_amount(self.max_bytes)} are taken.",
                "It was not opened.",
                "Save the photo as a JPEG, or make it smaller, and hand it in again.",
            )

    def check_size(self, width: int, height: int, frames: int = 1) -> None:
        """Raise ``PictureTooLarge`` or ``PictureTooSmall`` for a size as the file's header tells it."""
        if width > self.max_side or height > self.max_side or width * height > self.max_pixels:
            raise PictureTooLarge(
                f"The photo has {width} × {height} pixels; at most {self.max_side} a side and "
                f"{self.max_pixels / 1e6:.0f} million in all are taken.",
                "It was not decoded.",
                f"Make it smaller: {self.working_side} pixels on the longer side are all that is used.",
            )
        if frames > self.max_frames:
            raise PictureTooLarge(
                f"The file holds more than {self.max_frames} frames.",
                "It was not decoded.",
                "Save one of them as a picture of its own.",
            )
        if min(self.working_size(width, height)) < self.min_side or min(width, height) < self.min_side:
            raise PictureTooSmall(
                f"The photo has {width} × {height} pixels.",
                f"A product needs at least {self.min_side} pixels on the shorter side to be found.",
                "Hand in a larger photo; 1000 pixels or more give a good picture.",
            )

    def working_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) after reduction to ``working_side``; the same where nothing is to be reduced."""
        longest = max(width, height)
        if longest <= self.working_side:
            return width, height
        scale = self.working_side / longest
        return round(width * scale), round(height * scale)


def _amount(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.0f} kB"
