from __future__ import annotations

from collections.abc import Iterator

import pytest

from bgstudio.intake import DecoderProcess


@pytest.fixture(scope="session")
def decoder() -> Iterator[DecoderProcess]:
    """One decoder with default limits for all tests that do not break it."""
    with DecoderProcess() as decoder:
        yield decoder
