"""Everything between a trained image model and the house: see ``PaintedBackend``."""

from bgstudio.backends.painted.backend import PaintedBackend

__all__ = ["PaintedBackend"]
