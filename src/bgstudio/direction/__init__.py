"""Brief + cut-out + reference picture -> scenes: words, presets, palettes, and taste where nothing was said."""

from __future__ import annotations

from bgstudio.direction.director import Director
from bgstudio.direction.encoder import UniversalEncoder
from bgstudio.direction.presets import Preset, load_presets

__all__ = ["Director", "Preset", "UniversalEncoder", "load_presets"]
