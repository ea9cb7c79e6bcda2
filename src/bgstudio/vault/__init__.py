"""Encryption: boxes that seal bytes for a place, the master key, and outside key services."""

from bgstudio.vault.box import OVERHEAD, Box
from bgstudio.vault.master import KeyFile, MasterKey
from bgstudio.vault.service import KeyService
from bgstudio.vault.signing import SigningKey

__all__ = ["OVERHEAD", "Box", "KeyFile", "KeyService", "MasterKey", "SigningKey"]
