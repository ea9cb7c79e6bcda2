from __future__ import annotations

from collections.abc import Iterator

import pytest

from bgstudio.intake import DecoderProcess, IntakeLimits


@pytest.fixture(scope="session")
def decoder() -> Iterator[DecoderProcess]:
    """One decoder with default limits for all tests that do not break it.

    Only the clock is patient: tests share their machine. What a photo costs is measured in processor time.
    """
    with DecoderProcess(IntakeLimits(seconds=60)) as decoder:
        yield decoder
