"""Encryption: boxes that seal bytes for a place, and the master key."""

from bgstudio.vault.box import OVERHEAD, Box
from bgstudio.vault.master import MasterKey

__all__ = ["OVERHEAD", "Box", "MasterKey"]
