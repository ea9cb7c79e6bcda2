"""What people are told of each service, and that there is a painter for each."""

from __future__ import annotations

import pytest

from bgstudio.backends.hosted import PAINTERS
from bgstudio.bootstrap import build_direct_channel, build_outside_backends
from bgstudio.domain.outside import KNOWN, OutsideService
from bgstudio.errors import UnsafeSettings
from bgstudio.intake import DecoderProcess
from bgstudio.settings import Settings


def test_every_service_has_a_painter_and_every_painter_a_service() -> None:
    assert [one.name for one in PAINTERS] == [one.name for one in KNOWN]
    assert all(one.capabilities.service == one.name for one in PAINTERS)
    assert all(one.sizes.most <= one.capabilities.max_pixels for one in PAINTERS)


@pytest.mark.parametrize("service", KNOWN, ids=lambda service: service.name)
def test_people_are_told_who_gets_what_and_what_becomes_of_it(service: OutsideService) -> None:
    words = " ".join(service.words())
    assert service.terms.startswith("https://")
    assert service.url.startswith("https://")
    assert all(own.startswith("https://") for own in service.own)
    assert service.company in words
    assert "product" in service.sends
    assert "keeps" in words
    assert "train" in words
    assert service.seconds <= 300


def test_an_answer_is_fetched_from_no_place_that_anybody_could_rent() -> None:
    for service in KNOWN:
        for host in service.also:
            assert host.count(".") >= 1
            assert host not in ("*.cloudfront.net", "*.amazonaws.com", "*.googleapis.com")


def test_services_are_switched_on_by_name(decoder: DecoderProcess) -> None:
    off = Settings(outside_services=())
    channel = build_direct_channel(off)
    assert build_outside_backends(off, channel, decoder) == ()
    on = Settings(outside_services=("fal", "openai"))
    assert [one.name for one in build_outside_backends(on, channel, decoder)] == ["openai", "fal"]
    with pytest.raises(UnsafeSettings):
        build_direct_channel(Settings(outside_services=("nobody",)))
