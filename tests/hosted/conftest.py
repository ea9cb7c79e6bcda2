from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from bgstudio.backends.hosted import PAINTERS, HostedPainter
from bgstudio.bootstrap import build_decoder
from bgstudio.domain.painting import Ask
from bgstudio.domain.ports import Channel
from bgstudio.intake import DecoderProcess
from bgstudio.pixels.types import Byte
from bgstudio.service.outside import DirectChannel, Pace
from bgstudio.settings import Settings
from tests.hosted.protocols import SERVICES
from tests.hosted.standins import KEY, Service

QUICK = Pace(tries=3, first=0.01, longest=0.02, patience=0.5)
PRODUCT = (210, 60, 40)


@pytest.fixture(scope="session")
def decoder() -> Iterator[DecoderProcess]:
    made = build_decoder(Settings())
    yield made
    made.close()


@pytest.fixture(params=[one.name for one in SERVICES])
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """A stand-in of every service."""
    with standin(request.param) as made:
        yield made


def standin(name: str) -> Service:
    return next(one for one in SERVICES if one.name == name)()


def painter(
    service: Service, decoder: DecoderProcess, channel: Channel | None = None, pause: float = 0.0
) -> HostedPainter:
    """The service's painter, which hardly waits between questions."""
    kind = next(one for one in PAINTERS if one.name == service.name)
    return kind(channel or direct(service), decoder, pause=lambda _seconds: time.sleep(pause), service=service.row())


def direct(service: Service, **changes: float) -> DirectChannel:
    return DirectChannel([service.row(**changes)], {service.name: KEY}, pace=QUICK)


def size_for(kind: type[HostedPainter]) -> tuple[int, int]:
    """A size that it takes: upright where it may be."""
    sizes = kind.sizes
    if sizes.fixed:
        return next(size for size in sizes.fixed if size[0] < size[1])
    step = sizes.multiple
    width, height = 832 // step * step, -(-1024 // step) * step
    assert sizes.least <= width * height <= sizes.most
    return width, height


def ask_for(kind: type[HostedPainter], *, reference: bool = False, effort: float = 0.5) -> Ask:
    """A block on a plain ground."""
    width, height = size_for(kind)
    product = np.zeros((height, width, 4), np.uint8)
    product[height // 3 : height * 3 // 4, width // 4 : width * 3 // 4] = (*PRODUCT, 255)
    inside = product[..., 3] > 0
    guide = np.full((height, width, 3), 190, np.uint8)
    guide[inside] = PRODUCT
    look: Byte | None = np.full((300, 400, 3), (20, 120, 60), np.uint8) if reference else None
    return Ask(
        guide, product, np.where(inside, 0, 255).astype(np.uint8), "on a wet stone by the sea, evening light",
        "people, text", 4711, look, 0.7, effort,
    )  # fmt: skip
