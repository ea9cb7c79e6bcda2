"""One browser and one service for all browser tests; they are left out, with a reason, where there is no browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import HOW, find
from tests.browser.kit import PATIENCE, Running, running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = find()
    if path is None:
        pytest.skip(HOW)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield made
        made.close()


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with room for many pictures."""
    with running(tmp_path_factory.mktemp("studio"), pictures_per_day=500, pictures_per_address=5000) as made:
        yield made
