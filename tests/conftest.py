"""What all tests share."""

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)  # a slow machine fails nothing, twice is the same
settings.load_profile("house")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests (``pytest.mark.anyio``) run on asyncio."""
    return "asyncio"
