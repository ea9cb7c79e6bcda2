"""What is left behind at a service: deleted where it can be, stopped where it is cancelled, told where it cannot."""

from __future__ import annotations

import pytest

from bgstudio.errors import Cancelled, OutsideDown, PaintingRefused, StudioError
from bgstudio.intake import DecoderProcess
from tests.hosted.conftest import ask_for, painter, standin
from tests.hosted.protocols import Fal, Replicate
from tests.hosted.standins import Service
from tests.hosted.test_painters import kind_of

POLLED = ("bria", "stability", "fal", "replicate")
CLEARING = {"fal": ["req-1"], "replicate": ["file-1", "file-2"]}


@pytest.mark.parametrize("name", sorted(CLEARING))
@pytest.mark.parametrize("mood", ["good", "moderation_late", "broken", "error_late"])
def test_what_was_sent_is_deleted_whatever_comes_of_it(name: str, mood: str, decoder: DecoderProcess) -> None:
    with standin(name) as service:
        service.mood = mood
        made = painter(service, decoder)
        if mood == "good":
            notes = made.paint(ask_for(kind_of(service))).notes
            assert not notes
        else:
            with pytest.raises(StudioError):
                made.paint(ask_for(kind_of(service)))
        assert service.deleted == CLEARING[name]


@pytest.mark.parametrize("name", sorted(CLEARING))
def test_what_was_sent_is_deleted_after_a_cancellation_and_the_work_is_stopped(
    name: str, decoder: DecoderProcess
) -> None:
    with standin(name) as service:
        assert isinstance(service, Fal | Replicate)
        service.busy_for = 1000
        made = painter(service, decoder)
        with pytest.raises(Cancelled):
            made.paint(ask_for(kind_of(service)), cancel=lambda: service.polls > 2)
        assert service.cancelled
        assert service.deleted == CLEARING[name]


@pytest.mark.parametrize("name", sorted(CLEARING))
def test_what_cannot_be_deleted_is_told(name: str, decoder: DecoderProcess) -> None:
    with standin(name) as service:
        service.mood = "keeps"
        painted = painter(service, decoder).paint(ask_for(kind_of(service)))
        (note,) = painted.notes
        assert "did not confirm that it has deleted" in note


@pytest.mark.parametrize("name", POLLED)
def test_a_rule_that_stops_a_picture_late_is_told_as_one(name: str, decoder: DecoderProcess) -> None:
    with standin(name) as service:
        service.mood = "moderation_late"
        with pytest.raises(PaintingRefused):
            painter(service, decoder).paint(ask_for(kind_of(service)))


@pytest.mark.parametrize("name", POLLED)
def test_a_picture_that_fails_late_is_told(name: str, decoder: DecoderProcess) -> None:
    with standin(name) as service:
        service.mood = "error_late"
        with pytest.raises(OutsideDown):
            painter(service, decoder).paint(ask_for(kind_of(service)))


@pytest.mark.parametrize("name", POLLED)
def test_a_picture_that_is_never_ready_is_given_up(name: str, decoder: DecoderProcess) -> None:
    with standin(name) as service:
        service.busy_for = 10**9
        with pytest.raises(OutsideDown, match="too long to make"):
            painter(service, decoder).paint(ask_for(kind_of(service)))


def test_rules_of_google_that_stop_the_picture_itself(decoder: DecoderProcess) -> None:
    with standin("google") as service:
        service.mood = "moderation_late"
        with pytest.raises(PaintingRefused):
            painter(service, decoder).paint(ask_for(kind_of(service)))


def test_pictures_are_fetched_from_a_place_of_the_service_only(decoder: DecoderProcess) -> None:
    for name in ("bria", "replicate"):
        with standin(name) as service, standin("openai") as stranger:
            _lead_astray(service, stranger.url)
            with pytest.raises(OutsideDown, match="not its own"):
                painter(service, decoder).paint(ask_for(kind_of(service)))
            assert stranger.connections == 0


def _lead_astray(service: Service, elsewhere: str) -> None:
    """Let it answer with an address that is somebody else's."""
    original = service.answer

    def answer(got):  # type: ignore[no-untyped-def]
        from dataclasses import replace

        found = original(got)
        for own in ("/api/res/", "/out/"):
            found = replace(
                found, body=found.body.replace(f"{service.url}{own}".encode(), f"{elsewhere}{own}".encode())
            )
        return found

    service.answer = answer  # type: ignore[method-assign]
