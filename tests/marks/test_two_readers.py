"""Two readers that share no code agree on our Content Credentials: the library's, and one written for this test."""

from __future__ import annotations

import pytest

from bgstudio.domain.brief import FileFormat
from bgstudio.domain.making import IPTC, Maker, Making, Origin
from bgstudio.marks.credentials import NAME, read_credentials, signed
from bgstudio.marks.xmp import packet
from bgstudio.vault import SigningKey
from tests.marks import second_reader
from tests.marks.pictures import MEDIA, file_of, studio_picture

KEY = SigningKey.fresh()
PIXELS = studio_picture(160, 200)[0]
BOTH = [FileFormat.JPEG, FileFormat.PNG]
MAKING = Making(Maker.TRAINED_HERE, Origin("digitalCapture", ("xmp",)), harmonised=True, watermarked=True)


def made(file_format: FileFormat) -> bytes:
    return signed(file_of(PIXELS, file_format, packet(MAKING.term)), file_format, MAKING, KEY)


@pytest.mark.parametrize("file_format", BOTH)
def test_signature_assertions_and_file_fit(file_format: FileFormat) -> None:
    data = made(file_format)
    second = second_reader.read(data)
    first = read_credentials(data, MEDIA[file_format])
    assert first is not None and first.state == "whole"
    assert second.signature and second.assertions_fit and second.file_fits
    assert second.claim["claim_generator_info"]["name"] == NAME
    leaf, authority = second.certificates
    leaf.verify_directly_issued_by(authority)


@pytest.mark.parametrize("file_format", BOTH)
def test_both_read_the_same_actions(file_format: FileFormat) -> None:
    second = second_reader.read(made(file_format))
    actions = second.assertions["c2pa.actions.v2"]["actions"]
    assert [one["action"] for one in actions] == [
        "c2pa.created", "c2pa.placed", "c2pa.placed", "c2pa.color_adjustments", "c2pa.watermarked.unbound",
    ]  # fmt: skip
    assert [one.get("digitalSourceType") for one in actions[:3]] == [
        IPTC + term for term in ("compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia", "digitalCapture")
    ]
    ingredients = [second.assertions[label] for label in ("c2pa.ingredient.v3", "c2pa.ingredient.v3__1")]
    assert [one["dc:title"] for one in ingredients] == ["Background", "Photo of the product"]
    assert all(set(one) <= {"dc:title", "relationship", "instanceID"} for one in ingredients)


@pytest.mark.parametrize("file_format", BOTH)
def test_both_notice_a_changed_picture(file_format: FileFormat) -> None:
    data = bytearray(made(file_format))
    data[-50] ^= 4
    second = second_reader.read(bytes(data))
    assert second.signature and second.assertions_fit and not second.file_fits
    first = read_credentials(bytes(data), MEDIA[file_format])
    assert first is not None and first.state == "altered"


@pytest.mark.parametrize("file_format", BOTH)
def test_both_notice_a_changed_word(file_format: FileFormat) -> None:
    data = made(file_format)
    changed = data.replace(b"compositeWithTrainedAlgorithmicMedia", b"compositeWithTrainedAlgorithmicMediB")
    second = second_reader.read(changed)
    assert second.signature and not second.assertions_fit
    first = read_credentials(changed, MEDIA[file_format])
    assert first is not None and first.state == "altered"


def test_both_notice_anothers_signature() -> None:
    one, other = made(FileFormat.JPEG), made(FileFormat.JPEG)
    claims = [second_reader.read(data) for data in (one, other)]
    assert claims[0].claim["instanceID"] != claims[1].claim["instanceID"]
    name = claims[0].claim["instanceID"].encode()
    changed = one.replace(name, name[:-1] + bytes([name[-1] ^ 1]))
    assert not second_reader.read(changed).signature
    first = read_credentials(changed, "image/jpeg")
    assert first is not None and first.state == "altered"
