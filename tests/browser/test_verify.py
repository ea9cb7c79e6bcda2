"""Reading the marks of a picture in the browser, with and without script, at desktop and phone size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import DESKTOP, PHONE, Running, faults, fits, running, visiting
from tests.web.test_verify import picture, plain

WORDS = TEXT["verify"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("verify")
    with running(folder, jobs_per_minute=100) as made:
        yield made


def choose(page: Page, data: bytes, name: str = "picture.jpg") -> None:
    page.locator("#photo").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.get_by_role("button", name=WORDS["go"]).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "bare"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_picture_is_read(browser: Browser, desk: Running, viewport: dict[str, int], script: bool) -> None:
    with visiting(browser, desk, viewport=viewport, java_script_enabled=script) as visit:
        page = visit.page
        page.goto("/terms")
        page.get_by_role("link", name=WORDS["footer"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["title"])
        choose(page, picture())
        answer = page.get_by_role("region", name="This picture was put together by AI Background Studio.")
        expect(answer).to_contain_text("The signature is whole")
        expect(answer).to_contain_text(WORDS["watermark"]["readable"])
        choose(page, plain())
        expect(page.get_by_role("heading", level=2)).to_contain_text("No mark was found")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_fault_of_access(browser: Browser, desk: Running, theme: str, viewport: dict[str, int]) -> None:
    with visiting(browser, desk, color_scheme=theme, viewport=viewport, bypass_csp=True) as visit:
        page = visit.page
        page.goto("/verify")
        assert faults(page) == [] and fits(page), "the form"
        choose(page, picture(altered=True))
        expect(page.get_by_role("heading", level=2)).to_contain_text("was changed after it was signed")
        assert faults(page) == [] and fits(page), "altered"
        choose(page, picture())
        expect(page.get_by_role("heading", level=2)).to_contain_text("put together")
        assert faults(page) == [] and fits(page), "whole"
        choose(page, b"no picture")
        expect(page.get_by_role("alert")).to_be_visible()
        assert faults(page) == [] and fits(page), "an error"
