"""Encrypted bytes: the only thing a store accepts and a queue carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sealed:
    """Ciphertext with its nonce in front and its tag behind (AES-256-GCM).

    Attributes:
        data: nonce (12 bytes), ciphertext, tag (16 bytes).
    """

    data: bytes

    def __repr__(self) -> str:
        return f"Sealed({len(self.data)} bytes)"


class Sealer(Protocol):
    """Seals and opens with one key. ``about`` names the place it belongs to; sealed for another it does not open."""

    def seal(self, data: bytes, about: str) -> Sealed:
        """Encrypt ``data`` for the place ``about``."""
        ...

    def open(self, sealed: Sealed, about: str) -> bytes:
        """Decrypt; raises ``WrongKey`` where key, place or bytes are not the same."""
        ...
