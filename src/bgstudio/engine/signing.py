"""Signatures under Content Credentials, fetched by a worker from the pool's process, where the key stays.

A worker opens what strangers send, if only in a child of its own: it is not to hold a key that speaks in the host's
name. It sends what is to be signed, a kilobyte, and gets 64 bytes back; the pool answers only while it has work.
"""

from __future__ import annotations

import queue
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from bgstudio.domain.ports import CredentialSigner
from bgstudio.engine.asking import Asking, Message, Say
from bgstudio.errors import CredentialsFailed

MOST_BYTES = 262_144
_START = b"\x84jSignature1"
"""How the bytes begin that COSE has signed (RFC 9052, 4.4): nothing else is signed for a worker."""
_SECONDS = 30.0


@dataclass(frozen=True)
class Known:
    """What may be known of a signer by everybody: goes to each worker with its first message."""

    algorithm: str
    chain: str


class PipeSigner:
    """Satisfies ``domain.ports.CredentialSigner`` in a worker.

    Args:
        known: algorithm and certificates.
        say: sends a message to the pool.
    """

    def __init__(self, known: Known, say: Say) -> None:
        self.algorithm = known.algorithm
        self.chain = known.chain
        self._say = say
        self._asking = Asking()
        self.hear = self._asking.hear

    def __call__(self, claim: bytes) -> bytes:
        """See ``domain.ports.CredentialSigner``."""
        signature = b""
        with self._asking.question() as (serial, answers), suppress(queue.Empty):
            self._say({"event": "sign", "serial": serial}, {"claim": claim})
            signature = answers.get(timeout=_SECONDS)[1].get("signature", b"")
        if not signature:
            raise CredentialsFailed(
                "The service did not sign the picture's Content Credentials.",
                "The picture was made, and not written without the marks that were asked for.",
                "Try again; the host finds the reason in the log.",
            )
        return signature


def answered(signer: CredentialSigner | None, header: dict[str, Any], blobs: dict[str, bytes]) -> Message:
    """The pool's answer to a worker; without a signature where there is none to give."""
    claim = blobs.get("claim", b"")
    signature = b""
    if signer is not None and claim.startswith(_START) and len(claim) <= MOST_BYTES:
        signature = signer(claim)
    return {"do": "sign", "serial": int(header["serial"])}, {"signature": signature}
