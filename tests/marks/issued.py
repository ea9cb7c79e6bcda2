"""Certificates as an authority might issue them to a host."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def key(kind: str) -> Any:
    match kind:
        case "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case _:
            return ec.generate_private_key(
                {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}[kind]
            )


def files(
    folder: Path, own: Any, name: str, *, purpose: bool = True, until: datetime.datetime | None = None
) -> tuple[Path, Path]:
    """(chain, key) as PEM files; ``purpose``: with the extended key usage that C2PA asks for."""
    folder.mkdir(parents=True, exist_ok=True)
    above = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    until = until or now + datetime.timedelta(days=30)

    def drafted(subject: str, issuer: str, public: Any) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().public_key(public).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=60)).not_valid_after(until)
        return builder.subject_name(_name(subject)).issuer_name(_name(issuer))

    authority = drafted("Example Authority", "Example Authority", above.public_key())
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    leaf = drafted(name, "Example Authority", own.public_key())
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    leaf = leaf.add_extension(usage, critical=True)
    if purpose:
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key())
    leaf = leaf.add_extension(issuer, critical=False)
    chain = [leaf.sign(above, hashes.SHA256()), authority.sign(above, hashes.SHA256())]
    paths = folder / "chain.pem", folder / "key.pem"
    paths[0].write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))
    paths[1].write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    paths[1].chmod(0o600)
    return paths


def _name(common: str) -> x509.Name:
    fields = [(NameOID.ORGANIZATION_NAME, common), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in fields])
