"""Every service over real HTTP: what is sent, what comes back, and everything that can go wrong."""

from __future__ import annotations

import logging
import threading

import numpy as np
import pytest

from bgstudio.backends.hosted import PAINTERS, HostedPainter
from bgstudio.domain.ports import Painter
from bgstudio.errors import (
    BackendError,
    Cancelled,
    CreditUsedUp,
    KeyRefused,
    LimitReached,
    OutsideDown,
    PaintingRefused,
    StudioError,
)
from bgstudio.intake import DecoderProcess
from tests.hosted.conftest import PRODUCT, ask_for, direct, painter
from tests.hosted.standins import KEY, PAINT, Service, told


def kind_of(service: Service) -> type[HostedPainter]:
    return next(one for one in PAINTERS if one.name == service.name)


def test_a_picture_is_painted_around_the_product(service: Service, decoder: DecoderProcess) -> None:
    made: Painter = painter(service, decoder)
    ask = ask_for(kind_of(service))
    steps: list[float] = []
    painted = made.paint(ask, lambda _step, part: steps.append(part))
    assert service.complaints == []
    high, wide = painted.pixels.shape[:2]
    assert wide / high == pytest.approx(ask.width / ask.height, rel=0.03)
    assert np.abs(painted.pixels[2, 2].astype(int) - PAINT).max() <= 2, "the ground was not painted"
    middle = painted.pixels[high // 2, wide // 2].astype(int)
    assert np.abs(middle - PRODUCT).max() <= 2, "the product was painted over: the mask stands on its head"
    assert painted.facts["service"] == service.name
    assert painted.facts["model"] == kind_of(service).model
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    able = made.capabilities
    assert able.leaves_machine
    assert able.service == service.name
    assert able.price is not None


def test_a_reference_goes_along_where_the_service_takes_one(service: Service, decoder: DecoderProcess) -> None:
    made = painter(service, decoder)
    painted = made.paint(ask_for(kind_of(service), reference=True))
    assert service.complaints == []
    notes = " ".join(painted.notes)
    if not made.capabilities.follows_reference:
        assert "reference" in notes, "a reference that is not used is told"


def test_the_key_stands_in_its_header_and_nowhere_else(
    service: Service, decoder: DecoderProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = direct(service)
    made = painter(service, decoder, channel)
    painted = made.paint(ask_for(kind_of(service)))
    header, form = service.auth
    for got in service.got:
        assert got.headers.get(header.lower()) in (form.format(KEY), None)
        rest = {name: value for name, value in got.headers.items() if name != header.lower()}
        assert KEY not in str(rest) + got.path
        assert KEY.encode() not in got.body
        assert "cookie" not in got.headers
    assert KEY not in caplog.text + repr(channel) + repr(made) + repr(painted) + repr(vars(made)) + repr(channel._wire)


def test_what_asks_the_service_to_store_nothing_is_on_the_wire(service: Service, decoder: DecoderProcess) -> None:
    painter(service, decoder).paint(ask_for(kind_of(service)))
    row = service.row()
    first = next(got for got in service.got if got.method == "POST")
    for name, value in row.no_store_headers.items():
        assert first.headers[name.lower()] == value
    for name, value in row.no_store_fields.items():
        assert first.json()[name] == value


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        ("moderation", PaintingRefused),
        ("broke", CreditUsedUp),
        ("locked", KeyRefused),
        ("limited", LimitReached),
        ("error", OutsideDown),
        ("html", OutsideDown),
        ("wrong_size", OutsideDown),
        ("broken", OutsideDown),
        ("drop", OutsideDown),
    ],
)
def test_what_goes_wrong_is_told_in_our_own_words(
    service: Service, decoder: DecoderProcess, mood: str, error: type[StudioError]
) -> None:
    service.mood = mood
    made = painter(service, decoder)
    with pytest.raises(error) as caught:
        made.paint(ask_for(kind_of(service)))
    assert type(caught.value) is error
    said = str(caught.value)
    assert service.row().title in said
    assert KEY[:6] not in said
    assert all((caught.value.what, caught.value.meaning, caught.value.remedy))
    paid = [got for got in service.got if got.method == "POST" and _paints(got.path)]
    assert len(paid) <= 1, "what may cost something is never sent twice"


def _paints(path: str) -> bool:
    return not any(part in path for part in ("/files", "/cancel"))


def test_a_service_that_waits_to_be_asked_again_says_for_how_long(service: Service, decoder: DecoderProcess) -> None:
    service.mood = "limited"
    with pytest.raises(LimitReached) as caught:
        painter(service, decoder).paint(ask_for(kind_of(service)))
    assert caught.value.retry_after == 7


def test_a_slow_answer_is_waited_for(service: Service, decoder: DecoderProcess) -> None:
    service.mood, service.busy_for = "slow", 5
    painted = painter(service, decoder).paint(ask_for(kind_of(service)))
    assert np.abs(painted.pixels[2, 2].astype(int) - PAINT).max() <= 2


def test_one_that_never_answers_is_given_up(service: Service, decoder: DecoderProcess) -> None:
    service.mood = "silent"
    made = painter(service, decoder, direct(service, seconds=0.4))
    with pytest.raises(OutsideDown, match="too long"):
        made.paint(ask_for(kind_of(service)))


def test_cancelling_ends_it_at_once(service: Service, decoder: DecoderProcess) -> None:
    service.mood = "silent"
    stop = threading.Event()

    def press() -> None:
        service.arrived.wait(20)
        stop.set()

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(Cancelled):
        painter(service, decoder).paint(ask_for(kind_of(service)), cancel=stop.is_set)


def test_a_cancelled_wish_is_not_sent_at_all(service: Service, decoder: DecoderProcess) -> None:
    with pytest.raises(Cancelled):
        painter(service, decoder).paint(ask_for(kind_of(service)), cancel=lambda: True)
    assert service.connections == 0


def test_a_request_that_is_not_taken_is_told_with_the_services_own_code(
    service: Service, decoder: DecoderProcess
) -> None:
    made = painter(service, decoder)
    service.asked = lambda got: told({"error": {"message": "wrong", "code": "invalid_size"}}, 400)  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="did not take the request") as caught:
        made.paint(ask_for(kind_of(service)))
    assert "invalid_size" in str(caught.value)
