"""The key that signs Content Credentials: the host's own, or one that is made on first use.

A made one hangs on a certificate authority that exists for a moment only: it issues one certificate, and its key is
never written. So the certificate vouches for nobody; it lets readers tell whether a picture is as it was signed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bgstudio.errors import CredentialsFailed, UnsafeSettings
from bgstudio.vault.master import MODES, create_private, private_folder, reachable_by_others

SELF_MADE = "AI Background Studio (self-made certificate)"
"""Organisation in certificates that are made here: says to every reader that nobody vouches for them."""

_YEARS = 10
_MOST_BYTES = 100_000
_CURVES = {"secp256r1": ("es256", hashes.SHA256(), 32), "secp384r1": ("es384", hashes.SHA384(), 48),
           "secp521r1": ("es512", hashes.SHA512(), 66)}  # fmt: skip

_Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class SigningKey:
    """Satisfies ``domain.ports.CredentialSigner``.

    Args:
        key: private key: on a NIST curve, Ed25519, or RSA of 2048 bits and more.
        certificates: the key's own first, then whoever vouches for it.

    Raises:
        CredentialsFailed: the key fits no algorithm of C2PA's, or not the certificate.
    """

    def __init__(self, key: _Key, certificates: list[x509.Certificate]) -> None:
        self._key = key
        self.algorithm = _algorithm(key)
        spki = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        if key.public_key().public_bytes(*spki) != certificates[0].public_key().public_bytes(*spki):
            raise CredentialsFailed(
                "The key for Content Credentials does not belong to the first certificate of the chain.",
                "Nothing can be signed with them.",
                "Put the certificate that was issued for this key first, then those that vouch for it.",
            )
        pem = (one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)
        self.chain = "".join(pem)
        self.until = certificates[0].not_valid_after_utc
        names = certificates[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        self.self_made = any(str(name.value) == SELF_MADE for name in names)

    @classmethod
    def load(cls, certificate: Path, key: Path) -> SigningKey:
        """The host's own, from two PEM files; raises ``CredentialsFailed``, or ``UnsafeSettings`` for an open key."""
        _check_private(key)
        return _parse(_read(certificate), _read(key), f"{certificate} and {key}")

    @classmethod
    def load_or_create(cls, path: Path) -> SigningKey:
        """The self-made one in ``path``, which is made with mode 600 in a private folder where it is not there."""
        try:
            if not path.exists():
                private_folder(path.parent)
                _create(path)
            _check_private(path)
            text = path.read_bytes()
        except OSError as error:
            raise CredentialsFailed(
                f"The key for Content Credentials {path} cannot be read or written ({error.strerror}).",
                "Pictures cannot be signed with it.",
                "Set BGSTUDIO_DATA_DIR to a folder of your own, or leave 'credentials' out of BGSTUDIO_MARKS.",
            ) from error
        return _parse(text, text, str(path))

    @classmethod
    def fresh(cls) -> SigningKey:
        """A new self-made one that is written nowhere."""
        return cls(*_self_made())

    def __call__(self, claim: bytes) -> bytes:
        """The signature as COSE wants it (RFC 9053): for curves the two numbers side by side."""
        key = self._key
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(claim)
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(claim, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        _, digest, size = _CURVES[key.curve.name]
        first, second = decode_dss_signature(key.sign(claim, ec.ECDSA(digest)))
        return first.to_bytes(size, "big") + second.to_bytes(size, "big")

    def __repr__(self) -> str:
        return "SigningKey(hidden)"

    def __reduce__(self) -> tuple[type[SigningKey], tuple[bytes]]:
        raise TypeError("a SigningKey is not pickled: it would be readable")


class SignerOnDemand:
    """Satisfies ``domain.ports.CredentialSigner``: the key is read, or made, when the first picture is to be signed.

    Args:
        make: gives the key; may raise ``CredentialsFailed`` or ``UnsafeSettings``.
    """

    def __init__(self, make: Callable[[], SigningKey]) -> None:
        self._make = make

    @cached_property
    def key(self) -> SigningKey:
        """The key."""
        return self._make()

    @property
    def algorithm(self) -> str:
        """See ``domain.ports.CredentialSigner``."""
        return self.key.algorithm

    @property
    def chain(self) -> str:
        """See ``domain.ports.CredentialSigner``."""
        return self.key.chain

    def __call__(self, claim: bytes) -> bytes:
        """See ``domain.ports.CredentialSigner``."""
        return self.key(claim)


def _algorithm(key: _Key) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name][0]
    raise CredentialsFailed(
        "The key for Content Credentials is of a kind that C2PA does not take.",
        "Nothing can be signed with it.",
        "Use one on the curve P-256, P-384 or P-521, Ed25519, or RSA of 2048 bits and more.",
    )


def _parse(chain: bytes, key: bytes, where: str) -> SigningKey:
    try:
        certificates = x509.load_pem_x509_certificates(chain)
        found = serialization.load_pem_private_key(key, None)
        if not isinstance(found, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey):
            raise ValueError("kind of key")
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CredentialsFailed(
            f"{where} hold no certificate chain and private key that can be read.",
            "Pictures cannot be signed with them.",
            "Give PEM files: the chain with the signer's own certificate first, and the key without a password.",
        ) from None
    return SigningKey(found, certificates)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise CredentialsFailed(
            f"{path} cannot be read ({error.strerror}).",
            "Pictures cannot be signed with it.",
            "Check BGSTUDIO_CREDENTIALS_CERTIFICATE and BGSTUDIO_CREDENTIALS_KEY.",
        ) from error


def _check_private(path: Path) -> None:
    if MODES and path.exists() and reachable_by_others(path):
        raise UnsafeSettings(
            f"{path} can be reached by other users.",
            "Whoever reads this key can sign pictures in this studio's name.",
            f"Run: chmod 600 '{path}'",
        )


def _create(path: Path) -> None:
    """Write a new key and its chain, whole or not at all; where another process was quicker, its key stays."""
    key, certificates = _self_made()
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)
    create_private(path, text)


def _self_made() -> tuple[ec.EllipticCurvePrivateKey, list[x509.Certificate]]:
    """A key on P-256 with the certificate that C2PA asks for (2.2, 14.5), and the authority that issued it."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = _drafted("issuer", "issuer", authority)
    above = above.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    above = above.add_extension(_usage(issuing=True), critical=True)
    below = _drafted("", "issuer", key)
    below = below.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    below = below.add_extension(_usage(issuing=False), critical=True)
    below = below.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    below = below.add_extension(issuer, critical=False)
    return key, [below.sign(authority, hashes.SHA256()), above.sign(authority, hashes.SHA256())]


def _drafted(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    name = f"{SELF_MADE}, {common}" if common else SELF_MADE
    fields = [(NameOID.ORGANIZATION_NAME, SELF_MADE), (NameOID.COMMON_NAME, name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in fields])


def _usage(*, issuing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issuing, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=issuing, crl_sign=issuing, encipher_only=False, decipher_only=False,
    )  # fmt: skip
