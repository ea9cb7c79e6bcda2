"""The colour profile that every file is tagged with."""

from __future__ import annotations

from functools import cache

from PIL import ImageCms

_DATE = slice(24, 36)
_FIXED_DATE = b"\x07\xe4\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00"  # 2020-01-01 00:00:00


@cache
def srgb_profile() -> bytes:
    """A small ICC profile of sRGB; always the same bytes.

    The library writes the time of its making into the header (ICC.1, 7.2.8); a fixed one makes files repeatable.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = _FIXED_DATE
    return bytes(profile)
