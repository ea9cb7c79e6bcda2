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


def place(owner: str, job: str, name: str) -> str:
    """The place of one thing kept for a person: sealed for it, it opens nowhere else, nor for anybody else.

    Args:
        owner: opaque id of the person or the visit.
        job: id of the job, or what else it belongs to.
        name: of the file, or what else it is.
    """
    return f"{owner}/{job}/{name}"


class Sealer(Protocol):
    """Seals and opens with one key. ``about`` names the place it belongs to; sealed for another it does not open."""

    def seal(self, data: bytes, about: str) -> Sealed:
        """Encrypt ``data`` for the place ``about``."""
        ...

    def open(self, sealed: Sealed, about: str) -> bytes:
        """Decrypt; raises ``WrongKey`` where key, place or bytes are not the same."""
        ...


class KeyWrapper(Protocol):
    """Wraps the keys of visits and accounts with a key that hangs above them: a master key, or an outside service."""

    async def wrap(self, key: bytes, about: str) -> bytes:
        """Seal a key for the place ``about``; raises ``KeyServiceDown`` where that is not possible now."""
        ...

    async def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """Open a wrapped key; raises ``WrongKey`` where it was wrapped by another or for another place."""
        ...

    async def newest(self, wrapped: bytes, about: str) -> bool:
        """Whether it was wrapped with the key that ``wrap`` uses now."""
        ...
