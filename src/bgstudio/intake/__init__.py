"""Bytes of a photo to a ``Picture``.

``DecoderProcess`` is the only way in: it sniffs the format by content, checks every limit before decoding, decodes in a
guarded process, turns the photo upright, brings its colours to linear sRGB and drops all metadata.
"""

from bgstudio.intake.limits import IntakeLimits
from bgstudio.intake.matte import own_cutout
from bgstudio.intake.process import DecoderProcess
from bgstudio.intake.sniff import READ as READABLE_FORMATS

__all__ = ["READABLE_FORMATS", "DecoderProcess", "IntakeLimits", "own_cutout"]
