"""Content Credentials: whole in four formats, changed bytes noticed, the truth told, nothing of the person inside."""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from PIL import Image

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import IPTC, Maker, Making, Origin
from bgstudio.errors import CredentialsFailed, UnsafeSettings
from bgstudio.marks import credentials
from bgstudio.marks.credentials import manifest, read_credentials, signed, signed_again
from bgstudio.marks.xmp import packet
from bgstudio.vault import SigningKey
from bgstudio.vault.signing import SELF_MADE, SignerOnDemand
from tests.marks import issued
from tests.marks.pictures import MAKING, MEDIA, file_of, studio_picture

KEY = SigningKey.fresh()
PIXELS = studio_picture(200, 240)[0]


def made(file_format: FileFormat, making: Making = MAKING, key: Any = KEY) -> bytes:
    return signed(file_of(PIXELS, file_format, packet(making.term)), file_format, making, key)


@pytest.mark.parametrize("file_format", FileFormat)
def test_whole_and_its_pixels_stay(file_format: FileFormat) -> None:
    data = made(file_format)
    found = read_credentials(data, MEDIA[file_format])
    assert found is not None
    assert found.state == "whole" and found.ours and not found.trusted
    assert found.codes == ("signingCredential.untrusted",)
    assert SELF_MADE in found.signer
    assert found.terms == ("composite", "algorithmicMedia")
    before = Image.open(io.BytesIO(file_of(PIXELS, file_format)))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), np.asarray(before))
    assert read_credentials(file_of(PIXELS, file_format), MEDIA[file_format]) is None


@pytest.mark.parametrize("file_format", FileFormat)
def test_changed_bytes_are_noticed(file_format: FileFormat) -> None:
    data = made(file_format)
    picture = data.index(b"\xff\xda") + 20 if file_format is FileFormat.JPEG else len(data) - 60
    manifest_at = data.index(b"c2pa.created")
    for place in (picture, manifest_at):
        changed = bytearray(data)
        changed[place] ^= 1
        found = read_credentials(bytes(changed), MEDIA[file_format])
        assert found is not None and found.state in ("altered", "unread")


def actions(making: Making) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manifest(making)["assertions"][0]["data"]["actions"]
    return found


@pytest.mark.parametrize(
    ("maker", "photo", "whole", "background"),
    [
        (Maker.SIMULATION, "", "composite", "algorithmicMedia"),
        (Maker.TRAINED_HERE, "", "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        (Maker.TRAINED_OUTSIDE, "digitalCapture", "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        (Maker.SIMULATION, "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"),
        (Maker.UNKNOWN, "", "composite", None),
    ],
)
def test_the_truth_is_told(maker: Maker, photo: str, whole: str, background: str | None) -> None:
    created, placed, product = actions(Making(maker, Origin(photo)))
    assert created["action"] == "c2pa.created" and created["digitalSourceType"] == IPTC + whole
    assert placed["action"] == product["action"] == "c2pa.placed"
    assert placed.get("digitalSourceType") == (None if background is None else IPTC + background)
    assert product.get("digitalSourceType") == (IPTC + photo if photo else None)
    found = read_credentials(made(FileFormat.PNG, Making(maker, Origin(photo))), "image/png")
    assert found is not None and found.state == "whole" and whole in found.terms


def test_harmonised_and_watermarked_are_told() -> None:
    names = [action["action"] for action in actions(Making(Maker.SIMULATION, harmonised=True, watermarked=True))]
    assert names[-2:] == ["c2pa.color_adjustments", "c2pa.watermarked.unbound"]


def test_nothing_of_the_person_or_the_photo_is_inside() -> None:
    data = made(FileFormat.JPEG)
    plain = file_of(PIXELS, FileFormat.JPEG, packet("composite"))
    assert len(data) - len(plain) < 20_000  # no thumbnail, no copy
    told = json.loads(_reader(data).json())
    text = json.dumps(told)
    for word in ("thumbnail", "author", "creator", "when", "location", "hash.ingredient", "parentOf"):
        assert word not in text
    assert list(told["manifests"]) == [told["active_manifest"]]
    assert "time" not in told["manifests"][told["active_manifest"]]["signature_info"]
    for host in (os.uname().nodename, str(Path.home()), os.environ.get("USER", "nobody at all")):
        assert host.encode() not in data


def _reader(data: bytes, media_type: str = "image/jpeg") -> Any:
    import c2pa

    return c2pa.Reader(media_type, io.BytesIO(data), context=credentials._context())


def test_no_network_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = credentials._SETTINGS
    assert settings["verify"]["remote_manifest_fetch"] is False
    assert settings["verify"]["ocsp_fetch"] is False
    assert settings["builder"]["thumbnail"]["enabled"] is False
    results = json.loads(_reader(made(FileFormat.JPEG)).json())["validation_results"]["activeManifest"]
    assert "signingCredential.ocsp.skipped" in [one["code"] for one in results["informational"]]


@pytest.mark.parametrize("wanted", FileFormat)
def test_written_in_another_format_its_past_stays_inside(wanted: FileFormat) -> None:
    source = made(FileFormat.PNG)
    plain = file_of(PIXELS, wanted)
    data = signed_again(plain, wanted, (source, FileFormat.PNG), KEY)
    found = read_credentials(data, MEDIA[wanted])
    assert found is not None and found.state == "whole"
    assert found.terms == ("composite", "algorithmicMedia")
    assert len(data) - len(plain) < 60_000
    told = json.loads(_reader(data, MEDIA[wanted]).json())
    assert len(told["manifests"]) == 2 and "thumbnail" not in json.dumps(told)


def test_a_source_without_credentials_is_no_obstacle() -> None:
    data = signed_again(file_of(PIXELS, FileFormat.JPEG), FileFormat.JPEG, (file_of(PIXELS), FileFormat.PNG), KEY)
    found = read_credentials(data, "image/jpeg")
    assert found is not None and found.state == "whole" and found.terms == ()


# ---------------------------------------------------------------- certificates


def test_made_on_first_use_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "credentials.pem"
    first = SigningKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert SigningKey.load_or_create(path).chain == first.chain
    assert first.self_made and first.algorithm == "es256"
    assert list(path.parent.iterdir()) == [path]


def test_nobody_can_issue_more_with_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "credentials.pem"
    key = SigningKey.load_or_create(path)
    leaf, authority = x509.load_pem_x509_certificates(key.chain.encode())
    assert path.read_bytes().count(b"PRIVATE KEY-----") == 2  # one key: its begin and its end
    kept = serialization.load_pem_private_key(path.read_bytes(), None)
    assert kept.public_key() == leaf.public_key()
    assert kept.public_key() != authority.public_key()
    leaf.verify_directly_issued_by(authority)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "credentials.pem"
    SigningKey.load_or_create(path)
    path.chmod(0o644)
    with pytest.raises(UnsafeSettings, match="other users") as caught:
        SigningKey.load_or_create(path)
    assert "chmod 600" in caught.value.remedy


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "ed25519", "rsa"])
def test_the_hosts_own_certificate(tmp_path: Path, kind: str) -> None:
    certificate, key = issued.files(tmp_path, issued.key(kind), "Example Trading Ltd")
    signer = SigningKey.load(certificate, key)
    assert not signer.self_made
    found = read_credentials(made(FileFormat.JPEG, key=signer), "image/jpeg")
    assert found is not None and found.state == "whole" and found.signer == "Example Trading Ltd"


def test_an_open_key_of_the_host_is_refused(tmp_path: Path) -> None:
    certificate, key = issued.files(tmp_path, issued.key("p256"), "Example")
    key.chmod(0o640)
    with pytest.raises(UnsafeSettings):
        SigningKey.load(certificate, key)


def test_halves_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    certificate, _ = issued.files(tmp_path / "a", issued.key("p256"), "Example")
    _, key = issued.files(tmp_path / "b", issued.key("p256"), "Example")
    with pytest.raises(CredentialsFailed, match="does not belong"):
        SigningKey.load(certificate, key)


@pytest.mark.parametrize("text", [b"", b"no pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_files_that_hold_none_are_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "credentials.pem"
    path.write_bytes(text)
    path.chmod(0o600)
    with pytest.raises(CredentialsFailed, match="hold no certificate"):
        SigningKey.load_or_create(path)
    with pytest.raises(CredentialsFailed, match="cannot be read"):
        SigningKey.load(tmp_path / "missing.pem", path)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 1024)])
def test_keys_of_other_kinds_are_refused(key: Any) -> None:
    with pytest.raises(CredentialsFailed, match="does not take"):
        SigningKey(key, [])


def test_a_signer_is_never_pickled_or_shown() -> None:
    import pickle

    assert repr(KEY) == "SigningKey(hidden)"
    with pytest.raises(TypeError, match="readable"):
        pickle.dumps(KEY)
    assert isinstance(ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey)


def test_a_signer_on_demand_makes_its_key_when_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "credentials.pem"
    signer = SignerOnDemand(lambda: SigningKey.load_or_create(path))
    assert not path.exists()
    found = read_credentials(made(FileFormat.PNG, key=signer), "image/png")
    assert found is not None and found.state == "whole" and path.exists()


# ---------------------------------------------------------------- refusals


class _Refusing:
    algorithm, chain = "es256", KEY.chain

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def __call__(self, claim: bytes) -> bytes:
        if self._error is not None:
            raise self._error
        return b""


def test_a_signer_that_refuses_is_heard() -> None:
    with pytest.raises(CredentialsFailed, match="no key today"):
        made(FileFormat.PNG, key=_Refusing(CredentialsFailed("There is no key today.")))
    with pytest.raises(CredentialsFailed, match="could not be signed"):
        made(FileFormat.PNG, key=_Refusing(RuntimeError("broken")))
    with pytest.raises(CredentialsFailed, match="could not be signed"):
        made(FileFormat.PNG, key=_Refusing())


def test_a_certificate_that_c2pa_does_not_take_is_refused(tmp_path: Path) -> None:
    certificate, key = issued.files(tmp_path, issued.key("p256"), "Example", purpose=False)
    with pytest.raises(CredentialsFailed, match="could not be signed"):
        made(FileFormat.PNG, key=SigningKey.load(certificate, key))


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("c2pa")

    data = made(FileFormat.JPEG)
    monkeypatch.setattr(credentials, "_library", missing)
    assert not credentials.available()
    with pytest.raises(CredentialsFailed):
        made(FileFormat.PNG)
    found = read_credentials(data, "image/jpeg")
    assert found is not None and found.state == "unread"
    assert read_credentials(b"nothing", "image/jpeg") is None
