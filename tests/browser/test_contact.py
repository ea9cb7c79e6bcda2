"""Writing to the host and following the letter to its answer, at desktop and phone size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bgstudio.web.words import TEXT
from tests.browser.kit import DESKTOP, PHONE, Running, faults, fits, running, visiting
from tests.browser.test_account import on, signed_in

WORDS = TEXT["contact"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A studio of its own: letters are limited by the day."""
    folder: Path = tmp_path_factory.mktemp("office")
    with running(folder, letters_per_day=100, host_name="Ana Moreira", contact_email="host@example.com") as made:
        yield made


@pytest.mark.parametrize("script", [True, False], ids=["script", "bare"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_letter_is_followed_to_its_answer(
    browser: Browser, office: Running, viewport: dict[str, int], script: bool
) -> None:
    letters = office._service.letters
    with visiting(browser, office, viewport=viewport, java_script_enabled=script) as visit:
        page = visit.page
        page.goto("/contact")
        page.get_by_label(WORDS["kinds"]["access"]).check()
        page.get_by_label(WORDS["words"]).fill("What do you hold?\nAll of it, please.")
        page.get_by_label(WORDS["reply"]).fill("ana@example.com")
        page.get_by_role("button", name=WORDS["send"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["letter"]["sent"])
        expect(page.locator("main")).to_contain_text(TEXT["letter"]["keep"])
        address = page.url.partition("?")[0]
        secret = address.rpartition("/")[2]
    on(office, letters.answer(on(office, letters.find(secret)).id, "Nothing but your name.\nSee your page."))
    with visiting(browser, office, viewport=viewport, java_script_enabled=script) as visit:
        page = visit.page
        page.goto(address)
        expect(page.locator("main")).to_contain_text("Nothing but your name.")
        expect(page.locator("main")).to_contain_text(TEXT["letter"]["states"]["answered"])
        page.get_by_role("button", name=TEXT["letter"]["settle"]).click()
        expect(page.locator("main")).to_contain_text(TEXT["letter"]["states"]["closed"])
        page.get_by_role("button", name=TEXT["letter"]["withdraw"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["letter"]["withdrawn"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_fault_of_access_on_these_pages(
    browser: Browser, office: Running, theme: str, viewport: dict[str, int]
) -> None:
    letters = office._service.letters
    with visiting(browser, office, color_scheme=theme, viewport=viewport, bypass_csp=True) as visit:
        page = visit.page
        page.goto("/contact")
        assert faults(page) == [] and fits(page)
        page.get_by_label(WORDS["kinds"]["question"]).check()
        page.get_by_label(WORDS["words"]).fill("x" * 300)
        page.get_by_label(WORDS["reply"]).fill("a@b")
        page.locator("#email").evaluate("field => { field.type = 'text'; field.value = 'nobody' }")
        page.get_by_role("button", name=WORDS["send"]).click()
        expect(page.get_by_role("alert")).to_contain_text("This is no e-mail address.")
        expect(page.get_by_label(WORDS["words"])).to_have_value("x" * 300)
        assert faults(page) == [], "with an error"
        page.get_by_label(WORDS["reply"]).fill("")
        page.get_by_role("button", name=WORDS["send"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(TEXT["letter"]["sent"])
        assert faults(page) == [] and fits(page), "the letter's page"
        secret = page.url.partition("?")[0].rpartition("/")[2]
        on(office, letters.answer(on(office, letters.find(secret)).id, "y" * 300))
        page.reload()
        assert faults(page) == [] and fits(page), "with its answer"


def test_an_accounts_letter_is_on_its_page(browser: Browser, office: Running) -> None:
    with visiting(browser, office, viewport=PHONE) as visit:
        signed_in(office, visit, "writer")
        page = visit.page
        page.goto("/contact?kind=correct")
        expect(page.get_by_label(WORDS["kinds"]["correct"])).to_be_checked()
        page.get_by_label(WORDS["words"]).fill("My name is Ana.")
        page.get_by_role("button", name=WORDS["send"]).click()
        page.goto("/account#letters")
        letter = page.locator("details.letter")
        letter.locator("summary").click()
        expect(letter).to_contain_text("My name is Ana.")
        letter.get_by_role("button", name=TEXT["account"]["letter_delete"]).click()
        expect(page.locator("#letters")).to_contain_text(TEXT["account"]["letters_none"])
