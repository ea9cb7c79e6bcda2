"""Where a job runs: a pool of worker processes."""

from bgstudio.engine.pool import PAINTED, RENDERER, LocalPool
from bgstudio.engine.process import Patience

__all__ = ["PAINTED", "RENDERER", "LocalPool", "Patience"]
