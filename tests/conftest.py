"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from tests.servers import postgres as postgres_server
from tests.servers import seaweed as seaweed_server

settings.register_profile("house", deadline=None, derandomize=True)  # a slow machine fails nothing, twice is the same
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keys that are made on first use do not land in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests (``pytest.mark.anyio``) run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Postgres]:
    """A PostgreSQL server, started for the first test that asks for it."""
    # not below pytest's own folder, which another user, as whom it runs when we are root, cannot enter
    with TemporaryDirectory(prefix="bgstudio-pg-") as folder, postgres_server.running(Path(folder) / "data") as server:
        yield server


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweed_server.Seaweed]:
    """An S3 server, started for the first test that asks for it."""
    with seaweed_server.running(tmp_path_factory.mktemp("s3")) as server:
        yield server
