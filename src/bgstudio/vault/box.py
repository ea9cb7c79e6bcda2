"""Seals bytes with AES-256-GCM for one place."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bgstudio.domain.sealed import Sealed
from bgstudio.errors import WrongKey

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD = NONCE_BYTES + TAG_BYTES
"""Bytes that sealing adds."""


class Box:
    """Satisfies ``domain.sealed.Sealer`` with one key.

    Nonces are random: seal fewer than 2**32 messages with one key.

    Args:
        key: 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._key = bytes(key)
        self._cipher = AESGCM(self._key)

    @classmethod
    def fresh(cls) -> Box:
        """A box with a new random key."""
        return cls(AESGCM.generate_key(8 * KEY_BYTES))

    @property
    def key(self) -> bytes:
        """The 32 bytes of the key; hand them to nobody but another process of ours, sealed."""
        return self._key

    def seal(self, data: bytes, about: str) -> Sealed:
        """Encrypt ``data`` for the place ``about``; ``OVERHEAD`` bytes longer than ``data``."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(nonce + self._cipher.encrypt(nonce, data, about.encode()))

    def open(self, sealed: Sealed, about: str) -> bytes:
        """Decrypt; raises ``WrongKey`` where key, place or bytes are not those it was sealed with."""
        raw = sealed.data
        if len(raw) < OVERHEAD:
            raise _wrong()
        try:
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())
        except InvalidTag:
            raise _wrong() from None

    def __repr__(self) -> str:
        return "Box(key hidden)"

    def __reduce__(self) -> tuple[type[Box], tuple[bytes]]:
        raise TypeError("a Box is not pickled: its key would be readable")


def _wrong() -> WrongKey:
    return WrongKey(
        "Something sealed does not open.",
        "It was sealed with another key or for another place, or it has been changed.",
        "Make it again; if it happens often, tell the host that stored files or the master key were changed.",
    )
