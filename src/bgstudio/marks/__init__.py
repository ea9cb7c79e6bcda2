"""Marks: every picture says, for machines to read, how it was made.

Three of them, since each is lost in another way: Content Credentials (signed, and gone with the first program that
writes the file anew), XMP (kept by some), and a watermark in the pixels (kept by most, and it says little).
"""

from bgstudio.marks.marker import Mark, Marker, making_number
from bgstudio.marks.xmp import term_of

READER = "bgstudio.marks.reading"
"""The module that a guarded decoder reads marks with."""

__all__ = ["READER", "Mark", "Marker", "making_number", "term_of"]
