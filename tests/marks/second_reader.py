"""A second reader of Content Credentials, which shares nothing with the library that writes them.

Reads the JUMBF boxes (ISO 19566-5) and CBOR (RFC 8949) that the specification describes, checks the claim's signature
(COSE_Sign1, RFC 9052) with ``cryptography``, the hash of every assertion, and the hash of the file itself. For JPEG and
PNG, and for what our own manifests use.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


@dataclass
class Read:
    """What was found: whether everything fits, the claim, the assertions by label, and the signer's certificates."""

    signature: bool
    assertions_fit: bool
    file_fits: bool
    claim: dict[str, Any]
    assertions: dict[str, Any]
    certificates: list[x509.Certificate]


@dataclass
class Box:
    label: str
    inside: bytes  # without its own header: what its hash is taken of
    boxes: list[Box]
    content: bytes


def read(data: bytes) -> Read:
    store = _box(_store(data))
    manifest = store.boxes[-1]
    parts = {box.label: box for box in manifest.boxes}
    claim_box = parts["c2pa.claim.v2"]
    claim = decode(claim_box.content)
    assertions = {box.label: box for box in parts["c2pa.assertions"].boxes}
    signature, certificates = _signed(decode(parts["c2pa.signature"].content), claim_box.content)
    told = [*claim["created_assertions"], *claim.get("gathered_assertions", [])]
    fit = all(hashlib.sha256(assertions[one["url"].rpartition("/")[2]].inside).digest() == one["hash"] for one in told)
    binding = decode(assertions["c2pa.hash.data"].content)
    return Read(
        signature, fit, _hash_without(data, binding["exclusions"]) == binding["hash"], claim,
        {label: decode(box.content) for label, box in assertions.items()}, certificates,
    )  # fmt: skip


def _hash_without(data: bytes, exclusions: list[dict[str, int]]) -> bytes:
    digest, at = hashlib.sha256(), 0
    for one in sorted(exclusions, key=lambda part: part["start"]):
        digest.update(data[at : one["start"]])
        at = one["start"] + one["length"]
    digest.update(data[at:])
    return digest.digest()


def _signed(envelope: Any, claim: bytes) -> tuple[bool, list[x509.Certificate]]:
    protected, _open, payload, signature = envelope
    assert payload is None  # detached: it is the claim itself
    head = decode(protected)
    assert head[1] == -7  # ES256
    chain = head[33]
    certificates = [x509.load_der_x509_certificate(one) for one in (chain if isinstance(chain, list) else [chain])]
    structure = b"\x84" + _text("Signature1") + _bytes(protected) + _bytes(b"") + _bytes(claim)
    key = certificates[0].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(*numbers), structure, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False, certificates
    return True, certificates


# ---------------------------------------------------------------- JUMBF


def _store(data: bytes) -> bytes:
    if data.startswith(b"\x89PNG"):
        at = 8
        while at < len(data):
            length, name = struct.unpack_from(">I4s", data, at)
            if name == b"caBX":
                return data[at + 8 : at + 8 + length]
            at += 12 + length
        raise ValueError("no caBX chunk")
    found, at = b"", 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xEB and body[:2] == b"JP":
            found += body[8:] if not found else body[16:]  # later packets repeat the box's header
        at += 2 + length
    return found


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + size]
        at += size


def _box(data: bytes) -> Box:
    ((name, inside),) = list(_boxes(data))[:1]
    assert name == b"jumb"
    (description, *rest) = list(_boxes(inside))
    assert description[0] == b"jumd"
    label = description[1][17:].split(b"\0", 1)[0].decode()
    boxes, content = [], b""
    for kind, body in rest:
        if kind == b"jumb":
            boxes.append(_box(struct.pack(">I4s", len(body) + 8, kind) + body))
        elif not content:
            content = body
    return Box(label, inside, boxes, content)


# ---------------------------------------------------------------- CBOR


def decode(data: bytes) -> Any:
    return _value(data, 0)[0]


def _value(data: bytes, at: int) -> tuple[Any, int]:
    kind, small = data[at] >> 5, data[at] & 31
    at += 1
    if kind == 7:
        return {20: False, 21: True, 22: None}[small], at
    if small < 24:
        number = small
    elif small < 28:
        size = 1 << small - 24
        number = int.from_bytes(data[at : at + size], "big")
        at += size
    else:
        raise ValueError("indefinite length")
    match kind:
        case 0:
            return number, at
        case 1:
            return -1 - number, at
        case 2 | 3:
            part = data[at : at + number]
            return (part if kind == 2 else part.decode()), at + number
        case 4:
            items = []
            for _ in range(number):
                item, at = _value(data, at)
                items.append(item)
            return items, at
        case 5:
            pairs = {}
            for _ in range(number):
                key, at = _value(data, at)
                pairs[key], at = _value(data, at)
            return pairs, at
        case _:
            return _value(data, at)  # a tag: what it marks


def _head(kind: int, length: int) -> bytes:
    if length < 24:
        return bytes([kind << 5 | length])
    if length < 256:
        return bytes([kind << 5 | 24, length])
    if length < 65_536:
        return bytes([kind << 5 | 25]) + length.to_bytes(2, "big")
    return bytes([kind << 5 | 26]) + length.to_bytes(4, "big")


def _bytes(value: bytes) -> bytes:
    return _head(2, len(value)) + value


def _text(value: str) -> bytes:
    return _head(3, len(value.encode())) + value.encode()
